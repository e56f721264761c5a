import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core import address
from qr_tui.core.failures import Kind, Trouble


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://api.quickrouter.ai", "https://api.quickrouter.ai"),
        (" https://API.QuickRouter.ai/ ", "https://api.quickrouter.ai"),
        ("https://api.quickrouter.ai/v1", "https://api.quickrouter.ai"),
        ("https://api.quickrouter.ai/v1/", "https://api.quickrouter.ai"),
        ("https://api.quickrouter.ai//v1//", "https://api.quickrouter.ai"),
        ("https://api.quickrouter.ai:443/v1", "https://api.quickrouter.ai"),
        ("http://relay.example:80", "http://relay.example"),
        ("http://relay.example:8080/sub/v1", "http://relay.example:8080/sub"),
        ("https://relay.example/v10", "https://relay.example/v10"),
        ("HTTPS://relay.example", "https://relay.example"),
        ("api.quickrouter.us", "https://api.quickrouter.us"),
        ("api.quickrouter.us:8443/v1", "https://api.quickrouter.us:8443"),
        ("127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("localhost:8787/v1", "http://localhost:8787"),
        ("[::1]:8787", "http://[::1]:8787"),
        ("http://[0:0:0:0:0:0:0:1]:8787/", "http://[::1]:8787"),
        ("https://例子.测试", "https://xn--fsqu00a.xn--0zwm56d"),
    ],
)
def test_one_spelling_for_each_host(typed: str, kept: str) -> None:
    assert address.normalise(typed) == kept
    assert address.normalise(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "javascript://x",
        "https://",
        "https:///v1",
        "https://user:hunter2@api.example.com",
        "https://sk-secret@api.example.com",
        "https://api.example.com?key=1",
        "https://api.example.com/#x",
        "https://api.example.com:0",
        "https://api.example.com:99999",
        "https://api.example.com:port",
        "https://[::1",
        "https://[zz]",
        "https://a b.example",
        "https://api.example.com\\@evil.example",
        "https://api.example.com/\x1b[2J",
        "https://api.exam\nple.com",
        "https://-bad-.example",
        "https://%31.example",
        "https://" + "a" * 300,
        "https://api.example.com/\u202ev1",
    ],
)
def test_what_cannot_be_a_base_url_is_refused_in_words(typed: str) -> None:
    with pytest.raises(Trouble) as caught:
        address.normalise(typed)
    assert caught.value.kind is Kind.USAGE
    assert caught.value.detail
    assert "hunter2" not in str(caught.value.detail)
    assert "secret" not in str(caught.value.detail)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_trouble(text: str) -> None:
    try:
        kept = address.normalise(text)
    except Trouble:
        return
    assert kept.isascii()
    assert kept.isprintable()
    assert kept.startswith(("http://", "https://"))
    assert address.normalise(kept) == kept


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.9.9.9/x", True),
        ("http://localhost", True),
        ("http://LOCALHOST.", True),
        ("http://app.localhost:3", True),
        ("http://[::1]", True),
        ("http://[::ffff:127.0.0.1]", True),
        ("http://10.0.0.1", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("https://api.quickrouter.ai", False),
        ("nothing", False),
        ("http://[bad", False),
    ],
)
def test_loopback(url: str, loopback: bool) -> None:
    assert address.is_loopback(url) is loopback


def test_only_plain_http_to_another_machine_is_insecure() -> None:
    assert address.is_insecure("http://relay.example")
    assert not address.is_insecure("http://127.0.0.1:8787")
    assert not address.is_insecure("https://relay.example")


def test_host_name() -> None:
    assert address.host_name("https://API.Example.com:8443/x") == "api.example.com"
    assert address.host_name("http://[::1]:80") == "::1"
    assert address.host_name("rubbish") == ""
