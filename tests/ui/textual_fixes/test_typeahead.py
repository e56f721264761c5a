"""What is typed ahead, and what happens while nothing can be seen."""

import asyncio
from pathlib import Path

from textual import events

from qr_tui.config import Settings
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request, Status, Task
from qr_tui.ui.compose.screen import ComposeScreen
from qr_tui.ui.textual_fixes.typeahead import EscapeThen
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_task

THREE = [make_task(number) for number in (1, 2, 3)]


class SlowStudio(FakeStudio):
    """Sends only once it is let."""

    def __init__(self) -> None:
        super().__init__(THREE)
        self.asked = asyncio.Event()
        self.may_send = asyncio.Event()

    async def submit(
        self,
        request: Request,
        *,
        copies: int = 1,
        confirmed: bool = False,
        parent: str | None = None,
        tags: tuple[str, ...] = (),
    ) -> list[Task]:
        self.asked.set()
        await self.may_send.wait()
        return await super().submit(request, copies=copies, confirmed=confirmed, parent=parent, tags=tags)


def burst(it: Run, *keys: str) -> None:
    """Type keys faster than anything can answer, as one packet over a line does."""
    for key in keys:
        it.app.post_message(events.Key(key, key if len(key) == 1 else None))


def prompt(it: Run) -> str:
    """Return what stands in the prompt, nothing while the form is not there."""
    return it.app.screen.prompt.text if isinstance(it.app.screen, ComposeScreen) else ""


def test_words_typed_right_behind_n_are_the_prompts(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        burst(it, "n", *"Dorax")
        await it.until(lambda: prompt(it) == "Dorax")
        assert it.studio.calls == [call for call in it.studio.calls if call[0] == "check"]

    run(tmp_path, THREE, script)


def test_a_paste_behind_n_is_the_prompts(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        burst(it, "n", "a")
        it.app.post_message(events.Paste("pasted\n一只船"))
        burst(it, "z")
        await it.until(lambda: prompt(it) == "apasted\n一只船z")

    run(tmp_path, THREE, script)


def test_what_is_typed_over_takes_its_turn(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("n")
        burst(it, *"redbo", *["backspace"] * 2, *"kite", "left", "left", *"ab", "delete")
        await it.until(lambda: prompt(it) == "redkiabe")
        burst(it, "f10", "slash", *"bot", "backspace", *"at")
        await it.until(lambda: it.app.tasks.list_model.filter_text == "boat")

    run(tmp_path, THREE, script)


def test_a_filter_typed_at_once_runs_no_command(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        burst(it, "slash", *"toDx", "enter", "j")
        await it.until(lambda: it.app.tasks.list_model.filter_text == "toDx")
        await it.settle()
        assert it.studio.calls == []

    run(tmp_path, THREE, script)


def test_keys_behind_the_one_that_sends_are_the_lists(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("n")
        burst(it, *"a boat".replace(" ", "_"), "ctrl+g", "j")
        await it.until(lambda: it.on == "TasksScreen")
        await it.settle()
        (sent,) = [what for name, what in it.studio.calls if name == "submit"]
        assert sent[0].prompt == "a_boat"
        assert it.cursor == THREE[-1].key  # one below the new task

    run(tmp_path, THREE, script)


def test_keys_are_let_go_when_a_command_fails_or_opens_nothing(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.troubles["look"] = Trouble(Kind.STORE, "disk full")
        burst(it, "r", "j")
        await it.until(lambda: it.cursor == THREE[1].key)
        burst(it, "x", "j")
        await it.until(lambda: it.cursor == THREE[0].key)

    run(tmp_path, THREE, script)


def test_sending_ends_on_the_list_even_under_a_terminal_too_small(tmp_path: Path) -> None:
    studio = SlowStudio()

    async def script(it: Run) -> None:
        await it.press("n", "a")
        burst(it, "ctrl+g")
        await studio.asked.wait()
        await it.pilot.resize_terminal(20, 5)
        studio.may_send.set()
        await it.settle()
        await it.pilot.resize_terminal(80, 24)
        await it.until(lambda: it.on == "TasksScreen")
        assert len(it.shown) == 4

    run(tmp_path, THREE, script, studio=studio)


def test_sending_ends_on_the_list_even_under_the_help(tmp_path: Path) -> None:
    studio = SlowStudio()

    async def script(it: Run) -> None:
        await it.press("n", "a")
        burst(it, "ctrl+g")
        await studio.asked.wait()
        await it.app.screen.run_action("screen.run('app.help')")
        await it.until(lambda: it.on == "HelpScreen")
        studio.may_send.set()
        await it.until(lambda: it.on == "TasksScreen")
        assert it.app.tasks.list_model.count(Status.QUEUED) == 1

    run(tmp_path, THREE, script, studio=studio)


def test_a_paste_into_a_terminal_too_small_goes_nowhere(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("n", "a")
        await it.pilot.resize_terminal(20, 5)
        it.app.post_message(events.Paste("unseen"))
        await it.press("b")
        await it.pilot.resize_terminal(80, 24)
        await it.settle()
        assert prompt(it) == "a"

    run(tmp_path, THREE, script)


def test_an_escape_and_a_key_in_one_go_are_two_keys_unless_alt_is_bound(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("n", "a")
        it.app.post_message(EscapeThen("alt+k", "k"))
        await it.until(lambda: it.on == "TasksScreen")
        await it.settle()
        it.app.post_message(EscapeThen("alt+j", "j"))
        await it.until(lambda: it.cursor == THREE[0].key)

    keys = {"tasks.bottom": "alt+j"}
    run(tmp_path, THREE, script, settings=Settings(keys=keys))


def test_the_space_of_an_input_method_is_text(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("n", "a")
        it.app.post_message(events.Key("ideographic_space", "\u3000"))
        await it.press("b")
        assert prompt(it) == "a\u3000b"
        await it.press("f10", "slash", "a")
        it.app.post_message(events.Key("ideographic_space", "\u3000"))
        await it.press("b")
        assert it.app.tasks.list_model.filter_text == "a b"

    run(tmp_path, THREE, script)
