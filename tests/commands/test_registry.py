"""The registry: one id, one handler, no key that terminals swallow, no key that would do two things."""

from typing import cast

import pytest

from qr_tui.commands.keymap import RESERVED, Keymap, normal
from qr_tui.commands.registry import BANNED_KEYS, COMMANDS, Command
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.text.display import cells
from qr_tui.services.costs.money import Money
from qr_tui.ui.compose.screen import ComposeScreen
from qr_tui.ui.details.screen import DetailsScreen
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.glyphs import UNICODE
from qr_tui.ui.theme.palettes import DARK
from qr_tui.ui.usage.screen import UsageScreen
from qr_tui.ui.viewer.screen import ViewerScreen
from qr_tui.ui.widgets.header_footer import footer_line
from tests.support.driving import Run, run
from tests.support.fake_app import make_task

Handlers = dict[str, list[object]]


@pytest.fixture(scope="module")
def handlers(tmp_path_factory: pytest.TempPathFactory) -> Handlers:
    """Return who handles the commands of each scope."""
    home = tmp_path_factory.mktemp("home")
    found: Handlers = {}

    async def script(it: Run) -> None:
        compose = ComposeScreen(it.studio, it.app.app_context)
        found["app"] = [it.app]
        found["tasks"] = list(it.app.tasks.command_handlers())
        found["details"] = list(DetailsScreen(make_task()).command_handlers())
        found["usage"] = list(UsageScreen(cast(Money, None), 0.0).command_handlers())
        found["viewer"] = list(ViewerScreen([make_task()]).command_handlers())
        found["compose"] = list(compose.command_handlers())

    run(home, [], script)
    return found


class Asked:
    """A context with one task in it."""

    current = make_task()
    targets = [current]  # noqa: RUF012
    marked = 0
    shown = 2
    undoable = False
    model_fields = frozenset({"orientation", "duration", "size", "watermark", "private"})


def test_ids_are_unique() -> None:
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_has_one_handler_keys_and_words(command: Command, handlers: Handlers) -> None:
    owners = [owner for owner in handlers[command.scope] if callable(getattr(owner, f"do_{command.name}", None))]
    assert len(owners) == 1, command.id
    assert command.keys
    assert command.title
    assert command.help


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_no_key_is_swallowed_by_terminals_or_misspelled(command: Command) -> None:
    for key in command.keys:
        assert key not in BANNED_KEYS | RESERVED
        assert normal(key) == key


def test_no_default_key_does_two_things() -> None:
    assert list(Keymap().clashes()) == []


def test_escape_is_never_the_only_key() -> None:
    for command in COMMANDS:
        assert set(command.keys) != {"escape"}, command.id


@pytest.mark.parametrize("scope", ["tasks", "details"])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_footer_shows_what_can_be_done_now_and_fills_its_width(scope: str, width: int) -> None:
    look, asked = Appearance(UNICODE, DARK, Catalogue()), Asked()
    strip = footer_line(width, look, Keymap(), scope, asked)
    assert strip.cell_length == width
    able = [command for command in COMMANDS if command.scope in (scope, "app") and command.footer]
    able = sorted((one for one in able if not one.when(asked)), key=lambda command: command.footer)
    shown = [command for command in able if f" {command.title} " in f"{strip.text} "]
    assert {"app.help"} <= {command.id for command in shown}
    left_out = [command for command in able if command not in shown and command.footer < 90]
    if left_out:  # the next one has no room any more
        room = width - len(strip.text.rstrip())
        assert room < len(left_out[0].title) + len(left_out[0].keys[0]) + 3


def test_the_footer_offers_nothing_that_cannot_be_done() -> None:
    look = Appearance(UNICODE, DARK, Catalogue())
    strip = footer_line(300, look, Keymap(), "tasks", Asked())
    for command in COMMANDS:
        if command.scope == "tasks" and command.footer and command.when(Asked()):
            assert f" {command.title} " not in strip.text, command.id


def test_a_narrow_footer_keeps_help_and_the_way_out() -> None:
    look = Appearance(UNICODE, DARK, Catalogue())
    text = footer_line(40, look, Keymap(), "tasks", Asked()).text
    assert cells(text) == 40
    assert "? help" in text
    assert "q quit" in text
    assert "n new" in text
