"""The keys of a screen, set while it runs."""

from collections.abc import Iterable
from typing import Any

from textual.binding import Binding, BindingsMap
from textual.screen import Screen


def bind(screen: Screen[Any], bindings: Iterable[Binding]) -> None:
    """Bind one command to each key of `screen`; what its class binds on other keys (tab, shift+tab) stays."""
    merged: BindingsMap = type(screen)._merge_bindings()
    for binding in bindings:
        merged.key_to_bindings[binding.key] = [binding]
    screen._bindings = merged
    screen.refresh_bindings()
