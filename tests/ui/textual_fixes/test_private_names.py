"""Every private name of Textual and Rich that the app relies on, by name; none outside `ui/textual_fixes`.

When Textual is moved to another version, this says first what has gone.
"""

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console
from textual._compositor import Compositor
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widgets import TextArea

import qr_tui.ui
from tests.support.private_names import Use, members_of_class, uses

ROOM = "qr_tui.ui.textual_fixes"

# each private member that is overridden or read, and the class it is a member of
MEMBERS: dict[str, type] = {
    "_app": Driver,
    "_bindings": DOMNode,
    "_color_system": Console,
    "_compositor": Screen,
    "_cursor_offset": TextArea,
    "_display": App,
    "_driver": App,
    "_file": LinuxDriver,
    "_get_renders": Compositor,
    "_get_screen": App,
    "_merge_bindings": DOMNode,
    "_recompute_cursor_offset": TextArea,
    "_render_chops": Compositor,
    "_sequence_to_key_events": XTermParser,
    "_unnotify": App,
    "_writer_thread": LinuxDriver,
}
# each private module, and what is taken from it
MODULES: dict[str, tuple[str, ...]] = {
    "textual._compositor": ("ChopsUpdate", "Compositor", "CompositorUpdate", "LayoutUpdate"),
    "textual._ansi_sequences": ("ANSI_SEQUENCES_KEYS",),
    "textual._context": ("active_message_pump",),
    "textual._keyboard_protocol": ("FUNCTIONAL_KEYS",),
    "textual._parser": ("ParseEOF", "ParseTimeout", "Peek1", "Read1"),
    "textual._xterm_parser": ("XTermParser",),
}
# what is replaced in a public module
REPLACED: dict[str, tuple[str, ...]] = {"textual.drivers.linux_driver": ("XTermParser", "getincrementaldecoder")}


def ui_modules() -> list[str]:
    """The name of every module of the app."""
    return [found.name for found in pkgutil.walk_packages(qr_tui.ui.__path__, "qr_tui.ui.") if not found.ispkg]


def made_up(folder: Path, text: str) -> ModuleType:
    """Return a module with this text."""
    file = folder / "made_up.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location("made_up", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(found: list[Use]) -> list[str]:
    return [use.name for use in found]


@pytest.mark.parametrize(("name", "owner"), MEMBERS.items())
def test_textual_still_has_each_member(name: str, owner: type) -> None:
    assert name in members_of_class(owner)


@pytest.mark.parametrize(("module", "taken"), [*MODULES.items(), *REPLACED.items()])
def test_textual_still_has_each_module(module: str, taken: tuple[str, ...]) -> None:
    assert [name for name in taken if not hasattr(importlib.import_module(module), name)] == []


def test_private_names_are_used_in_their_room_only_and_all_are_listed() -> None:
    replaced = {f"{module}.{name}" for module, names in REPLACED.items() for name in names}
    known = {*MEMBERS, *MODULES, *replaced}
    used: set[str] = set()
    strays = []
    for module in ui_modules():
        for use in uses(importlib.import_module(module)):
            inside = module.startswith(f"{ROOM}.")
            if inside:
                used.add(use.name)
            if not inside or use.name not in known:
                strays.append(use)
    assert strays == []
    assert used == known  # nothing is listed that nothing uses any more


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from textual._context import active_app", ["textual._context"]),
        ("import textual._context", ["textual._context"]),
        ("from textual import _context", ["textual._context"]),
        ("from textual.app import _NullFile", ["textual.app._NullFile"]),
        ("def f(app):\n    return app._driver", ["_driver"]),
        ("def f(app):\n    return getattr(app, '_driver', None)", ["_driver"]),
        ("import os\ndef f():\n    os._exit(1)", []),
        (
            "from textual.drivers import linux_driver\nlinux_driver.EventMonitor = None",
            ["textual.drivers.linux_driver.EventMonitor"],
        ),
        ("class Own:\n    def f(self):\n        return self._driver", []),
    ],
)
def test_what_counts_as_a_use(tmp_path: Path, text: str, found: list[str]) -> None:
    assert names(uses(made_up(tmp_path, text))) == found


def test_overriding_or_reading_a_member_of_a_base_class_is_a_use(tmp_path: Path) -> None:
    text = """
from textual.widgets import Input
class Field(Input):
    _bindings = None
    async def _on_key(self, event):
        await super()._on_key(event)
    def ours(self):
        self._our_own = self._value
class Below(Field):
    def _cell_offset_to_index(self): ...
"""
    assert names(uses(made_up(tmp_path, text))) == [
        "_bindings",
        "_on_key",
        "_on_key",
        "_value",
        "_cell_offset_to_index",
    ]
