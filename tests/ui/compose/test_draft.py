import errno
import stat
from pathlib import Path

import msgspec
import pytest

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.task import Request, Task, new_task
from qr_tui.ui.compose.draft import Draft, DraftFile, from_request

CATALOGUE = Catalogue()


def a_task(prompt: str = "a paper boat") -> Task:
    request = Request(model="sora-2", prompt=prompt, images=("https://a/1.png",), parameters={"duration": 10})
    return new_task(request, base_url="https://h", account="", now=1.0)


def test_a_draft_comes_back_whole_and_private(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "state" / "draft.json")
    draft = Draft(prompt="一只纸船\nrain", images="https://a/1", values={"watermark": False}, copies=3)
    file.save(draft)
    assert DraftFile(file.path).load().draft == draft
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert [item.name for item in file.path.parent.iterdir()] == ["draft.json"]


def test_no_file_is_an_empty_draft(tmp_path: Path) -> None:
    loaded = DraftFile(tmp_path / "draft.json").load()
    assert loaded.draft == Draft()
    assert loaded.aside is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"prompt": 3}', b"\xff\xfe", b"[" * 5000])
def test_a_damaged_draft_is_put_aside_not_fatal(tmp_path: Path, damage: bytes) -> None:
    file = DraftFile(tmp_path / "draft.json")
    for number in (1, 2):
        file.path.write_bytes(damage)
        loaded = file.load()
        assert loaded.draft == Draft()
        assert loaded.aside == tmp_path / f"draft.damaged-{number}.json"
        assert loaded.aside.read_bytes() == damage
        assert not file.path.exists()


def test_a_draft_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    file.path.mkdir()
    loaded = file.load()
    assert loaded.draft == Draft()
    assert loaded.problem
    assert file.path.is_dir()


def test_rule_1_9_copies_from_a_file_are_never_another_number(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    file.path.write_bytes(b'{"copies": 5000}')
    assert file.load().draft.copies == 5000
    file.path.write_bytes(b'{"copies": -1}')
    assert file.load().draft.copies == -1


def test_a_late_write_never_undoes_a_newer_one(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    old, new = file.ticket(), file.ticket()
    file.save(Draft(prompt="new"), new)
    file.save(Draft(prompt="old"), old)
    assert file.load().draft.prompt == "new"


def test_a_full_disk_leaves_the_old_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = DraftFile(tmp_path / "draft.json")
    file.save(Draft(prompt="old"))

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.save(Draft(prompt="new"))
    assert file.load().draft.prompt == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["draft.json"]


def test_after_sending_the_settings_stay_and_the_words_go() -> None:
    sent = Draft(prompt="p", images="https://a", copies=4, values={"duration": 25}, parent="k").sent()
    assert sent == Draft(values={"duration": 25})
    assert sent.empty


def test_starting_from_a_task_keeps_what_was_being_written() -> None:
    mine = Draft(prompt="half a thought", values={"watermark": False})
    task = a_task()
    fresh = mine.restarted(task, CATALOGUE)
    assert (fresh.prompt, fresh.images, fresh.model) == ("a paper boat", "https://a/1.png", "sora-2")
    assert fresh.values == {"watermark": False, "duration": 10}
    assert fresh.parent == task.key
    assert fresh.kept == mine
    back = fresh.swapped()
    assert back.prompt == "half a thought"
    assert back.kept is not None
    assert back.kept.prompt == "a paper boat"


def test_nothing_is_kept_when_nothing_would_be_lost() -> None:
    assert Draft().restarted(a_task(), CATALOGUE).kept is None
    same = from_request(a_task().request, CATALOGUE)
    assert same.restarted(a_task(), CATALOGUE).kept is None
    assert Draft().swapped() == Draft()


def test_an_older_kept_draft_survives_an_empty_one() -> None:
    older = Draft(prompt="older")
    assert Draft(kept=older).restarted(a_task(), CATALOGUE).kept == older


def test_only_one_level_is_read_back(tmp_path: Path) -> None:
    deep = Draft(prompt="1", kept=Draft(prompt="2", kept=Draft(prompt="3")))
    path = tmp_path / "draft.json"
    path.write_bytes(msgspec.json.encode(deep))
    assert DraftFile(path).load().draft == Draft(prompt="1", kept=Draft(prompt="2"))


def test_links_leave_blank_lines_out() -> None:
    draft = Draft(images=" https://a \n\n https://b\n", first_frame="https://c", last_frame=" ")
    assert draft.pictures(CATALOGUE.get("sora-2")) == [("https://a", ""), ("https://b", "")]
    assert draft.pictures(CATALOGUE.get("kling-v2-6")) == [("https://c", "first_frame")]
    seedance = draft.pictures(CATALOGUE.get("doubao-seedance-2-0-260128"))
    assert seedance == [("https://c", "first_frame"), ("https://a", "reference"), ("https://b", "reference")]


def test_a_field_is_set_where_it_belongs() -> None:
    draft = Draft().with_field("images", "https://a.example").with_field("copies", 3).with_field("duration", 15)
    assert draft == Draft(images="https://a.example", copies=3, values={"duration": 15})
