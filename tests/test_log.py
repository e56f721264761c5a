import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from qr_tui import log, paths
from qr_tui.secrets import KeyRing

KEY = "Zq9-a-key-without-any-known-shape"


@pytest.fixture
def where(tmp_path: Path) -> Iterator[paths.Paths]:
    levels = {name: logging.getLogger(name).level for name in log.QUIET}
    yield paths.under(tmp_path)
    log.close()
    logging.getLogger(log.NAME).propagate = True
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def text(where: paths.Paths) -> str:
    return where.log_file.read_text()


def test_the_log_is_private(where: paths.Paths) -> None:
    log.setup(where).info("hello")
    assert stat.S_IMODE(where.log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(where.state.stat().st_mode) == 0o700
    assert text(where).endswith("qr_tui: hello\n")
    where.log_file.chmod(0o644)
    log.setup(where).info("again")
    assert stat.S_IMODE(where.log_file.stat().st_mode) == 0o600
    assert text(where).count("\n") == 2


def test_keys_on_file_never_reach_it(where: paths.Paths) -> None:
    KeyRing(where, {}).save("https://relay.example", KEY, "file")
    logger = log.setup(where, KeyRing(where, {"QUICKROUTER_API_KEY": "other-key-of-the-environment"}))
    logger.info("message %s", KEY)
    logger.info("bytes %r", KEY.encode())
    logger.info("headers %s", {"Authorization": "Bearer other-key-of-the-environment"})
    try:
        raise RuntimeError(f"the server said {KEY}")
    except RuntimeError:
        logger.exception("it failed")
    logger.getChild("api").warning("child %s", KEY, stack_info=True)
    assert KEY not in text(where)
    assert "other-key" not in text(where)
    assert text(where).count("[redacted]") >= 5
    assert "RuntimeError: the server said [redacted]" in text(where)


def test_a_traceback_is_still_whole_for_other_handlers(where: paths.Paths) -> None:
    logger = log.setup(where)
    records: list[logging.LogRecord] = []
    other = logging.Handler()
    other.emit = records.append  # type: ignore[assignment,method-assign]
    logger.addHandler(other)
    try:
        raise RuntimeError("x")
    except RuntimeError:
        logger.exception("it failed")
    logger.removeHandler(other)
    assert records[0].exc_info is not None
    assert records[0].exc_text is None


def test_what_others_wrote_cannot_act_or_forge_a_line(where: paths.Paths) -> None:
    logger = log.setup(where)
    logger.info("prompt %s", "a\x1b[2J\x1b]52;c;eA==\x07\u202eb\n2026-01-01T00:00:00Z CRITICAL forged\r\x9b")
    lines = text(where).split("\n")
    assert not set(text(where)) & set("\x1b\x07\x9b\u202e\r")
    assert "CRITICAL forged" in text(where)
    assert not any(line.startswith("2026-01-01") for line in lines)


def test_a_wrong_call_is_noted_and_ends_nothing(where: paths.Paths, capsys: pytest.CaptureFixture[str]) -> None:
    log.setup(where).info("one %s", "a", "b")
    assert "unprintable record: TypeError" in text(where)
    assert capsys.readouterr() == ("", "")


def test_it_rotates_and_stays_private(where: paths.Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "SIZE", 2_000)
    logger = log.setup(where)
    for number in range(200):
        logger.info("line %d of many", number)
    found = sorted(where.state.iterdir())
    assert [file.name for file in found] == ["qr-tui.log", "qr-tui.log.1", "qr-tui.log.2"]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in found)
    assert all(file.stat().st_size <= 2_000 for file in found)
    assert "line 199 of many" in text(where)


def test_a_file_rotated_away_by_another_process_is_let_go(where: paths.Paths) -> None:
    logger = log.setup(where)
    logger.info("first")
    where.log_file.rename(where.state / "qr-tui.log.1")
    logger.info("second")
    assert "second" in text(where)
    where.log_file.rename(where.state / "qr-tui.log.1")
    where.log_file.write_text("another's\n")
    logger.info("third")
    assert "another's\n" in text(where)
    assert "third" in text(where)


def test_no_log_is_no_reason_to_stop(where: paths.Paths, capsys: pytest.CaptureFixture[str]) -> None:
    where.state.parent.mkdir(exist_ok=True)
    where.state.write_text("a file where the folder should be")
    log.setup(where).error("nobody hears this")
    assert capsys.readouterr() == ("", "")


def test_a_full_disk_is_no_reason_to_stop(where: paths.Paths, capsys: pytest.CaptureFixture[str]) -> None:
    logger = log.setup(where)
    handler = next(found for found in logger.handlers if isinstance(found, log.PrivateFile))
    log.close()
    logger.addHandler(handler)
    handler.stream = Path("/dev/full").open("w")  # noqa: SIM115
    logger.error("lost")
    assert capsys.readouterr() == ("", "")


def test_libraries_stay_quiet(where: paths.Paths) -> None:
    log.setup(where)
    logging.getLogger("httpx").info("HTTP Request: POST https://relay.example")
    assert not logging.getLogger("httpcore.http11").isEnabledFor(logging.DEBUG)
    assert text(where) == ""


def test_calling_it_again_writes_each_line_once(where: paths.Paths) -> None:
    log.setup(where)
    log.setup(where).info("once")
    assert text(where).count("once") == 1


def test_the_time_is_utc(where: paths.Paths) -> None:
    logger = log.setup(where)
    record = logging.LogRecord(log.NAME, logging.INFO, "", 0, "at", None, None)
    record.created = 1_790_000_000.0
    logger.handle(record)
    assert text(where).startswith("2026-09-21T14:13:20Z INFO ")
