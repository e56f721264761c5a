"""Links that lead inside are refused, however they are spelled."""

import pytest

from qr_tui.core.links import is_private, is_web, may_follow

PUBLIC = "https://api.quickrouter.ai"
LOCAL = "http://127.0.0.1:8787"


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1/x.mp4",
        "http://127.1/x.mp4",
        "http://2130706433/x.mp4",
        "http://0x7f.0.0.1/x.mp4",
        "http://0177.0.0.1/x.mp4",
        "http://0/x.mp4",
        "http://localhost:8080/x.mp4",
        "http://LOCALHOST./x.mp4",
        "http://a.localhost/x.mp4",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.8/x.mp4",
        "http://172.16.0.1/x.mp4",
        "http://192.168.1.1/x.mp4",
        "http://100.64.0.1/x.mp4",
        "http://0.0.0.0/x.mp4",
        "http://224.0.0.1/x.mp4",
        "http://[::1]/x.mp4",
        "http://[::ffff:10.0.0.1]/x.mp4",
        "http://[fe80::1%25eth0]/x.mp4",
        "http://[fd00::1]/x.mp4",
        "http://[2002:7f00:1::]/x.mp4",
        "http://printer.local/x.mp4",
        "http://metadata.google.internal/x",
        "http://intranet/x.mp4",
    ],
)
def test_what_leads_inside_is_refused_from_a_public_host_and_allowed_from_a_local_one(link: str) -> None:
    assert is_private(link)
    assert not may_follow(link, PUBLIC)
    assert may_follow(link, LOCAL)


@pytest.mark.parametrize(
    "link",
    ["https://cdn.example.com/a.mp4", "http://8.8.8.8/a.mp4", "https://[2606:4700::1111]/a.mp4", "https://1.example/a"],
)
def test_what_leads_outside_may_be_followed(link: str) -> None:
    assert may_follow(link, PUBLIC)


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "ftp://example.com/a", "javascript:alert(1)", "", "http://", "http://[::1"]
)
def test_only_the_web_is_followed(link: str) -> None:
    assert not is_web(link)
    assert not may_follow(link, LOCAL)


@pytest.mark.parametrize(
    ("link", "allowed"),
    [
        ("http://192.168.1.20:3000/v.mp4", True),
        ("http://192.168.1.20:3001/v.mp4", False),
        ("http://192.168.1.21:3000/v.mp4", False),
        ("http://192.168.1.20/v.mp4", False),
        ("http://user@192.168.1.20:3000/v.mp4", False),
        ("http://127.0.0.1:3000/v.mp4", False),
        ("http://169.254.169.254/latest", False),
    ],
)
def test_a_private_host_may_point_to_itself_and_to_nothing_else_inside(link: str, allowed: bool) -> None:
    assert may_follow(link, "http://192.168.1.20:3000") is allowed


def test_the_port_of_a_private_host_may_be_left_out() -> None:
    assert may_follow("https://nas.local:443/v.mp4", "https://nas.local")
    assert not may_follow("http://nas.local/v.mp4", "https://nas.local")
