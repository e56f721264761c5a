r"""One prompt that stands for several: ``{{hole}}``, ``{a|b|c}``, ``__list__``.

A prompt is sent letter by letter unless somebody asks for this. Then a value is put in for a hole and never looked at
again, one of several variants is taken, and a name between double underscores stands for the lines of a list. A brace
without a bar stays as it is, and a backslash before ``{ } | _ \\`` makes it a letter.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from qr_tui.core.text.messages import N_, Message, Value

MOST: Final = 10_000  # prompts that one may stand for
ASKS_FROM: Final = 200  # prompts from which on a person is asked first
_DEEPEST: Final = 5  # lists that name lists
_NAME: Final = re.compile(r"\w[\w-]*")
_LIST: Final = re.compile(r"__([^\W_][\w-]*?)__")
_WEIGHT: Final = re.compile(r"\s*(\d{1,4}(?:\.\d{1,4})?)::")
_LETTERS: Final = "{}|_\\"


class ExpansionError(ValueError):
    """A prompt that cannot be expanded; `column` counts its characters from 1."""

    def __init__(self, message: Message, column: int) -> None:
        super().__init__(f"{message} ({column})")
        self.message = message
        self.column = column


class Hole(msgspec.Struct, frozen=True):
    """A place for a value."""

    name: str
    column: int


class Choice(msgspec.Struct, frozen=True):
    """One of several sequences, each with how often it is taken by chance."""

    options: "tuple[tuple[Part, ...], ...]"
    weights: tuple[float, ...]


Part = str | Hole | Choice
Lists = Callable[[str], Sequence[str] | None]
"""Returns the lines of a list, None where there is none of this name."""


def no_lists(_name: str) -> None:
    """Know no list."""


class Template:
    """A prompt, read.

    Args:
        text: The prompt.
        lists: Returns the lines of a list by its name.

    Raises:
        ExpansionError: A brace is not closed, a list is not there, is empty, or leads back to itself.
    """

    def __init__(self, text: str, lists: Lists = no_lists) -> None:
        self.text = text
        self._lists = lists
        self._parts = self._read(text, 0, (), 1)

    @property
    def holes(self) -> tuple[str, ...]:
        """The names of the holes, each once, in order."""
        return tuple(dict.fromkeys(hole.name for hole in _holes(self._parts)))

    @property
    def count(self) -> int:
        """How many prompts it stands for, apart from what is put into its holes."""
        return _count(self._parts)

    def every(self, values: Mapping[str, str]) -> Iterator[str]:
        """Yield each prompt that it stands for; the first variants vary slowest.

        Raises:
            ExpansionError: A hole has no value; or there are more than `MOST`, and none is built then.
        """
        self._check(values)
        if self.count > MOST:
            values_: dict[str, Value] = {"count": self.count, "most": MOST}
            raise ExpansionError(Message(N_("it stands for {count} prompts; {most} are the most"), values_), 1)
        return _every(self._parts, values)

    def some(self, count: int, seed: int, values: Mapping[str, str]) -> list[str]:
        """Return `count` different prompts that it stands for by chance, fewer where there are no more.

        The same seed gives the same prompts.

        Raises:
            ExpansionError: A hole has no value.
        """
        self._check(values)
        chance = random.Random(f"{seed}/{self.text}")
        found: dict[str, None] = {}
        for _ in range(count * 50):
            found.setdefault("".join(_one(self._parts, values, chance)))
            if len(found) >= min(count, self.count):
                break
        return list(found)

    def _check(self, values: Mapping[str, str]) -> None:
        for hole in _holes(self._parts):
            if hole.name not in values:
                raise ExpansionError(Message(N_("{name} has no value"), {"name": hole.name}), hole.column)

    def _read(self, text: str, depth: int, inside: tuple[str, ...], column: int) -> tuple[Part, ...]:
        return self._sequence(text, 0, "", depth, inside, column)[0]

    def _sequence(
        self, text: str, at: int, ends: str, depth: int, inside: tuple[str, ...], column: int
    ) -> tuple[tuple[Part, ...], int]:
        """Read up to one of `ends`, and return what was read and where that stands."""
        parts: list[Part] = []
        plain = ""

        def flush() -> None:
            nonlocal plain
            if plain:
                parts.append(plain)
            plain = ""

        while at < len(text) and text[at] not in ends:
            char = text[at]
            if char == "\\" and text[at + 1 : at + 2] in tuple(_LETTERS):
                plain, at = plain + text[at + 1], at + 2
            elif text.startswith("{{", at) and (hole := _hole_at(text, at)):
                flush()
                parts.append(Hole(hole, column + at))
                at = text.index("}}", at) + 2
            elif char == "{":
                close = _closing(text, at)
                if close is None:
                    raise ExpansionError(Message(N_("this brace is not closed")), column + at)
                if _has_bar(text, at + 1, close):
                    flush()
                    parts.append(self._choice(text, at, depth, inside, column))
                    at = close + 1
                else:
                    inner, _end = self._sequence(text, at + 1, "}", depth, inside, column)
                    flush()
                    parts += ["{", *inner, "}"]
                    at = close + 1
            elif char == "_" and (named := _LIST.match(text, at)):
                flush()
                parts.append(self._list(named.group(1), depth, inside, column + at))
                at = named.end()
            else:
                plain, at = plain + char, at + 1
        flush()
        return tuple(parts), at

    def _choice(self, text: str, at: int, depth: int, inside: tuple[str, ...], column: int) -> Choice:
        options: list[tuple[Part, ...]] = []
        weights: list[float] = []
        at += 1
        while True:
            weight = _WEIGHT.match(text, at)
            if weight:
                at = weight.end()
            parts, at = self._sequence(text, at, "|}", depth, inside, column)
            options.append(parts)
            weights.append(float(weight.group(1)) if weight else 1.0)
            if text[at] == "}":
                return Choice(tuple(options), tuple(weights))
            at += 1

    def _list(self, name: str, depth: int, inside: tuple[str, ...], column: int) -> Choice:
        if name in inside or depth >= _DEEPEST:
            way = " → ".join((*inside, name))
            raise ExpansionError(Message(N_("the list leads back to itself: {way}"), {"way": way}), column)
        lines = self._lists(name)
        if lines is None:
            raise ExpansionError(Message(N_("there is no list called {name}"), {"name": name}), column)
        if not lines:
            raise ExpansionError(Message(N_("the list {name} is empty"), {"name": name}), column)
        options = tuple(self._read(line, depth + 1, (*inside, name), column) for line in lines)
        return Choice(options, (1.0,) * len(options))


def entries(text: str) -> list[str]:
    """Return the lines of a list's file: one entry a line, blank ones and comments left out."""
    found = (line.strip() for line in text.splitlines())
    return [line for line in found if line and not line.startswith("#")]


def _hole_at(text: str, at: int) -> str | None:
    end = text.find("}}", at)
    name = text[at + 2 : end].strip() if end > 0 else ""
    return name if _NAME.fullmatch(name) else None


def _closing(text: str, at: int) -> int | None:
    """Return where the brace at `at` closes, None where it does not."""
    depth, place = 0, at
    while place < len(text):
        char = text[place]
        if char == "\\" and text[place + 1 : place + 2] in tuple(_LETTERS):
            place += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return place
        place += 1
    return None


def _has_bar(text: str, start: int, end: int) -> bool:
    """Tell whether a bar stands between two places, and in no brace of its own."""
    depth, place = 0, start
    while place < end:
        char = text[place]
        if char == "\\":
            place += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == "|" and not depth:
            return True
        place += 1
    return False


def _holes(parts: Sequence[Part]) -> Iterator[Hole]:
    for part in parts:
        if isinstance(part, Hole):
            yield part
        elif isinstance(part, Choice):
            for option in part.options:
                yield from _holes(option)


def _count(parts: Sequence[Part]) -> int:
    total = 1
    for part in parts:
        if isinstance(part, Choice):
            total *= sum(map(_count, part.options))
    return total


def _every(parts: Sequence[Part], values: Mapping[str, str]) -> Iterator[str]:
    if not parts:
        yield ""
        return
    first, rest = parts[0], parts[1:]
    if isinstance(first, Choice):
        heads: Iterator[str] = (text for option in first.options for text in _every(option, values))
    else:
        heads = iter((values[first.name] if isinstance(first, Hole) else first,))
    for head in heads:
        for tail in _every(rest, values):
            yield head + tail


def _one(parts: Sequence[Part], values: Mapping[str, str], chance: random.Random) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Hole):
            yield values[part.name]
        else:
            (option,) = chance.choices(part.options, part.weights if any(part.weights) else None)
            yield from _one(option, values, chance)
