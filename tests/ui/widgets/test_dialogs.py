"""Questions, deciding, palette and help: by keyboard alone, with the safe answer first."""

from pathlib import Path

import pytest

from qr_tui.config import Settings
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from qr_tui.services.checks import Concern
from qr_tui.services.decisions import Adopt, Drop, SendAgain
from qr_tui.ui.widgets.confirm import ConfirmScreen
from qr_tui.ui.widgets.paying import QUIET
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_task

HOSTILE = "[/b] [bold \x1b[2J\x07"
LOST = make_task(1, status=Status.UNCONFIRMED, id=None, prompt="a paper boat " + HOSTILE)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], False),
        (["y"], True),
        (["Y"], True),
        (["n"], False),
        (["escape"], False),
        (["q"], False),
        (["up", "enter"], True),
        (["tab", "tab", "enter"], False),
        (["x", "enter"], False),
    ],
)
def test_only_a_plain_yes_is_a_yes(tmp_path: Path, keys: list[str], answer: bool) -> None:
    answers: list[bool | None] = []

    async def script(it: Run) -> None:
        it.app.push_screen(
            ConfirmScreen(f"Really {HOSTILE}?", [HOSTILE, "it costs"], "do it", "leave it"), answers.append
        )
        await it.settle()
        assert "do it" in it.screen
        assert "it costs" in it.screen
        assert "\x1b" not in it.screen
        await it.press(*keys)
        assert it.on == "TasksScreen"

    run(tmp_path, [], script)
    assert answers == [answer]


def test_adopting_takes_a_pasted_id_trimmed(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert "answer lost" in it.screen
        await it.press("a")
        assert it.on == "DecideScreen"
        await it.type("  sora-2:task_9 ")
        await it.press("enter")
        assert it.on == "TasksScreen"
        assert it.studio.called("decide") == [("key000001", Adopt("sora-2:task_9"))]
        assert "adopted sora-2:task_9" in it.toasts[-1]
        assert "○ waiting" in it.screen

    run(tmp_path, [LOST], script)


def test_an_id_that_is_not_good_stays_in_the_field(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a")
        it.studio.troubles["decide"] = Trouble(Kind.NOT_FOUND, f"unknown {HOSTILE}")
        await it.type("wrong:id")
        await it.press("enter")
        assert it.on == "DecideScreen"
        assert "does not know this task" in it.screen
        assert "wrong:id" in it.screen
        await it.press("enter")
        assert it.on == "TasksScreen"

    run(tmp_path, [LOST], script)


def test_an_empty_id_is_asked_for(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a", "enter")
        assert it.on == "DecideScreen"
        assert "The id is empty" in it.screen
        assert it.studio.called("decide") == []

    run(tmp_path, [LOST], script)


@pytest.mark.parametrize("key", ["y", "enter", "space", "n", "2"])
def test_rule_1_9_sending_again_takes_a_paying_key(tmp_path: Path, key: str) -> None:
    async def script(it: Run) -> None:
        await it.press("a", "down")
        assert "ctrl+g sends it again · est. 4 credits: a second video may be made and paid" in flat(it.screen)
        await it.press(key, key)
        assert it.on == "DecideScreen"
        assert it.studio.called("decide") == []
        await it.press("ctrl+g")
        assert it.studio.called("decide") == [("key000001", SendAgain())]

    studio = FakeStudio([LOST])
    studio.fake_money.price = 4.0
    run(tmp_path, [LOST], script, studio=studio)


def test_rule_1_9_a_paying_key_does_nothing_on_the_other_ways(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a", "ctrl+g", "f5", "down", "down", "ctrl+g", "f5")
        assert it.on == "DecideScreen"
        assert it.studio.called("decide") == []

    run(tmp_path, [LOST], script)


@pytest.mark.parametrize("keys", [("R",), ("a", "down")])
def test_rule_1_9_a_paying_key_counts_once_the_question_has_stood_there(tmp_path: Path, keys: tuple[str, ...]) -> None:
    hand = [10.0]

    async def script(it: Run) -> None:
        name = "retry" if keys == ("R",) else "decide"
        await it.press(*keys)
        for turn in (0.0, 0.3, 0.3):  # a key that is held down: each one begins the wait anew
            hand[0] += turn
            await it.press("ctrl+g")
            assert it.studio.called(name) == []
        hand[0] += QUIET + 0.1
        await it.press("ctrl+g")
        assert len(it.studio.called(name)) == 1

    lost = LOST if keys != ("R",) else make_task(status=Status.FAILED)
    run(tmp_path, [lost], script, steady=lambda: hand[0])


@pytest.mark.parametrize("key", ["y", "Y", "enter", "space", "n", "r", "R"])
def test_rule_1_9_only_a_paying_key_makes_a_failed_video_again(tmp_path: Path, key: str) -> None:
    async def script(it: Run) -> None:
        await it.press("R")
        assert "ctrl+g  make again · est. 4 credits" in it.screen
        await it.press(key)
        assert it.studio.called("retry") == []

    failed = make_task(status=Status.FAILED)
    studio = FakeStudio([failed])
    studio.fake_money.price = 4.0
    run(tmp_path, [failed], script, studio=studio)


def test_rule_1_9_the_paying_keys_are_the_same_everywhere_when_they_are_a_persons_own(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("R", "ctrl+g", "f5")
        assert it.studio.called("retry") == []
        assert "F12  make again" in it.screen
        await it.press("f12")
        assert len(it.studio.called("retry")) == 1

    run(tmp_path, [make_task(status=Status.FAILED)], script, settings=Settings(keys={"compose.generate": "f12"}))


def test_rule_1_9_the_palette_shows_what_pays_and_does_not_run_it(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("n")
        await it.type("a boat")
        await it.press("ctrl+p")
        await it.type("generate")
        assert "ctrl+g" in it.screen
        assert "only its own key does it" in it.screen
        await it.press("enter", "enter")
        assert it.on == "PaletteScreen"
        assert it.studio.called("submit") == []

    run(tmp_path, [], script, size=(100, 24))


def test_dropping_and_going_back(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a", "escape")
        assert it.studio.called("decide") == []
        await it.press("a", "up", "enter")
        assert it.studio.called("decide") == [("key000001", Drop())]
        assert "■ stopped" in it.screen
        await it.press("u")
        assert "! answer lost" in it.screen
        await it.press("a", "3")
        assert "■ stopped" in it.screen


def test_all_marked_ones_are_decided_at_once(tmp_path: Path) -> None:
    lost = [make_task(number, status=Status.UNCONFIRMED, id=None) for number in (1, 2, 3)]

    async def script(it: Run) -> None:
        await it.press("A", "a")
        assert "3 answers were lost" in it.screen
        assert "adopt" not in it.screen
        await it.press("escape", "a", "2", "2", "enter")
        assert "ctrl+g sends again ×3" in flat(it.screen)
        assert it.studio.called("decide") == []
        await it.press("escape", "a", "3")
        assert [choice for _key, choice in it.studio.called("decide")] == [Drop()] * 3
        assert "dropped 3" in it.toasts[-1]
        await it.press("u")
        assert it.screen.count("! answer lost") == 3
        await it.press("a", "2", "ctrl+g")
        assert [choice for _key, choice in it.studio.called("decide")][3:] == [SendAgain()] * 3

    run(tmp_path, lost, script)


def test_a_digit_chooses_until_the_id_is_being_written(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a", "2")
        assert "> 2  send again" in it.screen
        await it.press("1")
        await it.type("task_3")
        assert "> 1  adopt an id" in it.screen
        assert "task_3" in it.screen
        await it.press("escape")
        assert it.on == "DecideScreen"
        await it.press("enter")
        assert it.studio.called("decide") == [("key000001", Adopt("task_3"))]

    run(tmp_path, [LOST], script)


def test_it_is_said_what_was_sent_when_and_with_what(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a")
        box = flat(it.screen)
        assert "with sora-2-pro" in box
        assert box.count("a paper boat") == 2  # in the list behind it, and here once

    run(tmp_path, [LOST], script)


@pytest.mark.parametrize("opener", ["colon", "ctrl+p"])
def test_the_palette_narrows_and_runs(tmp_path: Path, opener: str) -> None:
    async def script(it: Run) -> None:
        await it.press(opener)
        assert it.on == "PaletteScreen"
        await it.type("look now")
        assert "look now" in it.screen
        await it.press("enter")
        assert it.on == "TasksScreen"
        assert it.studio.called("look") == [["key000001"]]

    run(tmp_path, [make_task(1)], script)


def test_the_palette_shows_why_a_command_cannot_run(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("colon")
        await it.type("try again")
        assert "only a failed task can be tried again" in it.screen
        await it.press("enter")
        assert "only a failed task can be tried again" in it.toasts[-1]
        await it.press("colon")
        await it.type("zzz")
        assert "no command is called so" in it.screen
        await it.press("enter")
        assert it.on == "TasksScreen"

    run(tmp_path, [make_task(1)], script)


def test_the_palette_begins_with_what_one_looks_for(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("colon")
        rows = [line for line in it.line if "│" in line]
        assert "mark" in rows[1]
        assert not any("next task" in row for row in rows[:12])

    run(tmp_path, [make_task(1)], script)


def test_the_palette_moves_by_arrows_and_knows_details(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("enter", "colon")
        await it.type("raw")
        await it.press("down", "up", "escape")
        assert it.on == "DetailsScreen"

    run(tmp_path, [make_task(1, raw="{}")], script)


def test_help_names_every_key_of_the_screen_with_reasons(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("question_mark")
        assert it.on == "HelpScreen"
        assert "j ↓" in it.screen
        assert "write a new video" in it.screen
        box = [part for line in it.line for part in line.split("│")[1:2]]  # beside it stand the details
        assert "(only a failed task can be tried again)" in " ".join(" ".join(box).split())
        await it.press("G")
        assert "everywhere" in it.screen
        assert "1 – 9" in it.screen
        await it.press("q")
        assert it.on == "TasksScreen"
        await it.press("enter", "f1")
        assert "fold or unfold the last raw answer" in it.screen

    run(tmp_path, [make_task(1)], script, size=(110, 48))


def flat(screen: str) -> str:
    """Return a screen's words in one line, without the frame."""
    return " ".join(screen.replace("│", " ").split())


LONG = [f"line {number} of what to know before answering" for number in range(1, 9)]


def test_what_is_asked_and_the_answers_stay_in_sight_while_the_text_scrolls(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.app.push_screen(ConfirmScreen("Really?", LONG, "do it", "leave it"))
        await it.settle()
        always = ("Really?", "y  do it", "n  leave it", "y yes · n no")
        assert all(words in it.screen for words in always)
        assert "line 1 of" in it.screen
        assert "more: pgdn" in it.screen
        seen = it.screen
        for _ in range(8):
            await it.press("pagedown")
            assert all(words in it.screen for words in always)
            seen += it.screen
        assert all(f"line {number} of" in seen for number in range(1, 9))
        assert "line 8 of" in it.screen
        assert "more: pgup" in it.screen
        assert "pgdn" not in it.screen
        await it.press(*["pageup"] * 8)
        assert "line 1 of" in it.screen

    run(tmp_path, [], script, size=(40, 10))


def test_where_all_of_it_fits_nothing_is_said_of_more(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.app.push_screen(ConfirmScreen("Really?", LONG))
        await it.settle()
        assert "line 8 of" in it.screen
        assert "more:" not in it.screen

    run(tmp_path, [], script)


def test_a_question_too_long_for_the_edge_stands_in_the_box(tmp_path: Path) -> None:
    question = "Take a task off the list that is not finished?"

    async def script(it: Run) -> None:
        it.app.push_screen(ConfirmScreen(question, ["It goes on."], "remove", "no"))
        await it.settle()
        words = " ".join(it.screen.replace("│", " ").split())
        assert question in words
        assert question not in it.screen
        assert "> n  no" in it.screen
        await it.press("n")
        await it.pilot.resize_terminal(80, 24)
        it.app.push_screen(ConfirmScreen(question, ["It goes on."], "remove", "no"))
        await it.settle()
        assert it.screen.count("Take a task") == 1
        assert question in it.screen

    run(tmp_path, [make_task()], script, size=(40, 10))


@pytest.mark.parametrize("size", [(40, 10), (60, 15)])
def test_an_error_is_in_sight_and_gone_when_another_way_is_chosen(tmp_path: Path, size: tuple[int, int]) -> None:
    async def script(it: Run) -> None:
        await it.press("a", "enter")
        words = " ".join(it.screen.replace("│", " ").split())
        assert "The id is empty: paste it, or choose another way." in words
        assert "1  adopt an id" in it.screen
        await it.press("down")
        assert "The id is empty" not in it.screen
        await it.press("up")
        assert "The id is empty" not in it.screen
        await it.press("enter")
        await it.type("x")
        assert "The id is empty" not in it.screen

    run(tmp_path, [LOST], script, size=size)


def test_trouble_goes_when_something_else_is_done(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.troubles["decide"] = Trouble(Kind.UNREACHABLE, "no route")
        await it.press("a", "down")
        await it.press("ctrl+g")
        assert "no route" in it.screen
        await it.press("enter")
        assert "no route" not in it.screen
        assert "Enter does not pay" in it.screen

    run(tmp_path, [LOST], script)


@pytest.mark.parametrize("size", [(40, 10), (60, 15), (80, 24)])
def test_the_chosen_way_is_one_even_block_in_sight_with_the_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    async def script(it: Run) -> None:
        await it.press("a")
        for number, last in ((1, "paste the task id here"), (2, "and paid"), (3, "as stopped")):
            way = it.app.screen.query_one(f"#way{number}")
            await it.until(lambda: it.app.screen.find_widget(way).visible_region.height == way.outer_size.height)  # noqa: B023
            assert f"> {number}  " in it.screen
            assert last in it.screen
            assert ("ctrl+g pays · esc" if number == 2 else "enter do it · esc") in it.screen
            ground = way.background_colors[1]
            inside = [widget for widget in way.walk_children() if widget.id != "id"]
            assert {widget.background_colors[1] for widget in inside} == {ground}
            assert ground != it.app.screen.query_one(f"#way{number % 3 + 1}").background_colors[1]
            await it.press("down")

    run(tmp_path, [LOST], script, size=size)


def test_what_pays_for_sending_again_is_seen_whole(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a", "down")
        assert "ctrl+g sends it again: a second video may be made and paid" in flat(it.screen)

    run(tmp_path, [LOST], script, size=(40, 10))


def test_on_a_low_terminal_every_way_is_in_sight(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("a")
        assert "3  drop" in it.screen
        await it.press("down", "down")
        assert "> 3  drop" in it.screen
        assert "it stays in the list as stopped" in it.screen
        await it.press("down")
        assert "> 1  adopt an id" in it.screen

    run(tmp_path, [make_task(status=Status.UNCONFIRMED, id=None)], script, size=(60, 15))


def test_sending_again_says_that_limits_are_not_in_force(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.concerns = [Concern(Kind.CONFIG, "ask", "config.toml cannot be read, so no limits")]
        await it.press("a")
        assert "no limits" not in it.screen
        await it.press("down")
        assert "a second video may be made and paid. config.toml cannot be read, so no limits" in flat(it.screen)
        assert it.studio.called("decide") == []

    run(tmp_path, [LOST], script)
