"""A batch: the lines of a file, each made once, however often the file is run."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from qr_tui.core.batch.lines import BadLine, BatchFile, BatchLine, Value, content_digest, identities
from qr_tui.core.catalogue import Catalogue, Model
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.routes import SETTINGS, UNIFIED, Route
from qr_tui.core.task import Parameter, Request, Status, Task
from qr_tui.core.text.messages import N_, Message, listed
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME, REFERENCE, is_link, looks_like_path
from qr_tui.core.wire.options import OptionError, parameters
from qr_tui.services import checks, images
from qr_tui.services.orders import Order

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

AHEAD: Final = 8  # intents on disk that nobody has sent yet: a process that dies leaves no more than these
_OPTIONS: Final = frozenset({*SETTINGS, "orientation", "private"} - {"no_watermark"})
_YES: Final = frozenset({"true", "1", "yes", "on", "是"})
_NO: Final = frozenset({"false", "0", "no", "off", "否"})
# refusals that every line after would meet too
_ENDS_ALL: Final = frozenset({Kind.NO_BALANCE, Kind.KEY_REFUSED, Kind.FORBIDDEN})


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it will be asked for, one for each of its copies.

    Attributes:
        line: The line of the file.
        identity: What makes it the same the next time.
        request: What is asked.
        digest: Of what a line with an id of its own asks for; empty for the others.
    """

    line: BatchLine
    identity: str
    request: Request
    digest: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A file, judged: what can be made, what is wrong, and what is only doubtful."""

    wishes: tuple[Wish, ...] = ()
    bad: tuple[BadLine, ...] = ()
    notes: tuple[tuple[int, Message], ...] = ()


class State(StrEnum):
    """What became of a wish in this run."""

    NEW = "new"
    BEFORE = "done_before"
    LEFT = "left"  # not asked for: the run ended before
    HELD = "held"  # failed or unconfirmed before: not made again by itself


class Outcome(msgspec.Struct):
    """One wish, and its task where it has one."""

    wish: Wish
    state: State = State.LEFT
    key: str = ""

    @property
    def is_left(self) -> bool:
        """Whether it was not asked for, so far."""
        return self.state is State.LEFT

    @property
    def is_new(self) -> bool:
        """Whether this run asked for it."""
        return self.state is State.NEW


# judging -------------------------------------------------------------------------------------------------------
def plan(file: BatchFile, catalogue: Catalogue, model: str, given: Mapping[str, Parameter]) -> Plan:
    """Return what a file asks for; pictures of this machine are looked at.

    Args:
        file: The lines.
        catalogue: The models.
        model: The model of a line that names none.
        given: What the command line says for every line that does not say it itself.
    """
    bad = list(file.bad)
    digests: dict[str, str] = {}
    judged: list[tuple[BatchLine, Request]] = []
    notes: list[tuple[int, Message]] = []
    for line in file.lines:
        try:
            request = _request(line, catalogue, model, given, digests)
        except _WrongError as wrong:
            bad.append(BadLine(number=line.number, kind="value", detail=wrong.detail, field=wrong.field))
            continue
        stops = 0
        for concern in checks.about_input(request, line.copies, catalogue):
            if concern.weight == "stop":
                stops += 1
                bad.append(BadLine(number=line.number, kind=concern.kind, detail=concern.detail, field=concern.field))
            elif isinstance(concern.detail, Message):
                notes.append((line.number, concern.detail))
        if not stops:
            judged.append((line, request))
    said = {**given, "model": model}
    lines = [line for line, _request_ in judged]
    wishes: list[Wish] = []
    ids: dict[str, str] = {}
    for (line, request), identity in zip(judged, identities(lines, said, digests), strict=True):
        digest = content_digest(line, said, digests) if line.id else ""
        if line.id and ids.setdefault(line.id, digest) != digest:
            detail = Message(N_("the id {id} stands for something else in another line"), {"id": line.id})
            bad.append(BadLine(number=line.number, kind="id", detail=detail, field="id"))
            continue
        for copy in range(1, line.copies + 1):
            suffix = f"#{copy}" if line.copies > 1 else ""
            wishes.append(Wish(line=line, identity=identity + suffix, request=request, digest=digest))
    return Plan(wishes=tuple(wishes), bad=tuple(sorted(bad, key=lambda one: one.number)), notes=tuple(notes))


class _WrongError(Exception):
    def __init__(self, field: str, detail: Message) -> None:
        super().__init__(str(detail))
        self.field = field
        self.detail = detail


def _request(
    line: BatchLine, catalogue: Catalogue, model: str, given: Mapping[str, Parameter], digests: dict[str, str]
) -> Request:
    known = catalogue.get(line.model or model)
    route = catalogue.route(known.route) or UNIFIED
    options = dict(given)
    raw: dict[str, Parameter] = {}
    for name, value in line.values.items():
        if name in _OPTIONS:
            options |= {name: _typed(known, route, name, value)}
        elif name.startswith("param."):
            raw[name.removeprefix("param.")] = _plain(value)
        else:
            field = known.field(name) or known.setting(name)
            if field is None:
                raise _WrongError(name, _unknown(name, known))
            raw[field.name] = _typed(known, route, name, value)
    try:
        said = parameters(known, route, options)
    except OptionError as error:
        raise _WrongError("watermark", error.message) from None
    frames = [(line.first_frame, FIRST_FRAME), (line.last_frame, LAST_FRAME)]
    placed = [(image, role) for image, role in frames if image]
    placed += [(image, REFERENCE if placed else "") for image in line.images]
    roles = tuple(role for _image, role in placed)
    request = catalogue.complete(
        Request(
            model=known.id,
            prompt=line.prompt,
            images=tuple(image for image, _role in placed),
            roles=roles if any(roles) else (),
            parameters={**raw, **said},
        )
    )
    local = [image for image, _role in placed if not is_link(image) and looks_like_path(image)]
    if not local or not route.files:
        return request
    try:
        found = images.found_files(request, route)
    except Trouble as trouble:
        detail = trouble.detail if isinstance(trouble.detail, Message) else Message("{why}", {"why": trouble.detail})
        raise _WrongError("images", detail) from None
    digests.update((image, found.files[str(images.path_of(image))].sha256) for image in local)
    return found


def _typed(model: Model, route: Route, name: str, value: Value) -> Parameter:
    """Return a value of the file as its field wants it: tables know texts only."""
    if not isinstance(value, str):
        return value
    field = model.field(name) or model.setting(name)
    word = value.strip()
    switch = (field is not None and field.control == "switch") or name in ("watermark", "private", "sound")
    if switch and word.lower() in _YES | _NO:
        return word.lower() in _YES
    if field is not None and field.control in ("text",):
        return value
    slot = route.slot(name)
    whole = name in ("duration", "seed") or (field is not None and field.control == "number")
    if whole or (slot is not None and slot.type == "integer"):
        try:
            return int(word)
        except ValueError:
            raise _WrongError(name, Message(N_("must be a whole number"))) from None
    return word


def _plain(value: Value) -> Parameter:
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value, type=str | int | float | bool | None)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return value


def _unknown(name: str, model: Model) -> Message:
    names = sorted({*(field.name for field in model.fields), *(field.setting for field in model.fields)})
    near = difflib.get_close_matches(name, [*names, "prompt", "model", "images", "copies", "tags", "id"], n=1)
    if near:
        return Message(N_("not known; did you mean {near}?"), {"near": near[0]})
    return Message(N_("{model} has no such field; there are {known}"), {"model": model.id, "known": listed(names)})


# running -------------------------------------------------------------------------------------------------------
class Batch:
    """One run of a file: asks for what was not asked for before, in the order of the file.

    A few intents at a time are on disk that were not sent, so that a process which dies leaves a few behind, not
    hundreds; whoever runs the file next finds them by their line.

    Attributes:
        told: Called with each outcome as it becomes known.

    Args:
        studio: The engine; None where the file is only judged.
        name: The name of the batch: the same one finds what was asked for before.
        wishes: What the file asks for.
        tags: Words that every task of it gets.
        retry_failed: Whether lines whose videos failed are asked for once more.
    """

    def __init__(
        self,
        studio: "Studio | None",
        name: str,
        wishes: Sequence[Wish],
        *,
        tags: tuple[str, ...] = (),
        retry_failed: bool = False,
    ) -> None:
        self._engine = studio
        self.name = name
        self.outcomes = [Outcome(wish) for wish in wishes]
        self._tags = tags
        self._retry_failed = retry_failed
        self.told: Callable[[Outcome], None] = lambda _outcome: None
        self.trouble: Trouble | None = None  # why it ended before its end

    @property
    def _studio(self) -> "Studio":
        if self._engine is None:
            raise RuntimeError("a batch without an engine only looks")
        return self._engine

    def match(self, tasks: Sequence[Task]) -> int:
        """Find among the tasks of this batch what was asked for before, and return how many wishes are left to send."""
        known = _latest(tasks)
        for outcome in self.outcomes:
            task = known.get(outcome.wish.identity)
            if task is not None:
                outcome.key = task.key
                outcome.state = self._state_of(task)
        return self.left

    @property
    def left(self) -> int:
        """How many wishes were not asked for, so far."""
        return sum(outcome.is_left for outcome in self.outcomes)

    def _state_of(self, task: Task) -> State:
        if task.status is Status.UNCONFIRMED:
            return State.HELD
        if task.status is Status.FAILED:
            return State.LEFT if self._retry_failed else State.HELD
        return State.BEFORE

    async def run(self, *, ahead: int = AHEAD, wait: bool = True) -> None:
        """Ask for everything that is left; `trouble` says why where it ended before.

        Args:
            ahead: How many intents may wait to be sent at a time.
            wait: Whether to stay until all are sent.
        """
        mine: list[str] = []
        for outcome in self.outcomes:
            if not outcome.is_left:
                continue
            if len(mine) >= ahead:  # they are sent in order, so the oldest of the last few stands for those before
                await self._studio.sent([mine[-ahead]])
            if self.trouble is None:
                self.trouble = self._refused(mine)
            if self.trouble is not None:
                break
            order = Order(
                outcome.wish.request,
                parent=outcome.key or None,
                tags=tuple(dict.fromkeys((*self._tags, *outcome.wish.line.tags))),
                batch=self.name,
                batch_line=outcome.wish.identity,
            )
            try:
                task, is_new = await self._studio.order_line(order, again=self._retry_failed)
            except Trouble as trouble:
                self.trouble = trouble
                break
            outcome.key = task.key
            outcome.state = State.NEW if is_new else State.BEFORE
            if is_new:
                mine.append(task.key)
            self.told(outcome)
        if wait:
            await self._studio.sent([outcome.key for outcome in self.outcomes if outcome.key])
        self.trouble = self.trouble or self._refused(mine)

    async def stop(self) -> int:
        """Take back what of this run was not sent yet, and return how many that were."""
        new = [outcome for outcome in self.outcomes if outcome.is_new]
        queued = [
            outcome for outcome in new if (task := self._studio.get(outcome.key)) and task.status is Status.QUEUED
        ]
        stopped = {task.key for task in await self._studio.stop([outcome.key for outcome in queued])}
        for outcome in queued:
            if outcome.key in stopped:
                outcome.state = State.LEFT
        return len(stopped)

    def _refused(self, keys: Sequence[str]) -> Trouble | None:
        """Return why going on would be of no use: no balance, or no key, for the last that were sent."""
        for task in map(self._studio.get, keys[-AHEAD * 4 :]):
            if task is not None and task.failure is not None and task.failure.kind in _ENDS_ALL:
                return Trouble(task.failure.kind, task.failure.detail)
        return None


def _latest(tasks: Sequence[Task]) -> dict[str, Task]:
    """Return the task of each line; one that was stopped before it was sent is none."""
    found: dict[str, Task] = {}
    for task in sorted(tasks, key=lambda task: (task.created_at, task.key)):
        if task.status is Status.STOPPED and task.submitted_at is None and not task.id:
            continue
        found[task.batch_line] = task
    return found


def same_content(tasks: Sequence[Task], plan_: Plan) -> list[BadLine]:
    """Return the lines whose own id was used before, in this batch, for something else."""
    known: dict[str, Any] = {}
    for task in tasks:
        known.setdefault(task.batch_line.partition("#")[0], (task.model, task.prompt))
    bad = {}
    for wish in plan_.wishes:
        before = known.get(wish.identity.partition("#")[0])
        if wish.line.id and before is not None and before != (wish.request.model, wish.request.prompt):
            detail = Message(N_("the id {id} was used for something else before"), {"id": wish.line.id})
            bad[wish.line.number] = BadLine(number=wish.line.number, kind="id", detail=detail, field="id")
    return list(bad.values())
