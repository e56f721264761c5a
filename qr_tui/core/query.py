"""The filter language, the same for the app and for `qr-tui list`.

Words match prompt and id; ``status:failed model:veo age<2d tag:x is:marked`` say more, ``!`` negates,
quotes hold words together. Every part must fit. The signs may be full-width, as a Chinese input method types them.
"""

import re
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Final, TypeVar

from qr_tui.core.address import host_name
from qr_tui.core.tags import FAVOURITE
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text import sizes
from qr_tui.core.text.messages import N_, Message


class FilterContext:
    """What a filter may ask about besides the task: the time, and which tasks are marked."""

    __slots__ = ("marked", "now")

    def __init__(self, now: float, marked: Collection[str]) -> None:
        self.now = now
        self.marked = marked


Test = Callable[[Task, FilterContext], bool]


class QueryError(ValueError):
    """A filter that cannot be read: why, and where: `text[start:end]` is the word to point at."""

    def __init__(self, text: str, start: int, end: int, **values: str) -> None:
        self.message = Message(text, {**values})
        super().__init__(str(self.message))
        self.start = start
        self.end = end


class Query:
    """A filter that was read: fast to put to many tasks."""

    __slots__ = ("_tests", "text")

    def __init__(self, text: str, tests: tuple[Test, ...]) -> None:
        self.text = text
        self._tests = tests

    def __bool__(self) -> bool:
        return bool(self._tests)

    def matches(self, task: Task, *, now: float, marked: Collection[str] = ()) -> bool:
        """Tell whether `task` fits at `now`; `marked` holds the keys of the marked tasks."""
        moment = FilterContext(now, marked)
        for test in self._tests:  # noqa: SIM110 -- a loop costs half of all() and runs at every keystroke
            if not test(task, moment):
                return False
        return True

    def select(self, tasks: Collection[Task], *, now: float, marked: Collection[str] = ()) -> list[Task]:
        """Return those of `tasks` that fit, in their order."""
        moment, chosen = FilterContext(now, marked), list(tasks)
        for test in self._tests:
            chosen = [task for task in chosen if test(task, moment)]
        return chosen


_TOKEN: Final = re.compile(r'(?:[^\s"]|"[^"]*(?:"|\Z))+')
_PART: Final = re.compile(r"([A-Za-z][A-Za-z_-]*)([:：]|[<＜《][=＝]?|[>＞》][=＝]?|[=＝])(.*)", re.DOTALL)
# One sign for one, so that places stay; only signs of the language are read so, words keep theirs: prompts have them.
_FULL_WIDTH: Final = str.maketrans("：＜《＞》＝！，、", ":<<>>=!,,")
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)([smhdw]?)")
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0, "": 86_400.0}
# Ids, links and prompts hold colons too: `grok:5f0c…`, `https://…`, `scene:`. Those are words, not keys.
_NO_KEY: Final = re.compile(r"\Z|/|.*\d", re.DOTALL)

_IS: Final[dict[str, Test]] = {
    "marked": lambda task, moment: task.key in moment.marked,
    "unfinished": lambda task, _moment: not task.final,
    "finished": lambda task, _moment: task.final,
    "needs-you": lambda task, _moment: task.needs_you,
    "saved": lambda task, _moment: task.file_state is FileState.SAVED,
    "fav": lambda task, _moment: FAVOURITE in task.tags,
}


_VALUES: Final = {
    "status": tuple(status.value for status in Status),
    "file": tuple(state.value for state in FileState),
    "is": tuple(_IS),
    "age": ("<2d", ">1h"),
    "size": (">50M", "<1G"),
}


def parse(text: str) -> Query:
    """Read a filter; an empty one fits everything.

    Raises:
        QueryError: It cannot be understood.
    """
    return Query(text, tuple(_part(found[0], found.start()) for found in _TOKEN.finditer(text)))


def _part(token: str, start: int) -> Test:
    """Return the test for one part of a filter, which stands at `start`."""
    end = start + len(token)
    if token.count('"') % 2:
        raise QueryError(N_("the quote is not closed"), start + token.rindex('"'), end)
    if token.startswith(("!", "！")):
        if len(token) == 1:
            raise QueryError(N_("! needs something to negate"), start, end)
        inner = _part(token[1:], start + 1)
        return lambda task, moment: not inner(task, moment)
    found = _PART.fullmatch(token)
    if not found:
        return _text(_unquoted(token))
    key, sign, value = found[1].lower(), found[2].translate(_FULL_WIDTH), _unquoted(found[3])
    if key not in KEYS:
        if sign != ":" or _NO_KEY.match(value):
            return _text(_unquoted(token))
        raise QueryError(
            N_("{key}: is not known; there are {known}"),
            start,
            start + len(found[1]) + 1,
            key=found[1],
            known=" ".join(f"{name}:" for name in KEYS),
        )
    if not value:
        if key in _VALUES:
            raise QueryError(N_("{key} needs a value: {known}"), start, end, key=key, known=" ".join(_VALUES[key]))
        raise QueryError(N_("{key} needs a value"), start, end, key=key)
    if key in _COMPARED:
        return _COMPARED[key](sign, value, start, end)
    if sign not in (":", "="):
        raise QueryError(N_("only age and size can be compared with < and >; write {key}:…"), start, end, key=key)
    return KEYS[key](value, start, end)


def _unquoted(token: str) -> str:
    return token.replace('"', "")


def _fold(word: str) -> Callable[[str], bool]:
    """Return the test whether a text holds `word` in any case, the quickest that is right for this word.

    Folding long Chinese prompts is what costs: a word without case needs none, an ASCII word that of bytes.
    """
    folded = word.casefold()
    if folded.upper() == folded.lower():
        return lambda text: word in text
    if folded.isascii():
        needle = folded.encode()
        return lambda text: needle in text.encode("utf-8", "surrogatepass").lower()
    return lambda text: folded in text.casefold()


def _text(word: str) -> Test:
    """Words match prompt and id; not the local key, whose chance letters would fit short words."""
    holds = _fold(word)
    return lambda task, _moment: holds(task.prompt) or (task.id is not None and holds(task.id))


def _any(value: str) -> list[str]:
    """Return the alternatives of ``a,b``: names of statuses, models, tags and hosts, which have no such signs."""
    return [word for word in value.translate(_FULL_WIDTH).casefold().split(",") if word]


def _status(value: str, start: int, end: int) -> Test:
    allowed = _states(Status, value, start, end)
    return lambda task, _moment: task.status in allowed


def _file(value: str, start: int, end: int) -> Test:
    allowed = _states(FileState, value, start, end)
    return lambda task, _moment: task.file_state in allowed


State = TypeVar("State", bound=StrEnum)


def _states(states: type[State], value: str, start: int, end: int) -> set[State]:
    allowed: set[State] = set()
    for word in _any(value):
        # a word that is only begun already narrows the list while it is typed
        fits = [state for state in states if state == word] or [state for state in states if state.startswith(word)]
        if not fits:
            known = " ".join(state.value for state in states)
            raise QueryError(N_("{value} is no status; there are {known}"), start, end, value=word, known=known)
        allowed.update(fits)
    return allowed


def _is(value: str, start: int, end: int) -> Test:
    if value.casefold() not in _IS:
        raise QueryError(
            N_("is:{value} is not known; there are {known}"),
            start,
            end,
            value=value,
            known=" ".join(f"is:{name}" for name in _IS),
        )
    return _IS[value.casefold()]


def _age(sign: str, value: str, start: int, end: int) -> Test:
    found = _SPAN.fullmatch(value.casefold())
    if not found or sign in (":", "="):
        raise QueryError(N_("write age like age<2d or age>1h (s m h d w)"), start, end)
    span = float(found[1]) * _UNITS[found[2]]
    if sign[0] == "<":
        return lambda task, moment: moment.now - task.created_at <= span
    return lambda task, moment: moment.now - task.created_at >= span


def _size(sign: str, value: str, start: int, end: int) -> Test:
    size = sizes.parse(value)
    if size is None or sign in (":", "="):
        raise QueryError(N_("write size like size>50M or size<1G (K M G)"), start, end)
    if sign[0] == "<":
        return lambda task, _moment: task.file_size is not None and task.file_size <= size
    return lambda task, _moment: task.file_size is not None and task.file_size >= size


def _parent(value: str, _start: int, _end: int) -> Test:
    return lambda task, _moment: (task.parent or "").endswith(value) or task.key.endswith(value)


def _model(value: str, _start: int, _end: int) -> Test:
    words = _any(value)
    return lambda task, _moment: any(word in task.model.casefold() for word in words)


def _tag(value: str, _start: int, _end: int) -> Test:
    words = set(_any(value))
    return lambda task, _moment: any(tag.casefold() in words for tag in task.tags)


def _host(value: str, _start: int, _end: int) -> Test:
    words = _any(value)
    hosts: dict[str, bool] = {}  # a store knows few hosts and many tasks

    def test(task: Task, _moment: FilterContext) -> bool:
        fits = hosts.get(task.base_url)
        if fits is None:
            fits = hosts[task.base_url] = any(word in host_name(task.base_url) for word in words)
        return fits

    return test


def _id(value: str, _start: int, _end: int) -> Test:
    holds = _fold(value)
    return lambda task, _moment: (task.id is not None and holds(task.id)) or holds(task.key)


def _prompt(value: str, _start: int, _end: int) -> Test:
    holds = _fold(value)
    return lambda task, _moment: holds(task.prompt)


KEYS: Final[dict[str, Callable[[str, int, int], Test]]] = {
    "status": _status,
    "model": _model,
    "file": _file,
    "age": _status,  # read apart, because it is compared
    "size": _status,
    "tag": _tag,
    "is": _is,
    "host": _host,
    "id": _id,
    "prompt": _prompt,
    "parent": _parent,
    "batch": lambda value, _start, _end: lambda task, _moment: bool(task.batch) and value.lower() in task.batch.lower(),
}
_COMPARED: Final[dict[str, Callable[[str, str, int, int], Test]]] = {"age": _age, "size": _size}
