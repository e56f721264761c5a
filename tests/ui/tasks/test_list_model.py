"""What is shown stays with the tasks: cursor, marks, order and filter through every change."""

import asyncio

import pytest

from qr_tui.core.query import parse
from qr_tui.core.task import Status
from qr_tui.ui.tasks.list_model import ListModel
from tests.support.fake_app import NOW, make_task, with_fields


@pytest.fixture
def list_model() -> ListModel:
    made = ListModel()
    made.load([make_task(number) for number in range(1, 11)], NOW)
    return made


def key(number: int) -> str:
    return make_task(number).key


def test_newest_first_and_the_cursor_on_it(list_model: ListModel) -> None:
    assert list_model.shown[0] == key(10)
    assert list_model.cursor == key(10)


def test_a_change_names_its_row_only(list_model: ListModel) -> None:
    changed = list_model.update([make_task(4, progress=50.0)], [], NOW)
    assert changed.rows == (key(4),)
    assert not changed.everything


def test_the_same_object_again_is_no_change(list_model: ListModel) -> None:
    assert list_model.update([list_model.tasks[key(4)]], [], NOW).rows == ()


def test_a_new_task_comes_on_top_and_the_cursor_stays_with_its_task(list_model: ListModel) -> None:
    list_model.move_to(3)
    at = list_model.cursor
    assert list_model.update([make_task(11)], [], NOW).everything
    assert list_model.shown[0] == key(11)
    assert list_model.cursor == at
    assert list_model.index == 4


def test_a_removed_task_gives_its_place_to_the_next(list_model: ListModel) -> None:
    list_model.move_to(3)
    list_model.toggle_mark(key(7))
    list_model.update([], [key(7)], NOW)
    assert list_model.cursor == key(6)
    assert not list_model.marks
    assert key(7) not in list_model.tasks


def test_removing_the_last_row_and_then_all(list_model: ListModel) -> None:
    list_model.move_to(9)
    list_model.update([], [key(1)], NOW)
    assert list_model.cursor == key(2)
    list_model.update([], [key(number) for number in range(2, 11)], NOW)
    assert list_model.cursor is None
    assert list_model.targets == []


def test_a_reload_keeps_cursor_and_marks(list_model: ListModel) -> None:
    list_model.move_to(5)
    list_model.toggle_mark(key(2))
    list_model.toggle_mark(key(3))
    list_model.load([make_task(number) for number in range(3, 20)], NOW)
    assert list_model.cursor == key(5)
    assert list(list_model.marks) == [key(3)]


def test_targets_are_the_marked_in_the_order_of_the_list(list_model: ListModel) -> None:
    list_model.toggle_mark(key(2))
    list_model.toggle_mark(key(8))
    assert [task.key for task in list_model.targets] == [key(8), key(2)]
    list_model.toggle_mark(key(2))
    assert [task.key for task in list_model.targets] == [key(8)]


def test_a_range_runs_from_the_last_mark(list_model: ListModel) -> None:
    list_model.toggle_mark(list_model.shown[2])
    first = list_model.last_mark()
    assert first is not None
    list_model.mark_rows(5, first)
    assert set(list_model.marks) == set(list_model.shown[2:6])


def test_a_filter_follows_what_changes(list_model: ListModel) -> None:
    list_model.query = parse("status:failed")
    list_model.rebuild(NOW)
    assert list_model.shown == []
    assert list_model.update([make_task(5, status=Status.FAILED)], [], NOW).everything
    assert list_model.shown == [key(5)]
    assert list_model.cursor == key(5)
    list_model.update([make_task(5, status=Status.DONE)], [], NOW)
    assert list_model.shown == []


def filter_by(list_model: ListModel, text: str) -> None:
    list_model.query = parse(text) if text else None
    list_model.refilter(NOW)


def test_a_filter_goes_to_the_nearest_task_and_back_when_it_ends(list_model: ListModel) -> None:
    list_model.cursor = key(5)
    for number in (2, 6, 9):
        list_model.update([make_task(number, status=Status.FAILED)], [], NOW)
    filter_by(list_model, "status:failed")
    assert list_model.cursor == key(6)
    filter_by(list_model, "status:failed id:000002")
    assert list_model.cursor == key(2)
    filter_by(list_model, "zebra")
    assert list_model.cursor is None
    filter_by(list_model, "")
    assert list_model.cursor == key(5)


def test_a_task_that_was_gone_to_under_a_filter_stays_under_the_cursor(list_model: ListModel) -> None:
    list_model.cursor = key(5)
    list_model.update([make_task(9, status=Status.FAILED)], [], NOW)
    filter_by(list_model, "status:failed")
    list_model.move_to(0)
    filter_by(list_model, "")
    assert list_model.cursor == key(9)


def test_a_change_never_moves_the_cursor_back_by_itself(list_model: ListModel) -> None:
    for number in (5, 6):
        list_model.update([make_task(number, status=Status.FAILED)], [], NOW)
    list_model.cursor = key(5)
    filter_by(list_model, "status:failed")
    list_model.update([make_task(5)], [], NOW)
    assert list_model.cursor == key(6)
    list_model.update([make_task(5, status=Status.FAILED)], [], NOW)
    assert list_model.cursor == key(6)
    filter_by(list_model, "")
    assert list_model.cursor == key(5)


def test_marked_is_part_of_the_filter_language(list_model: ListModel) -> None:
    list_model.toggle_mark(key(3))
    list_model.query = parse("is:marked")
    list_model.rebuild(NOW)
    assert list_model.shown == [key(3)]


@pytest.mark.parametrize(("order", "first"), [("newest", 10), ("oldest", 1), ("status", 4), ("progress", 6)])
def test_orders(list_model: ListModel, order: str, first: int) -> None:
    list_model.update([make_task(4, status=Status.UNCONFIRMED), make_task(6, progress=80.0)], [], NOW)
    list_model.arrange(order, False, NOW)
    assert list_model.shown[0] == key(first)
    list_model.arrange(order, True, NOW)
    assert list_model.shown[-1] == key(first)


def test_an_order_by_status_moves_a_row_when_its_status_changes(list_model: ListModel) -> None:
    list_model.arrange("status", False, NOW)
    list_model.move_to(4)
    at = list_model.cursor
    assert list_model.update([make_task(2, status=Status.UNCONFIRMED)], [], NOW).everything
    assert list_model.shown[0] == key(2)
    assert list_model.cursor == at


def test_a_gentle_rebuild_gives_way_and_agrees_with_the_plain_one() -> None:
    list_model = ListModel()
    list_model.load([make_task(number) for number in range(5_000)], NOW)
    list_model.query = parse("number !7")
    turns = 0

    async def run() -> None:
        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(others())
        await list_model.refilter_gently(NOW)
        other.cancel()

    asyncio.run(run())
    gentle = list(list_model.shown)
    list_model.rebuild(NOW)
    assert list_model.shown == gentle
    assert turns >= 2


def test_a_gentle_rebuild_survives_a_change_in_the_middle() -> None:
    list_model = ListModel()
    list_model.load([make_task(number) for number in range(5_000)], NOW)
    list_model.query = parse("number")

    async def run() -> None:
        building = asyncio.create_task(list_model.refilter_gently(NOW))
        await asyncio.sleep(0)
        list_model.update([make_task(9_999)], [make_task(0).key], NOW)
        await building

    asyncio.run(run())
    assert list_model.shown[0] == key(9_999)
    assert key(0) not in list_model.rows
    assert len(list_model.shown) == 5_000


def test_equal_content_in_another_object_is_a_row_to_compare(list_model: ListModel) -> None:
    same = with_fields(list_model.tasks[key(4)])
    assert list_model.update([same], [], NOW).rows == (key(4),)


def test_counts_follow_every_change(list_model: ListModel) -> None:
    list_model.update([make_task(4, status=Status.RUNNING), make_task(11, status=Status.RUNNING)], [], NOW)
    list_model.update([], [key(4), key(11), "unknown"], NOW)
    list_model.add_archived([make_task(0, status=Status.FAILED), make_task(5)], NOW)
    for status in Status:
        assert list_model.count(status) == sum(task.status is status for task in list_model.tasks.values())
    assert list_model.count(*Status) == len(list_model.tasks) == 10


@pytest.mark.parametrize("order", ["newest", "oldest", "status", "model", "finished"])
@pytest.mark.parametrize("text", ["", "status:done"])
def test_old_tasks_take_their_places_in_any_order(order: str, text: str) -> None:
    made = [make_task(number, status=Status.DONE if number % 3 else Status.FAILED) for number in range(1, 31)]
    whole, parts = ListModel(), ListModel()
    for model in (whole, parts):
        model.query = parse(text) if text else None
    whole.load(made, NOW)
    whole.arrange(order, False, NOW)
    parts.load(made[20:], NOW)
    parts.arrange(order, False, NOW)
    parts.move_to(2)
    at = parts.cursor
    for start in (10, 0):
        parts.add_archived(made[start : start + 10], NOW)
    assert parts.shown == whole.shown
    assert parts.rows == whole.rows
    assert parts.cursor == at


def test_a_task_that_comes_to_pass_the_filter_takes_its_place_and_leaves_it_again(list_model: ListModel) -> None:
    list_model.query = parse("status:failed")
    list_model.rebuild(NOW)
    before = list(list_model.shown)
    for number in (3, 10, 1, 7):
        assert list_model.update([make_task(number, status=Status.FAILED)], [], NOW).everything
        assert list_model.shown == sorted({*before, *list_model.shown}, reverse=True)
        assert list_model.rows == {shown: at for at, shown in enumerate(list_model.shown)}
    list_model.update([make_task(10, status=Status.RUNNING)], [], NOW)
    assert key(10) not in list_model.shown
