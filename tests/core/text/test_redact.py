import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.text.redact import MARK, redact

SECRET = "s3cr3t-Value_0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"{{b'authorization': b'Bearer {SECRET}'}}",
        f"[(b'Authorization', b'Bearer {SECRET}')]",
        f'{{"Authorization":"Bearer {SECRET}"}}',
        f'{{\\"api_key\\": \\"{SECRET}\\"}}',
        f"-H 'Authorization: Bearer {SECRET}'",
        f"bearer {SECRET}",
        f"Proxy-Authorization: Basic {SECRET}==",
        f"QUICKROUTER_API_KEY={SECRET}",
        f"export QUICKROUTER_API_KEY='{SECRET}'",
        f"api-key={SECRET}",
        f"X-Api-Key: {SECRET}",
        f"password={SECRET}",
        f"sk-{SECRET}",
        f"key sk-proj-{SECRET}.",
        f"https://user:{SECRET}@relay.example/v1",
        f"https://cdn.example/v.mp4?se=2026&sig={SECRET}%3D&sp=r",
        f"https://cdn.example/v.mp4?Expires=1&Signature={SECRET}&Key-Pair-Id={SECRET}",
        f"https://cdn.example/v.mp4?X-Amz-Signature={SECRET}&X-Amz-Credential={SECRET}/x",
        f"https://cdn.example/v.mp4?token={SECRET}#t=1",
        f"https://cdn.example/v.mp4?a=1&amp;sig={SECRET}",
        f"https://cdn.example/v.mp4?OSSAccessKeyId={SECRET}&security-token={SECRET}",
    ],
)
def test_what_opens_a_door_is_taken_out(text: str) -> None:
    assert SECRET not in redact(text)
    assert MARK in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a paper boat in the rain, 一只纸船",
        "sora-2:task_01k9example0000000000000",
        "https://cdn.example/v.mp4?se=2026-09-27T10%3A00%3A00Z&sp=r",
        "the bearer of good news",
        "a basic introduction",
        "ask-me-anything about task-lists",
        "a monkey=banana tree",
        "look 3 of 5 failed: timeout after 20 s",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redact(text) == text


def test_the_rest_of_the_line_stays_readable() -> None:
    assert redact(f"GET /v1/models Authorization: Bearer {SECRET} -> 401") == (
        f"GET /v1/models Authorization: {MARK} -> 401"
    )
    link = f"https://cdn.example/v.mp4?se=1&sig={SECRET}&sp=r"
    assert redact(link) == f"https://cdn.example/v.mp4?se=1&sig={MARK}&sp=r"


def test_known_secrets_go_whatever_their_shape() -> None:
    assert redact("xx my pass phrase yy", ["my pass phrase"]) == f"xx {MARK} yy"
    # the longer first, or its rest would stay
    assert redact("abcdef-ghijkl", ["abcdef", "abcdef-ghijkl"]) == MARK
    assert redact("a test of the key", ["test", "", "a"]) == "a test of the key"


@given(st.text(), st.text(min_size=6))
def test_a_known_secret_is_never_left(text: str, secret: str) -> None:
    if secret not in MARK:
        assert secret not in redact(f"{text}{secret}{text}", [secret]).replace(MARK, "\x00")


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)
