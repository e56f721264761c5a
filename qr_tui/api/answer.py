"""An answer seen as its containers, and the facts that stand in them under any of their names."""

import itertools
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from qr_tui.api import json_body as tree_of
from qr_tui.api import names
from qr_tui.api.json_body import at, number, text, unpacked
from qr_tui.api.links import link, unsafe
from qr_tui.core.task import Status
from qr_tui.core.text.messages import N_, Detail, Message

ID_LIMIT: Final = 512  # characters
_CANDIDATES: Final = 8  # ids kept of one answer
_LISTED: Final = 50  # entries of a list looked through
_DEPTH: Final = 3  # JSON inside a text inside JSON …
_LARGEST_SIDE: Final = 100_000  # pixels
_PROMPT_LIMIT: Final = 20_000  # characters
_WORD_LIMIT: Final = 80
_REQUEST_ID: Final = re.compile(r"request[ _-]?id\s*[:：]\s*([\w.:-]{4,128})", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"-?\d{1,20}")


class Word(NamedTuple):
    """What an answer says of a task's state: our status (None: unknown) and the provider's word for it."""

    status: Status | None
    word: str


class Reason(NamedTuple):
    """Why something failed or was refused.

    Attributes:
        codes: Codes and types, the most telling first.
        words: The provider's words.
        request_id: The provider's id of the request.
        code: The code for a person to read where there are no words.
    """

    codes: tuple[str, ...] = ()
    words: str = ""
    request_id: str | None = None
    code: str = ""

    @property
    def detail(self) -> Detail:
        """What a person reads: the words, where there are none the code."""
        if not self.words and _NUMBERED.fullmatch(self.code):
            return Message(N_("code {code}"), {"code": self.code})
        return self.words or self.code


class Answer:
    """The containers of one JSON answer, the outermost first.

    Args:
        tree: Any JSON.
        base_url: The host that gave it; links relative to it become whole.
    """

    def __init__(self, tree: object, base_url: str = "") -> None:
        self.tree = tree
        self._base_url = base_url
        self.coats = [box for box in map(self._container, names.ENVELOPES) if box is not None]
        self.boxes = [box for box in map(self._container, names.CONTAINERS) if box is not None]

    def _container(self, path: str) -> dict[str, object] | None:
        found = self.tree
        for name in filter(None, path.split(".")):
            found = at(found, name)
            if isinstance(found, list) and len(found) == 1:
                found = found[0]
        return found if isinstance(found, dict) else None

    def _each(self, wanted: tuple[str, ...]) -> Iterator[object]:
        """Yield what stands under `wanted`, container after container, the outermost first."""
        return (value for box in self.boxes for name in wanted for value in _values(box, name))

    # the state -------------------------------------------------------------------------------------------------
    @property
    def state(self) -> Word:
        """What it says of the task; the word is empty when there is none.

        The outermost container with an id and a word speaks for the task: "success" around it is about the call.
        Without an id the outermost speaks, unless it wraps another that has a word: a failed or finished call is no
        failed or finished task. Waiting outside and running inside is running.
        """
        found = [(box, word) for box in self.boxes if (word := _word(box))]
        if not found:
            return Word(None, "")
        owned = next((place for place, (box, _) in enumerate(found) if _ids(box)), None)
        place = self._outermost(found) if owned is None else owned
        word = found[place][1]
        status = meaning(word)
        if status is Status.WAITING:
            word = next((inner for _, inner in found[place + 1 :] if meaning(inner) is Status.RUNNING), word)
            status = meaning(word)
        return Word(status, text(word, _WORD_LIMIT))

    def _outermost(self, found: list[tuple[dict[str, object], str]]) -> int:
        place = 0
        while place + 1 < len(found) and meaning(found[place][1]) not in (Status.WAITING, Status.RUNNING):
            if not any(found[place + 1][0] is coat for coat in self.coats):
                break
            place += 1
        return place

    @property
    def number_for_a_word(self) -> str:
        """The number that stands where the status word should, empty when none does."""
        found = (value for value in self._each(names.STATUS) if isinstance(value, int) and not isinstance(value, bool))
        return str(next(found, ""))[:_WORD_LIMIT]

    # ids -------------------------------------------------------------------------------------------------------
    @property
    def ids(self) -> tuple[str, ...]:
        """Every id it holds, the one to believe first.

        A text beats a number wherever it stands, since a number is a row in the relay's own table; then the outer
        container counts, text that is no number, and of two numbers the one that is called ``task_id``.
        """
        found: dict[str, tuple[bool, int, bool, int]] = {}
        for depth, box in enumerate(self.boxes):
            for value, rank in _ids(box).items():
                found.setdefault(value, (rank[0], depth, *rank[1:]))
        return tuple(sorted(found, key=lambda value: found[value])[:_CANDIDATES])

    @property
    def unusable_id(self) -> str:
        """The first that stands where an id should and cannot be one (too long, control characters), cut short."""
        found = (box.get(name) for box in self.boxes for name in names.IDS)
        odd = (value for value in found if isinstance(value, str) and value.strip() and usable_id(value) is None)
        return next(odd, "")[:_WORD_LIMIT]

    @property
    def own_ids(self) -> tuple[str, ...]:
        """The ids in it that a client chose, as they stand there: an echo of our own proves whose task it is."""
        found = (value for value in self._each(names.OWN_IDS) if isinstance(value, str) and value)
        return tuple(dict.fromkeys(found))

    @property
    def bare_id(self) -> str | None:
        """The id of an envelope whose ``data`` is the id itself, None when it is not."""
        return None if at(self.tree, "code") is None else usable_id(at(self.tree, "data"))

    # links and measures ----------------------------------------------------------------------------------------
    @property
    def video_url(self) -> str | None:
        """The link to the video, the outermost usable one."""
        return self._link(names.VIDEO)

    @property
    def thumbnail_url(self) -> str | None:
        """The link to the still picture."""
        return self._link(names.THUMBNAIL)

    @property
    def gif_url(self) -> str | None:
        """The link to the moving preview."""
        return self._link(names.GIF)

    def _link(self, wanted: tuple[str, ...]) -> str | None:
        return next(filter(None, (link(value, self._base_url) for value in self._each(wanted))), None)

    @property
    def expiries(self) -> Iterator[object]:
        """Whatever it says of when its links die."""
        return self._each(names.EXPIRES)

    @property
    def width(self) -> int | None:
        """The width in pixels."""
        return self._pixels(names.WIDTH)

    @property
    def height(self) -> int | None:
        """The height in pixels."""
        return self._pixels(names.HEIGHT)

    def _pixels(self, wanted: tuple[str, ...]) -> int | None:
        sides = map(number, self._each(wanted))
        return next((int(side) for side in sides if side is not None and 1 <= side <= _LARGEST_SIDE), None)

    @property
    def enhanced_prompt(self) -> str | None:
        """The prompt as the provider rewrote it."""
        return next(filter(None, (text(value, _PROMPT_LIMIT) for value in self._each(names.ENHANCED_PROMPT))), None)

    @property
    def progress(self) -> float | None:
        """The percentage done, 0–100, None when it tells none.

        ``progress_pct`` is a fraction (0..1, though 0..100 is understood); a plain ``progress`` of 1 is one per cent.
        An envelope around a vendor's answer tells a constant for each state, which is no progress.
        """
        for value in map(_percent, self._each(names.FRACTION)):
            if value is not None:
                return round(value * 100 if value <= 1 else value, 2)
        told = (_percent(box.get(name)) for box in self.boxes if not _wraps(box) for name in names.PROGRESS)
        return next((value for value in told if value is not None), None)

    # the reason ------------------------------------------------------------------------------------------------
    @property
    def reason(self) -> Reason:
        """Why it failed or was refused, the innermost word of each name first: an envelope's own are general.

        Where the words are JSON themselves, it is that which says why.
        """
        return self._reason(_DEPTH)

    def _reason(self, depth: int) -> Reason:
        if isinstance(self.tree, str):
            words = text(self.tree)
            return Reason(words=words, request_id=request_id_in(words))
        remarks = (value for box in reversed(self.boxes) for name in names.REMARK for value in _values(box, name))
        nested = (leaf for value in self._inner_first(names.NESTED) for leaf in _leaves(value, _DEPTH))
        said = map(text, itertools.chain(self._inner_first(names.REASON), remarks, nested))
        words = next(filter(self._is_reason, said), "")
        codes = [*filter(None, map(tree_of.code, self._inner_first((*names.CODES, *names.TYPES))))]
        vendors = [code for code in map(tree_of.code, self._inner_first(names.VENDOR_CODES)) if not _says_nothing(code)]
        codes += [f"base_resp {code}" for code in vendors]
        shown = [
            code for code in map(tree_of.code, self._inner_first(names.CODES)) if not _says_nothing(code)
        ] + vendors
        reason = Reason(tuple(codes), words, request_id_in(words), next(iter(shown), ""))
        inside = unpacked(words) if depth else None
        inner = Answer(inside)._reason(depth - 1) if inside is not None else Reason()
        if not inner.words and not inner.code:
            return reason
        return Reason(
            (*inner.codes, *codes), inner.words, inner.request_id or reason.request_id, inner.code or reason.code
        )

    def _inner_first(self, wanted: tuple[str, ...]) -> Iterator[object]:
        """Yield what stands under each name in turn, the innermost container first."""
        return (value for name in wanted for box in reversed(self.boxes) for value in _values(box, name))

    def _is_reason(self, words: str) -> bool:
        """Tell whether `words` say why: an id, a file's id or a link in such a place does not."""
        if _says_nothing(words) or words in self.ids or (" " not in words and link(words)):
            return False
        return not any(words == tree_of.code(value) for value in self._each(names.FILE_IDS))


def meaning(word: str) -> Status | None:
    """Return what a status word means, None for an unknown one: it is never a failure."""
    return names.MEANING.get(word.strip().lower())


def request_id_in(words: str) -> str | None:
    """Return the request id that stands in the provider's words, None when there is none."""
    found = _REQUEST_ID.search(words)
    return found.group(1) if found else None


def usable_id(value: object) -> str | None:
    """Return an id as text, None for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value.strip()
    return value if 0 < len(value) <= ID_LIMIT and not unsafe(value) else None


def _values(box: dict[str, object], name: str) -> Iterator[object]:
    """Yield what stands in `box` under `name`; of a list, each entry, or what its ``url`` is."""
    if name.endswith("[]"):
        listed = at(box, name[:-2])
        for entry in listed[:_LISTED] if isinstance(listed, list) else ():
            yield at(entry, "url") if isinstance(entry, dict) else entry
    else:
        yield at(box, name)


def _leaves(value: object, depth: int) -> Iterator[object]:
    """Yield what stands in an object or a list of reasons, as deep as `depth`."""
    if isinstance(value, dict) and depth:
        for name in itertools.islice(value, _LISTED):
            if name not in names.NO_WORDS:
                yield from _leaves(value[name], depth - 1)
    elif isinstance(value, list) and depth:
        for entry in value[:_LISTED]:
            yield from _leaves(entry, depth - 1)
    else:
        yield value


def _word(box: dict[str, object]) -> str:
    found = (box.get(name) for name in names.STATUS)
    return next((value for value in found if isinstance(value, str) and value.strip()), "")


def _ids(box: dict[str, object]) -> dict[str, tuple[bool, bool, int]]:
    """Return the ids of one container with their rank: text before numbers, then text that is no number."""
    found: dict[str, tuple[bool, bool, int]] = {}
    for order, name in enumerate(names.IDS):
        value = box.get(name)
        task_id = usable_id(value)
        if task_id:
            bare = not isinstance(value, str)
            found.setdefault(task_id, (bare, task_id.isdecimal(), -order if bare else order))
    return found


def _wraps(box: dict[str, object]) -> bool:
    inside = box.get("data")
    return isinstance(inside, dict) and bool(_word(inside))


def _percent(value: object) -> float | None:
    if isinstance(value, str):
        value = value.strip().removesuffix("%").strip()
    found = number(value)
    return round(found, 4) if found is not None and 0 <= found <= 100 else None


def _says_nothing(words: str) -> bool:
    return words.lower() in names.EMPTY_REASONS or words in ("0", "200")
