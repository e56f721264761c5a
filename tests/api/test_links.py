import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.api import expiry, links

DAY = 86_400.0
NOON = 1_790_510_400.0  # 2026-09-27T12:00:00Z


@pytest.mark.parametrize(
    ("query", "moment"),
    [
        ("se=2026-09-27T12%3A00%3A00Z&sig=x", NOON),
        ("SE=2026-09-27T14:00:00%2B02:00", NOON),
        ("Expires=1790510400", NOON),
        ("expires=1790510400000", NOON),
        ("expires_at=1790510400", NOON),
        ("expires_at=2026-09-27T12:00:00Z", NOON),
        ("X-Amz-Date=20260926T120000Z&X-Amz-Expires=86400", NOON),
        ("X-Goog-Date=20260926T120000Z&X-Goog-Expires=86400", NOON),
        ("x-oss-expires=86400&x-oss-date=20260926T120000Z", NOON),
        ("X-Amz-Expires=86400", None),
        ("X-Amz-Date=20269926T120000Z&X-Amz-Expires=86400", None),
        ("X-Amz-Date=20260926T120000Z&X-Amz-Expires=1e300", None),
        ("se=tomorrow", None),
        ("se=", None),
        ("Expires=3600", None),
        ("Expires=99999999999999999999", None),
        ("Expires=nan", None),
        ("", None),
    ],
)
def test_expiry(query: str, moment: float | None) -> None:
    assert expiry.of_link(f"https://cdn.example.com/v.mp4?{query}") == moment


@pytest.mark.parametrize(
    ("value", "moment"),
    [(NOON, NOON), (NOON * 1000, NOON), ("1790510400", NOON), ("2026-09-27T12:00:00", NOON), (None, None), ([], None)],
)
def test_moments(value: object, moment: float | None) -> None:
    assert expiry.moment(value) == moment


@settings(deadline=None)
@given(st.text())
def test_no_query_is_too_odd(query: str) -> None:
    expiry.of_link(f"https://cdn.example.com/?{query}")
    expiry.of_link(query)
    expiry.of_link(f"https://a.example/?X-Amz-Date={query}&X-Amz-Expires={query}&se={query}")
    links.segment(query)
    links.link(query)


@pytest.mark.parametrize(
    "value",
    [
        "ftp://a.example/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//a.example/x",
        "a.example/x",
        "https://",
        "https:///x",
        "https://a.example:port/",
        "http://[::1/",
        "https://with space.example/",
        "https://a.example\\@evil.example/",
        "/cdn/v.mp4",
        "https://a.example/\nx",
        "https://a.example/\u202egpj",
        "https://a.example/\ud800",
        "https://a.example/" + "x" * links.LINK_LIMIT,
        17,
        None,
    ],
)
def test_no_links(value: object) -> None:
    assert links.link(value) is None


def test_links_are_kept_as_they_are() -> None:
    for url in ("https://a.example/纸?x=1#y", "HTTP://A.example:8080/", "http://[::1]:9/x"):
        assert links.link(f" {url} ") == url


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("https://a.example/my video 1.mp4", "https://a.example/my%20video%201.mp4"),
        ("https://a.example/v.mp4?sign=a|b^{c}`d\\e", "https://a.example/v.mp4?sign=a%7Cb%5E%7Bc%7D%60d%5Ce"),
        ("https://a.example/a%20b.mp4", "https://a.example/a%20b.mp4"),
        ("/cdn/v.mp4", "https://relay.example/cdn/v.mp4"),
        ("/cdn/my v.mp4", "https://relay.example/cdn/my%20v.mp4"),
        ("//cdn.example/v.mp4", "https://cdn.example/v.mp4"),
        ("/\\evil.example/v.mp4", None),
        ("cdn/v.mp4", None),
    ],
)
def test_a_link_is_made_whole_and_safe(value: str, kept: str | None) -> None:
    assert links.link(value, "https://relay.example/base") == kept


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("https://a.example/elsewhere", "https://a.example/elsewhere"),
        ("https://A.example:443/", "https://A.example:443/"),
        ("/v2/models", "https://a.example/v2/models"),
        ("./tasks", "https://a.example/v1/tasks"),
        ("//b.example/", None),
        ("http://a.example/", None),
        ("https://a.example:8443/", None),
        ("https://a.example.evil.example/", None),
        ("https://a.example@evil.example/", None),
        ("https://user@a.example/", None),
        ("https://a.example:port/", None),
        ("http://[", None),
    ],
)
def test_a_redirect_stays_within_its_origin(location: str, target: str | None) -> None:
    assert links.within("https://a.example/v1/models", location) == target


@pytest.mark.parametrize(
    ("task_id", "encoded"),
    [
        ("sora-2:task_1", "sora-2%3Atask_1"),
        ("a/b?c=d&e#f", "a%2Fb%3Fc%3Dd%26e%23f"),
        ("..", "%2E%2E"),
        ("纸", "%E7%BA%B8"),
        ("100%", "100%25"),
    ],
)
def test_ids_are_opaque(task_id: str, encoded: str) -> None:
    assert links.segment(task_id) == encoded
