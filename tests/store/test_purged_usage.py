from pathlib import Path

import pytest

from qr_tui.core.task import Status, Task
from qr_tui.store.purged_usage import PurgedUsage, path_of
from qr_tui.store.tasks import KEEP_REMOVED, TaskStore

NOW = 1_790_000_000.0


def gone(key: str, **fields: object) -> Task:
    given = {"model": "m", "prompt": "p", "base_url": "https://h", "id": key, "status": Status.DONE} | fields
    return Task(key=key, created_at=NOW, submitted_at=NOW, estimate=2.0, **given)  # type: ignore[arg-type]


def test_what_is_removed_for_good_still_counts(tmp_path: Path) -> None:
    later = [NOW]
    store = TaskStore(tmp_path / "tasks.json", clock=lambda: later[0])
    store.open()
    store.add([gone("a", removed_at=NOW), gone("b", removed_at=NOW), gone("c")])
    later[0] = NOW + KEEP_REMOVED + 60
    store.tidy()
    store.close()
    again = TaskStore(tmp_path / "tasks.json", clock=lambda: later[0])
    again.open()
    assert "a" not in [task.key for task in again.tasks(removed=True)]
    again.close()
    (kept,) = PurgedUsage(path_of(tmp_path / "tasks.json")).read()
    assert (kept.count, kept.sent, kept.estimate, kept.status) == (2, 2, 4.0, "done")


def test_a_purge_that_was_cut_short_counts_nothing_twice(tmp_path: Path) -> None:
    file = PurgedUsage(tmp_path / "usage.json")
    file.add([gone("a")])
    file.add([gone("a"), gone("b")])
    (kept,) = file.read()
    assert kept.count == 2


def test_a_spoiled_file_is_put_aside_and_no_task_is_dropped_when_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "usage.json"
    path.write_bytes(b"{")
    assert PurgedUsage(path).read() == []
    assert (tmp_path / "usage.damaged.json").read_bytes() == b"{"

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qr_tui.files.write_private", full)
    with pytest.raises(OSError, match="No space"):
        PurgedUsage(path).add([gone("a")])
