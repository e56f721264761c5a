"""The disk says no: at each step, and for real on a small and on a read-only one."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from qr_tui.store import atomic, storage
from qr_tui.store.changes import Change
from qr_tui.store.locks import FileLock
from qr_tui.store.tasks import KEEP_REMOVED, TaskStore
from tests.support.store import NOW, Clock, names, opened, task

pytestmark = pytest.mark.usefixtures("checkpoints")


def failing(number: int, after: int = 0) -> Callable[..., Any]:
    """Return what fails with this errno, from the call after the first `after` on, which do nothing."""
    calls = iter(range(10**6))

    def fail(*args: object, **options: object) -> None:
        if next(calls) >= after:
            raise OSError(number, os.strerror(number))

    return fail


# what is done, the call that fails, how, and after how many calls that are well
STEPS = {
    "open": ("os.open", errno.EMFILE, 0),
    "sync of the file": ("os.fsync", errno.EIO, 0),
    "sync of the folder": ("os.fsync", errno.EIO, 1),
    "times": ("os.utime", errno.EIO, 0),
    "backup": ("os.link", errno.ENOSPC, 0),
    "replace": ("os.replace", errno.EROFS, 0),
    "stat": ("os.fstat", errno.EIO, 0),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("action", ["add", "apply"])
def test_a_failing_step_leaves_everything_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str, action: str
) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        call, number, after = STEPS[step]
        patch.setattr(call, failing(number, after))
        with pytest.raises(Trouble) as caught:
            if action == "add":
                store.add([task("second")])
            else:
                store.apply([Change(one.key, {"status": Status.SENDING})])
    assert caught.value.kind is Kind.STORE
    assert caught.value.detail
    assert path.read_bytes() == before
    assert names(path) == {"tasks.json", "tasks.json.bak"}
    assert store.tasks() == [one] == opened(path).tasks()
    store.apply([Change(one.key, {"status": Status.SENDING})])  # and it goes on when the disk does
    assert opened(path).tasks()[0].status is Status.SENDING


def test_a_folder_that_cannot_be_synced_by_its_kind_is_no_failure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    monkeypatch.setattr(os, "fsync", failing(errno.EINVAL, after=1))
    store.add([task()])
    assert len(opened(path).tasks()) == 1


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_without_hard_links_the_backup_is_made_by_rename(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "link", failing(number))
    store = opened(path)
    one, two = task("1"), task("2")
    store.add([one])
    store.add([two])
    path.write_bytes(b"spoiled")
    again = TaskStore(path, clock=Clock())
    assert len(again.open()) == 1
    assert [item.key for item in again.tasks()] == [one.key]
    assert sorted(name for name in names(path) if "damaged" in name)


def test_without_hard_links_a_failing_replace_puts_the_old_file_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(path)
    one = task("1")
    store.add([one])
    genuine = os.replace

    def replace(source: Path, target: Path) -> None:
        if str(source).endswith(".tmp"):
            raise OSError(errno.EIO, "broken")
        genuine(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", failing(errno.EPERM))
        patch.setattr(os, "replace", replace)
        with pytest.raises(Trouble):
            store.add([task("2")])
    assert opened(path).tasks() == [one]


def test_a_writer_killed_between_two_renames_is_made_good(path: Path) -> None:
    store = opened(path)
    one = task("1", status=Status.WAITING, id="x:1")
    store.add([one])
    path.rename(path.with_name("tasks.json.bak"))
    path.with_name("tasks.json.tmp").write_bytes(b"half of")
    path.with_name("tasks.json.bak.tmp").write_bytes(b"half of")
    again = TaskStore(path)
    (notice,) = again.open()
    assert "is gone" in str(notice.detail)
    assert again.tasks() == [one]
    again.add([task("2")])
    assert names(path) == {"tasks.json", "tasks.json.bak"}


def test_a_writer_that_keeps_the_lock_is_named_not_waited_for_for_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(path)
    monkeypatch.setattr(storage, "PATIENCE", 0.03)
    other = FileLock(path.with_name("tasks.json.lock"))
    assert other.acquire()
    with pytest.raises(Trouble, match="another qr-tui"):
        store.add([task()])
    other.release()
    store.add([task()])
    assert len(opened(path).tasks()) == 1


def test_a_lock_file_swept_away_under_its_holder_is_noticed(path: Path) -> None:
    path.parent.mkdir(parents=True)
    first, second = FileLock(path), FileLock(path)
    assert first.acquire()
    assert not second.acquire()
    path.unlink()
    assert not first.held
    assert second.acquire()
    assert second.held


def test_a_write_outside_a_transaction_is_refused(path: Path) -> None:
    opened(path)
    database = storage.FileStorage(path, Clock())
    with pytest.raises(RuntimeError):
        database.write(database.read())


def test_a_transaction_that_raises_writes_nothing(path: Path) -> None:
    opened(path)
    database = storage.FileStorage(path, Clock())
    stamp = atomic.stamp_of(path)
    with pytest.raises(KeyError), database.transaction():
        database.write({**database.read(), "tasks": {"x": {}}})
        raise KeyError
    assert database.read()["tasks"] == {}
    assert atomic.stamp_of(path) == stamp


def test_the_bytes_are_on_disk_before_the_name_and_the_name_before_we_say_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(path)
    order: list[str] = []

    def seen(call: str) -> None:
        genuine = getattr(os, call)

        def record(*args: object) -> object:
            folder = call == "fsync" and os.path.samestat(os.fstat(args[0]), path.parent.stat())  # type: ignore[arg-type]
            order.append(f"{call} folder" if folder else call)
            return genuine(*args)

        monkeypatch.setattr(os, call, record)

    for call in ("fsync", "link", "replace"):
        seen(call)
    store.add([task()])
    assert order == ["fsync", "link", "replace", "replace", "fsync folder"]


def test_quick_writes_of_equal_size_have_different_stamps(path: Path, no_sync: None) -> None:
    path.parent.mkdir(parents=True)
    data = [b"a", b"b"]
    stamps = [atomic.replace(path, data[number % 2], backup=None) for number in range(200)]
    assert len(set(stamps)) == 200


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "none", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount command")
    if done.returncode:
        pytest.skip(f"may not mount a small disk: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_goes_on_when_there_is_room(mounted: Path) -> None:
    path = mounted / "data" / "tasks.json"
    store = opened(path)
    written = []
    with pytest.raises(Trouble) as caught:
        for number in range(100):
            one = task(str(number) * 4000, now=NOW + number)
            store.add([one])
            written.append(one)
    assert caught.value.kind is Kind.STORE
    assert os.strerror(errno.ENOSPC) in str(caught.value.detail)
    assert written
    assert names(path) == {"tasks.json", "tasks.json.bak"}
    assert store.tasks() == written[::-1]
    assert opened(path).tasks() == written[::-1]
    path.with_name("tasks.json.bak").unlink()
    store.apply([Change(written[0].key, {"status": Status.SENDING})])
    assert len(opened(path).tasks()) == len(written)


def test_on_a_read_only_disk_the_list_is_there_and_a_write_says_why(mounted: Path) -> None:
    path = mounted / "data" / "tasks.json"
    clock = Clock()
    store = opened(path, clock)
    one, removed = task("1"), task("2", status=Status.DONE, removed_at=NOW)
    store.add([one, removed])
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    clock.now += KEEP_REMOVED + 1
    again = opened(path, clock)  # purging is not possible, and not worth a word
    assert again.tasks() == [one]
    assert again.refresh() is None
    with pytest.raises(Trouble, match="Read-only"):
        again.add([task("3")])
    with pytest.raises(Trouble, match="Read-only"):
        TaskStore(mounted / "new" / "tasks.json").open()
    subprocess.run(["mount", "-o", "remount,rw", str(mounted)], check=True)
    again.add([task("3")])
