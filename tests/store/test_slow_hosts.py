from pathlib import Path

from qr_tui.store.slow_hosts import SlowHosts

NOW = 1_790_000_000.0
PLACE = ("https://api.example.com", "account")


def test_rule_2_3_what_was_asked_for_outlives_the_process(tmp_path: Path) -> None:
    file = SlowHosts(tmp_path / "state" / "slow.json")
    file.add({PLACE: NOW + 600}, NOW)
    file.add({("https://b", "other"): NOW + 60, PLACE: NOW + 30}, NOW)
    assert SlowHosts(tmp_path / "state" / "slow.json").read(NOW + 1) == {
        PLACE: NOW + 600,
        ("https://b", "other"): NOW + 60,
    }
    assert file.read(NOW + 100) == {PLACE: NOW + 600}
    assert file.read(NOW - 86_400) == {}, "a clock that was set back makes nobody wait for a day"


def test_a_file_that_cannot_be_used_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "slow.json"
    path.write_text("[1,")
    assert SlowHosts(path).read(NOW) == {}
    folder = tmp_path / "folder"
    folder.mkdir()
    SlowHosts(folder).add({PLACE: NOW + 1}, NOW)
    assert SlowHosts(folder).read(NOW) == {}
