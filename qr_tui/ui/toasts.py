"""Toasts: the one way in which the app tells a person of trouble, or of what was done."""

from typing import TYPE_CHECKING, Any

from qr_tui.commands.keymap import Keymap, display
from qr_tui.commands.registry import command
from qr_tui.core.failures import KEY_HINTS, WORDS, Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.i18n import _, translate
from qr_tui.ui.app_services import services

if TYPE_CHECKING:
    from textual.app import App


def hint(app: "App[Any]", kind: Kind) -> str:
    """Return what to do next in this app: where a key is missing or refused that is Connect, by its key."""
    if kind not in (Kind.NO_KEY, Kind.KEY_REFUSED):
        return _(WORDS[kind].hint)
    keymap, scope = services(app).keymap, services(app).scope
    here = keymap.keys_on(scope, command("app.connect")) if scope else []
    if here:
        return _("{key} opens Connect").format(key=display(here[0]))
    return _("{key} in the list opens Connect").format(key=keymap.show("app.connect"))  # here it does something else


def key_hint(keymap: Keymap, kind: Kind) -> str:
    """Return what to do next with a task that is in hand, by the keys in force."""
    words = KEY_HINTS.get(kind)
    if words is None:
        return _(WORDS[kind].hint)
    keys = {name: keymap.show(f"tasks.{name}") for name in ("retry", "look", "decide", "download")}
    return _(words).format(**keys)


def sentence(trouble: Trouble, hint: str | None = None) -> tuple[str, str]:
    """Return the title of `trouble` and what to read under it: the detail, then `hint` or the table's own."""
    words = WORDS[trouble.kind]
    detail = inert(translate(trouble.detail), limit=400)
    lines = [line for line in (detail, _(words.hint) if hint is None else hint) if line]
    return _(words.title), "\n".join(lines)


def tell(app: "App[Any]", trouble: Trouble, *, timeout: float = 8) -> None:
    """Show `trouble` as a toast: title, detail, hint, all of it plain text."""
    title, body = sentence(trouble, hint(app, trouble.kind))
    app.notify(body, title=title, severity="error", timeout=timeout, markup=False)


def say(app: "App[Any]", text: str, *, warn: bool = False, timeout: float = 4) -> None:
    """Show one line as a toast; `text` may hold words from outside."""
    shown = "\n".join(inert(line, limit=400) for line in text.split("\n"))
    app.notify(shown, severity="warning" if warn else "information", timeout=timeout, markup=False)
