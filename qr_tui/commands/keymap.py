"""Which key runs which command: the registry's defaults, and a person's own choices from `[keys]`, checked."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from qr_tui.commands.registry import BANNED_KEYS, COMMANDS, PAYING, RENAMED, Command
from qr_tui.commands.registry import command as command_called
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Detail, Message, Value

# Textual's names of keys that are not letters or digits, and what a person calls them.
_SHOWN: Final[Mapping[str, str]] = {
    "slash": "/",
    "backslash": "\\",
    "question_mark": "?",
    "colon": ":",
    "comma": ",",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "delete": "del",
    "insert": "ins",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
    "full_stop": ".",
    "semicolon": ";",
    "exclamation_mark": "!",
    "number_sign": "#",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "apostrophe": "'",
    "quotation_mark": '"',
    "asterisk": "*",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "circumflex_accent": "^",
    "grave_accent": "`",
    "vertical_line": "|",
    "tilde": "~",
}
_ASCII: Final[Mapping[str, str]] = {"up": "up", "down": "down", "left": "left", "right": "right"}
_NAMED: Final = frozenset({"enter", "space", "backspace", "home", "end", *(f"f{n}" for n in range(1, 25))})
_FRIENDLY: Final[Mapping[str, str]] = {
    "esc": "escape",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "del": "delete",
    "ins": "insert",
    "return": "enter",
}
_RENAMED: Final[Mapping[str, str]] = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_MODIFIERS: Final = re.compile(r"^((?:(?:ctrl|alt|shift|super|hyper|meta)\+)*)(.+)$")
_FUNCTION_KEY: Final = re.compile(r"f\d+")
# Keys that move the focus or end the program in every screen.
RESERVED: Final = frozenset({"tab", "shift+tab", "ctrl+c"})
# Commands that one is lost without.
_KEPT: Final = frozenset({"app.quit", "app.help", "app.palette"})
# Screens where letters are text: commands of the app keep only the keys that no text field eats.
TEXT_SCOPES: Final = frozenset({"compose"})


def normal(key: str) -> str | None:
    """Return Textual's name of the key that a person wrote (``?``, ``ctrl+g``, ``Esc``), None if it is no key."""
    match = _MODIFIERS.match(key.strip())
    if not match:
        return None
    modifiers, name = match.groups()
    if len(name) == 1:
        if not name.isalnum():
            name = unicodedata.name(name, "").lower().replace("-", "_").replace(" ", "_")
            name = _RENAMED.get(name, name)
            return modifiers + name if name else None
        return modifiers + name
    name = _FRIENDLY.get(name.lower(), name.lower())
    return modifiers + name if name in _NAMED or name in _SHOWN or name == "tab" else None


def display(key: str, *, ascii_only: bool = False) -> str:
    """Return a key as a person reads it on the screen: ``question_mark`` is ``?``."""
    match = _MODIFIERS.match(key)
    modifiers, name = match.groups() if match else ("", key)
    name = (_ASCII.get(name) if ascii_only else None) or _SHOWN.get(name, name)
    if name.startswith("f") and name[1:].isdigit():
        name = name.upper()
    return str(modifiers) + str(name)


def is_text(key: str) -> bool:
    """Tell whether a text field would take this key as a character."""
    return len(key) == 1 or key == "space" or (key in _SHOWN and len(_SHOWN[key]) == 1 and key not in _ASCII)


def may_pay(key: str) -> bool:
    """Tell whether this key may spend money: a function key, or one with ctrl; nothing that is hit while typing.

    Alt does not do: a terminal tells escape and a letter, hit in a hurry, as alt with that letter.
    """
    modifiers, name = _MODIFIERS.match(key).groups()  # type: ignore[union-attr]  # every key matches
    return bool(_FUNCTION_KEY.fullmatch(name)) or "ctrl+" in modifiers


_WIDE_SIGNS: Final = {"　": " ", "、": "/", "。": ".", "《": "<", "》": ">", "“": '"', "”": '"', "￥": "$"}


def plain_key(character: str) -> str | None:
    """Return the key that a full-width letter or sign of an input method stands for, None for other characters."""
    code = ord(character) if len(character) == 1 else 0
    plain = chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else _WIDE_SIGNS.get(character)
    if plain is None:
        return None
    return "space" if plain == " " else normal(plain)


def by_current_id(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return a person's keys by the ids of now; where an old and a new id are both there, the new one counts."""
    renamed = {RENAMED[name]: keys for name, keys in overrides.items() if name in RENAMED}
    return renamed | {name: keys for name, keys in overrides.items() if name not in RENAMED}


class KeyTrouble(Trouble):
    """A key of a person's own that cannot be used; `commands` are those that asked for it."""

    def __init__(self, detail: Detail, commands: Sequence[str]) -> None:
        super().__init__(Kind.KEYS, detail)
        self.commands = tuple(commands)

    def in_file(self, path: Path) -> Trouble:
        """Return the same with the file and the line where the key is asked for, as far as it stands there."""
        from qr_tui.config.lines import line_of
        from qr_tui.config.read import read_text
        from qr_tui.config.trouble import at

        try:
            text = read_text(path)
        except Trouble:
            return self
        lines = [line_of(text, ("keys", command)) for command in self.commands]
        line = next((line for line in lines if line is not None), None)
        return self if line is None else Trouble(self.kind, at(path, line, self.detail))


class Keymap:
    """Every command's keys, with a person's own choices where they are sound.

    Args:
        overrides: Command id to keys, comma separated, as in ``[keys]`` of `config.toml`.

    A person's own key wins over a default: the command that had it by default does without. Only what one cannot do
    without (`_KEPT`) keeps its keys.

    Attributes:
        problems: One for each choice that was not taken, naming the commands it concerns.
        gave_way: The default keys that a person has given to other commands: (command, key) to the command that has it.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self.problems: list[KeyTrouble] = []
        self.gave_way: dict[tuple[str, str], str] = {}
        self._keys: dict[str, tuple[str, ...]] = {command.id: command.keys for command in COMMANDS}
        chosen: set[str] = set()
        for command_id, written in by_current_id(overrides or {}).items():
            keys = self._read(command_id, written)
            if keys is not None:
                self._keys[command_id] = keys
                chosen.add(command_id)
        self._settle(chosen)

    def keys(self, command_id: str) -> tuple[str, ...]:
        """Return the keys of a command, Textual's names, the one to show first."""
        return self._keys[command_id]

    def binds(self, key: str) -> bool:
        """Tell whether any command has this key."""
        return any(key in keys for keys in self._keys.values())

    def show(self, command_id: str, *, ascii_only: bool = False) -> str:
        """Return the first key of a command as a person reads it; where it has none, the way through the palette."""
        keys = self._keys[command_id]
        if not keys:
            return f"{self.show('app.palette', ascii_only=ascii_only)} {command_id.partition('.')[2]}"
        return display(keys[0], ascii_only=ascii_only)

    def bindings(self, scope: str) -> Iterator[tuple[str, Command]]:
        """Yield each key that works on the screens of `scope` with its command, the screen's own first."""
        taken: set[str] = set()
        for own in (True, False):
            for command in COMMANDS:
                if command.scope != (scope if own else "app") or (own and scope == "app"):
                    continue
                for key in self._keys[command.id]:
                    if key in taken or (not own and scope in TEXT_SCOPES and is_text(key)):
                        continue
                    taken.add(key)
                    yield key, command

    def keys_on(self, scope: str, command: Command) -> list[str]:
        """Return the keys of `command` that work on the screens of `scope`."""
        return [key for key, bound in self.bindings(scope) if bound.id == command.id]

    def _read(self, command_id: str, written: str) -> tuple[str, ...] | None:
        """Return the keys in `written`, or None with a problem noted."""
        if command_id not in self._keys:
            self._complain(N_("keys.{id}: there is no such command"), {"id": command_id}, command_id)
            return None
        # a lone comma is the comma key; otherwise commas separate
        parts = [","] if written.strip() == "," else [part for part in written.split(",") if part.strip()]
        keys: list[str] = []
        for part in parts:
            key = normal(part)
            if key is None:
                self._complain(
                    N_("keys.{id}: {key} is not the name of a key"), {"id": command_id, "key": part.strip()}, command_id
                )
                return None
            if key in BANNED_KEYS or key in RESERVED:
                self._complain(
                    N_("keys.{id}: terminals do not pass {key} on, or it is spoken for"),
                    {"id": command_id, "key": part.strip()},
                    command_id,
                )
                return None
            if command_called(command_id).pays and not may_pay(key):
                self._complain(
                    N_("keys.{id}: {key} is hit too easily to spend money; take a function key, or one with ctrl"),
                    {"id": command_id, "key": part.strip()},
                    command_id,
                )
                return None
            keys.append(key)
        if not keys:
            self._complain(N_("keys.{id}: no key is given"), {"id": command_id}, command_id)
            return None
        return tuple(keys)

    def _settle(self, chosen: set[str]) -> None:
        """Let defaults give way to what was chosen; take back what clashes with another choice or may not go."""
        defaults = {command.id: command.keys for command in COMMANDS}
        while chosen:
            clash = next(((one, two, key) for one, two, key in self.clashes() if {one, two} & chosen), None)
            if clash is None:
                return
            one, two, key = clash
            if len({one, two} & chosen) == 1:
                winner, loser = (one, two) if one in chosen else (two, one)
                if not _is_kept(loser):
                    self._keys[loser] = tuple(other for other in self._keys[loser] if other != key)
                    self.gave_way[loser, key] = winner
                    continue
            self._complain(
                N_("keys: {one} and {two} both want {key}; the default stays"),
                {"one": one, "two": two, "key": display(key)},
                *(command_id for command_id in (one, two) if command_id in chosen),
            )
            for command_id in {one, two} & chosen:
                self._keys[command_id] = defaults[command_id]
                chosen.discard(command_id)

    def clashes(self) -> Iterator[tuple[str, str, str]]:
        """Yield (command, command, key) wherever one key would have to do two things on one screen."""
        allowed = _shadows()
        by_key: dict[str, list[str]] = {}
        for command_id, keys in self._keys.items():
            for key in keys:
                by_key.setdefault(key, []).append(command_id)
        for key, ids in by_key.items():
            for index, one in enumerate(ids):
                for two in ids[index + 1 :]:
                    scopes = {one.partition(".")[0], two.partition(".")[0]}
                    # what opens a question must not be able to pay in it
                    if len(scopes) == 1 or PAYING.id in (one, two):
                        yield one, two, key
                    elif "app" in scopes and (one, two, key) not in allowed:
                        other = (scopes - {"app"}).pop()
                        if not (other in TEXT_SCOPES and is_text(key)):
                            yield one, two, key

    def _complain(self, text: str, values: dict[str, Value], *commands: str) -> None:
        self.problems.append(KeyTrouble(Message(text, values), commands))


def _is_kept(command_id: str) -> bool:
    """Tell whether a command keeps its default keys whatever a person chooses: the ways out, help, and what pays."""
    return command_id in _KEPT or command_called(command_id).pays or command_id.endswith(".back")


def _shadows() -> frozenset[tuple[str, str, str]]:
    """Where a screen's default key means to hide the app's: q goes back from details, and quits elsewhere."""
    return frozenset(
        (own.id, app.id, key)
        for own in COMMANDS
        if own.scope != "app"
        for app in COMMANDS
        if app.scope == "app"
        for key in set(own.keys) & set(app.keys)
    )
