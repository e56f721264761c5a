"""The unsent draft: kept on disk while it is written, back after a crash or a dropped line."""

import threading
from pathlib import Path
from typing import NamedTuple

import msgspec

from qr_tui.core.catalogue import DEFAULT_MODEL, LEAST_COPIES, Field, Model
from qr_tui.core.task import Parameter, Request, Task
from qr_tui.files import write_private


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands on the compose screen.

    Attributes:
        images: The links as typed, one a line.
        values: Parameters by field name, of every model visited, so that switching back finds them again.
        parent: Key of the task it started from.
        source: What that task asked for; its values are offered as they were, in the catalogue or not.
        kept: The draft that stood here before this one took its place; one level deep.
    """

    model: str = DEFAULT_MODEL
    prompt: str = ""
    images: str = ""
    values: dict[str, Parameter] = {}
    copies: int = LEAST_COPIES
    parent: str | None = None
    source: Request | None = None
    kept: "Draft | None" = None

    @property
    def empty(self) -> bool:
        """Whether losing it would lose nothing a person wrote."""
        return not self.prompt.strip() and not self.images.strip()

    def links(self) -> tuple[str, ...]:
        """Return the image links, blank lines left out."""
        return tuple(line.strip() for line in self.images.splitlines() if line.strip())

    def with_field(self, name: str, value: Parameter) -> "Draft":
        """Return a draft with the field `name` set: ``images``, ``copies`` or a parameter of the model."""
        if name == "images":
            return msgspec.structs.replace(self, images=str(value))
        if name == "copies":
            return msgspec.structs.replace(self, copies=int(value or 0))
        return msgspec.structs.replace(self, values=self.values | {name: value})

    def value(self, model: Model, field: Field) -> Parameter:
        """Return what `field` of `model` is set to: as chosen where the model takes it, else its default."""
        value = self.values.get(field.name, field.default)
        if field.control == "text":
            return "" if value is None else str(value)
        if self.source is not None and self.source.model == model.id:
            asked = self.source.parameters.get(field.name)
            if type(value) is type(asked) and value == asked:
                return value
        if field.control == "switch":
            return value if isinstance(value, bool) else field.default
        known = any(type(value) is type(item) and value == item for item in field.values)
        return value if known else field.default

    def request(self, model: Model) -> Request:
        """Return what would be sent with `model`: its fields, empty optional ones left out."""
        parameters: dict[str, Parameter] = {}
        if self.source is not None and self.source.model == model.id:
            parameters = {name: value for name, value in self.source.parameters.items() if model.field(name) is None}
        for field in model.fields:
            value = self.value(model, field)
            value = value.strip() if isinstance(value, str) else value
            if not (field.optional and value in ("", None)):
                parameters[field.name] = value
        return Request(model=model.id, prompt=self.prompt, images=self.links(), parameters=parameters)

    def sent(self) -> "Draft":
        """Return what stays after it was sent: the settings, and one copy, so that no more is paid unseen."""
        return Draft(model=self.model, values=self.values, kept=self.kept)

    def swapped(self) -> "Draft":
        """Return the kept draft, with this one kept in its place."""
        if self.kept is None:
            return self
        this = None if self.empty else msgspec.structs.replace(self, kept=None)
        return msgspec.structs.replace(self.kept, kept=this)

    def restarted(self, task: Task) -> "Draft":
        """Return a draft that starts as `task`; this one is kept unless it is empty or says the same."""
        fresh = from_request(task.request, parent=task.key, values=self.values)
        if self.empty or (self.prompt, self.images) == (fresh.prompt, fresh.images):
            return msgspec.structs.replace(fresh, kept=self.kept)
        return msgspec.structs.replace(fresh, kept=msgspec.structs.replace(self, kept=None))


def from_request(request: Request, *, parent: str | None = None, values: dict[str, Parameter] | None = None) -> Draft:
    """Return the draft that would send `request`; `values` are kept where it says nothing."""
    return Draft(
        model=request.model,
        prompt=request.prompt,
        images="\n".join(request.images),
        values=(values or {}) | request.parameters,
        parent=parent,
        source=request,
    )


class LoadedDraft(NamedTuple):
    """A draft as found; `aside` is where a damaged file was moved, `problem` why one could not be read."""

    draft: Draft
    aside: Path | None = None
    problem: str = ""


class DraftFile:
    """The draft on disk: written whole or not at all, 0600, never by two threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._latest = 0
        self._written = 0

    def load(self) -> LoadedDraft:
        """Return the draft on disk, or an empty one; a damaged file is put aside, never deleted."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return LoadedDraft(Draft())
        except OSError as error:
            return LoadedDraft(Draft(), problem=error.strerror or str(error))
        try:
            return LoadedDraft(_checked(msgspec.json.decode(raw, type=Draft)))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return self._put_aside()

    def ticket(self) -> int:
        """Return the number of the next write; a write with an older number than the last is skipped."""
        self._latest += 1
        return self._latest

    def save(self, draft: Draft, ticket: int | None = None) -> None:
        """Write `draft`, durably.

        Raises:
            OSError: It cannot be written; what stood there before still stands.
        """
        number = self.ticket() if ticket is None else ticket
        with self._lock:
            if number > self._written:
                write_private(self.path, msgspec.json.encode(draft))
                self._written = number

    def _put_aside(self) -> LoadedDraft:
        for number in range(1, 100):
            aside = self.path.with_name(f"{self.path.stem}.damaged-{number}{self.path.suffix}")
            if not aside.exists():
                break
        try:
            self.path.replace(aside)
        except OSError as error:
            return LoadedDraft(Draft(), problem=error.strerror or str(error))
        return LoadedDraft(Draft(), aside=aside)


def _checked(draft: Draft) -> Draft:
    """Return `draft` with what a hand-edited file may have wrong set right; a number out of range is not."""
    kept = draft.kept and msgspec.structs.replace(draft.kept, kept=None)
    return msgspec.structs.replace(draft, kept=kept)
