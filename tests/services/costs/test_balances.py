from pathlib import Path

from qr_tui.core.answers import Balance
from qr_tui.services.costs.balances import EVERY, KEPT, Balances
from tests.support.engine import HandClock

HOST, ME = "https://h", "abc"


def test_samples_of_an_account_over_time(tmp_path: Path) -> None:
    clock = HandClock()
    balances = Balances(tmp_path / "balance.jsonl", clock)
    assert balances.last(HOST, ME) is None
    assert balances.used_since(HOST, ME, 0.0) is None
    start = clock.now()
    balances.note(HOST, ME, Balance(remaining=20.0, used=1.0))
    for number in range(1, 11):
        clock.turn(EVERY / 5)
        balances.note(HOST, ME, Balance(remaining=20.0 - number, used=1.0 + number))
    balances.note(HOST, "another", Balance(remaining=None))
    last = balances.last(HOST, ME)
    assert last is not None
    assert (last.remaining, last.at) == (10.0, clock.now())
    assert len(balances.read()) < 8  # no more than one in ten minutes
    assert balances.used_since(HOST, ME, start) == (10.0, start)
    assert balances.used_since(HOST, ME, start - 999) == (10.0, start)
    assert balances.used_since(HOST, "another", start) is None


def test_lines_that_cannot_be_read_are_left_out_and_the_file_stays_small(tmp_path: Path) -> None:
    clock, path = HandClock(), tmp_path / "balance.jsonl"
    balances = Balances(path, clock)
    balances.note(HOST, ME, Balance(remaining=1.0, used=0.0))
    path.write_bytes(path.read_bytes() + b"{\n\xff\n")
    assert len(balances.read()) == 1
    for _ in range(KEPT + 5):
        clock.turn(EVERY)
    for _ in range(3):
        clock.turn(EVERY)
        balances.note(HOST, ME, Balance(remaining=1.0, used=0.0))
    assert len(balances.read()) <= 5
