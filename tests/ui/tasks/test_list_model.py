"""What is shown stays with the tasks: cursor, marks, order and filter through every change."""

import asyncio

import pytest

from qr_tui.core.query import parse
from qr_tui.core.task import Status
from qr_tui.ui.tasks.list_model import Listing
from tests.support.fake_app import NOW, make_task, with_fields


@pytest.fixture
def listing() -> Listing:
    made = Listing()
    made.load([make_task(number) for number in range(1, 11)], NOW)
    return made


def key(number: int) -> str:
    return make_task(number).key


def test_newest_first_and_the_cursor_on_it(listing: Listing) -> None:
    assert listing.shown[0] == key(10)
    assert listing.cursor == key(10)


def test_a_change_names_its_row_only(listing: Listing) -> None:
    changed = listing.update([make_task(4, progress=50.0)], [], NOW)
    assert changed.rows == (key(4),)
    assert not changed.everything


def test_the_same_object_again_is_no_change(listing: Listing) -> None:
    assert listing.update([listing.tasks[key(4)]], [], NOW).rows == ()


def test_a_new_task_comes_on_top_and_the_cursor_stays_with_its_task(listing: Listing) -> None:
    listing.move_to(3)
    at = listing.cursor
    assert listing.update([make_task(11)], [], NOW).everything
    assert listing.shown[0] == key(11)
    assert listing.cursor == at
    assert listing.index == 4


def test_a_removed_task_gives_its_place_to_the_next(listing: Listing) -> None:
    listing.move_to(3)
    listing.toggle_mark(key(7))
    listing.update([], [key(7)], NOW)
    assert listing.cursor == key(6)
    assert not listing.marks
    assert key(7) not in listing.tasks


def test_removing_the_last_row_and_then_all(listing: Listing) -> None:
    listing.move_to(9)
    listing.update([], [key(1)], NOW)
    assert listing.cursor == key(2)
    listing.update([], [key(number) for number in range(2, 11)], NOW)
    assert listing.cursor is None
    assert listing.targets == []


def test_a_reload_keeps_cursor_and_marks(listing: Listing) -> None:
    listing.move_to(5)
    listing.toggle_mark(key(2))
    listing.toggle_mark(key(3))
    listing.load([make_task(number) for number in range(3, 20)], NOW)
    assert listing.cursor == key(5)
    assert list(listing.marks) == [key(3)]


def test_targets_are_the_marked_in_the_order_of_the_list(listing: Listing) -> None:
    listing.toggle_mark(key(2))
    listing.toggle_mark(key(8))
    assert [task.key for task in listing.targets] == [key(8), key(2)]
    listing.toggle_mark(key(2))
    assert [task.key for task in listing.targets] == [key(8)]


def test_a_range_runs_from_the_last_mark(listing: Listing) -> None:
    listing.toggle_mark(listing.shown[2])
    first = listing.last_mark()
    assert first is not None
    listing.mark_rows(5, first)
    assert set(listing.marks) == set(listing.shown[2:6])


def test_a_filter_follows_what_changes(listing: Listing) -> None:
    listing.query = parse("status:failed")
    listing.rebuild(NOW)
    assert listing.shown == []
    assert listing.update([make_task(5, status=Status.FAILED)], [], NOW).everything
    assert listing.shown == [key(5)]
    assert listing.cursor == key(5)
    listing.update([make_task(5, status=Status.DONE)], [], NOW)
    assert listing.shown == []


def test_unfinished_only(listing: Listing) -> None:
    listing.update([make_task(5, status=Status.DONE)], [], NOW)
    listing.only_unfinished = True
    listing.rebuild(NOW)
    assert key(5) not in listing.shown
    assert len(listing.shown) == 9


def test_marked_is_part_of_the_filter_language(listing: Listing) -> None:
    listing.toggle_mark(key(3))
    listing.query = parse("is:marked")
    listing.rebuild(NOW)
    assert listing.shown == [key(3)]


@pytest.mark.parametrize(("order", "first"), [("newest", 10), ("oldest", 1), ("status", 4), ("progress", 6)])
def test_orders(listing: Listing, order: str, first: int) -> None:
    listing.update([make_task(4, status=Status.UNCONFIRMED), make_task(6, progress=80.0)], [], NOW)
    listing.arrange(order, False, NOW)
    assert listing.shown[0] == key(first)
    listing.arrange(order, True, NOW)
    assert listing.shown[-1] == key(first)


def test_an_order_by_status_moves_a_row_when_its_status_changes(listing: Listing) -> None:
    listing.arrange("status", False, NOW)
    listing.move_to(4)
    at = listing.cursor
    assert listing.update([make_task(2, status=Status.UNCONFIRMED)], [], NOW).everything
    assert listing.shown[0] == key(2)
    assert listing.cursor == at


def test_a_gentle_rebuild_gives_way_and_agrees_with_the_plain_one() -> None:
    listing = Listing()
    listing.load([make_task(number) for number in range(5_000)], NOW)
    listing.query = parse("number !7")
    turns = 0

    async def run() -> None:
        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        other = asyncio.create_task(others())
        await listing.rebuild_gently(NOW)
        other.cancel()

    asyncio.run(run())
    gentle = list(listing.shown)
    listing.rebuild(NOW)
    assert listing.shown == gentle
    assert turns >= 2


def test_a_gentle_rebuild_survives_a_change_in_the_middle() -> None:
    listing = Listing()
    listing.load([make_task(number) for number in range(5_000)], NOW)
    listing.query = parse("number")

    async def run() -> None:
        building = asyncio.create_task(listing.rebuild_gently(NOW))
        await asyncio.sleep(0)
        listing.update([make_task(9_999)], [make_task(0).key], NOW)
        await building

    asyncio.run(run())
    assert listing.shown[0] == key(9_999)
    assert key(0) not in listing.rows
    assert len(listing.shown) == 5_000


def test_equal_content_in_another_object_is_a_row_to_compare(listing: Listing) -> None:
    same = with_fields(listing.tasks[key(4)])
    assert listing.update([same], [], NOW).rows == (key(4),)
