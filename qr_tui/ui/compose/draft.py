"""The unsent draft: kept on disk while it is written, back after a crash or a dropped line."""

import threading
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from qr_tui.core.catalogue import DEFAULT_MODEL, LEAST_COPIES, Catalogue, Field, Model, same
from qr_tui.core.routes import UNIFIED, typed
from qr_tui.core.task import Parameter, Request, Task
from qr_tui.core.wire.body import with_roles
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME, REFERENCE
from qr_tui.files import write_private

PICTURES: Final = (FIRST_FRAME, LAST_FRAME, "images")
"""The fields that hold pictures."""
HOLE: Final = "hole:"  # before the name of a hole, where fields are told apart by name


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands on the compose screen.

    Attributes:
        images: Links and paths as typed, one a line.
        first_frame: The picture that the film begins with, where the model has a place for it.
        last_frame: The picture that it ends with.
        values: Parameters by setting, in words that mean the same for every model; those of every model visited, so
            that switching back finds them again.
        preset: The name of the preset it began with.
        template: Whether the prompt stands for others, by its holes and variants; else it is sent letter by letter.
        holes: What goes into them.
        parent: Key of the task it started from.
        source: What that task asked for; its values are offered as they were, in the catalogue or not.
        kept: The draft that stood here before this one took its place; one level deep.
    """

    model: str = DEFAULT_MODEL
    prompt: str = ""
    images: str = ""
    first_frame: str = ""
    last_frame: str = ""
    values: dict[str, Parameter] = {}
    copies: int = LEAST_COPIES
    preset: str = ""
    template: bool = False
    holes: dict[str, str] = {}
    parent: str | None = None
    source: Request | None = None
    kept: "Draft | None" = None

    @property
    def empty(self) -> bool:
        """Whether losing it would lose nothing a person wrote."""
        return not "".join((self.prompt, self.images, self.first_frame, self.last_frame)).strip()

    def pictures(self, model: Model) -> list[tuple[str, str]]:
        """Return each picture that goes along to `model` with what it is for, blank lines left out."""
        frames = [(FIRST_FRAME, self.first_frame), (LAST_FRAME, self.last_frame)][: model.frames]
        found = [(text.strip(), role) for role, text in frames if text.strip()]
        if model.max_images or not model.frames:
            role = REFERENCE if model.frames else ""
            found += [(line.strip(), role) for line in self.images.splitlines() if line.strip()]
        return found

    def with_field(self, name: str, value: Parameter) -> "Draft":
        """Return a draft with the field `name` set: pictures, ``copies`` or a setting of the model."""
        if name in PICTURES:
            return msgspec.structs.replace(self, **{name: str(value)})
        if name.startswith(HOLE):
            return msgspec.structs.replace(self, holes=self.holes | {name.removeprefix(HOLE): str(value)})
        if name == "copies":
            return msgspec.structs.replace(self, copies=int(value or 0))
        return msgspec.structs.replace(self, values=self.values | {name: value})

    def value(self, model: Model, field: Field) -> Parameter:
        """Return what `field` of `model` is set to: as chosen where the model takes it, else its default."""
        chosen = self.values.get(field.setting)
        value = field.default if chosen is None else field.theirs(chosen)
        if field.control in ("text", "number"):
            return "" if value is None else str(value)
        if self._is_source(model):
            asked = self.source.parameters.get(field.name) if self.source else None
            if asked is not None and chosen is not None and same(field.ours(asked), chosen):
                return asked
        return value if field.takes(value) else field.default

    def request(self, model: Model) -> Request:
        """Return what would be sent with `model`: its fields, empty optional ones left out."""
        parameters: dict[str, Parameter] = {}
        if self.source is not None and self._is_source(model):
            parameters = {name: value for name, value in self.source.parameters.items() if model.field(name) is None}
        for field in model.fields:
            value = self.value(model, field)
            value = value.strip() if isinstance(value, str) else value
            if not (field.optional and value in ("", None)):
                parameters[field.name] = typed(value, "integer") if field.control == "number" else value
        pictures = self.pictures(model)
        roles = tuple(role for _image, role in pictures)
        return Request(
            model=model.id,
            prompt=self.prompt,
            images=tuple(image for image, _role in pictures),
            roles=roles if any(roles) else (),
            parameters=parameters,
            route=model.route,
        )

    def dropped(self, old: Model, new: Model) -> list[str]:
        """Return what is asked of `old` and has no place in a request to `new`, defaults left out."""
        gone = []
        for name, value in self.request(old).parameters.items():
            field = old.field(name)
            if field is None or (new.setting(field.setting) is None and not same(value, field.default)):
                gone.append(field.label if field is not None else name)
        return gone

    def _is_source(self, model: Model) -> bool:
        """Whether the task it started from was made with `model`, in the same words."""
        source = self.source
        return source is not None and source.model == model.id and (source.route or UNIFIED.name) == model.route

    def sent(self) -> "Draft":
        """Return what stays after it was sent: the settings, and one copy, so that no more is paid unseen."""
        return Draft(model=self.model, values=self.values, kept=self.kept)

    def swapped(self) -> "Draft":
        """Return the kept draft, with this one kept in its place."""
        if self.kept is None:
            return self
        this = None if self.empty else msgspec.structs.replace(self, kept=None)
        return msgspec.structs.replace(self.kept, kept=this)

    def restarted(self, task: Task, catalogue: Catalogue) -> "Draft":
        """Return a draft that starts as `task`; this one is kept unless it is empty or says the same."""
        fresh = from_request(task.request, catalogue, parent=task.key, values=self.values)
        if self.empty or all(getattr(self, name) == getattr(fresh, name) for name in ("prompt", *PICTURES)):
            return msgspec.structs.replace(fresh, kept=self.kept)
        return msgspec.structs.replace(fresh, kept=msgspec.structs.replace(self, kept=None))


def from_request(
    request: Request,
    catalogue: Catalogue,
    *,
    parent: str | None = None,
    values: dict[str, Parameter] | None = None,
) -> Draft:
    """Return the draft that would send `request`; `values` are kept where it says nothing."""
    model = catalogue.get(request.model, request.route)
    route = catalogue.route(model.route) or UNIFIED
    said = dict(values or {})
    for name, value in request.parameters.items():
        field = model.field(name)
        said[name if field is None else field.setting] = value if field is None else field.ours(value)
    pictures: dict[str, list[str]] = {}
    for image, role in with_roles(route, request):
        place = role if role in (FIRST_FRAME, LAST_FRAME)[: model.frames] else "images"
        pictures.setdefault(place, []).append(image)
    return Draft(
        model=request.model,
        prompt=request.prompt,
        images="\n".join(pictures.get("images", ())),
        first_frame="".join(pictures.get(FIRST_FRAME, ())[:1]),
        last_frame="".join(pictures.get(LAST_FRAME, ())[:1]),
        values=said,
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
