"""The fields of a video beside its prompt: they follow the model, in line with each other."""

from collections.abc import Callable, Iterator, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

from qr_tui.core.catalogue import LEAST_COPIES, MOST_COPIES, Catalogue, Field, Model
from qr_tui.core.routes import UNIFIED
from qr_tui.core.task import Parameter
from qr_tui.core.text.display import cells, inert
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME
from qr_tui.i18n import _
from qr_tui.ui.compose.draft import HOLE, PICTURES, Draft
from qr_tui.ui.compose.paths import PathSuggester
from qr_tui.ui.widgets.field_row import Columns, FieldRow, OpenRow, SwitchRow
from qr_tui.ui.widgets.number_row import NumberRow
from qr_tui.ui.widgets.text_fields import PlainEditor
from qr_tui.ui.widgets.text_row import TextRow

Row = FieldRow | TextRow
# What a key on the screen changes: the field of the command's own name, or its cousin in other families.
SHAPES = ("orientation", "aspect_ratio")


class Form(VerticalScroll, can_focus=False):
    """Model, its fields, images, copies; and the commands that change one field from anywhere on the screen.

    Args:
        key_of: Returns the key of a compose command as shown, or nothing.
        holes_of: Returns the names of the holes in the prompt, each of which gets a row.
    """

    DEFAULT_CSS = """
    Form { height: auto; scrollbar-size-vertical: 1; }
    """

    class Edited(Message):
        """A person changed the setting `field` to `value`, which means the same for every model."""

        def __init__(self, field: str, value: Parameter) -> None:
            super().__init__()
            self.field = field
            self.value = value

    def __init__(
        self,
        catalogue: Catalogue,
        draft: Draft,
        key_of: Callable[[str], str],
        holes_of: Callable[[Draft], tuple[str, ...]] = lambda _draft: (),
    ) -> None:
        super().__init__(id="form")
        self._catalogue = catalogue
        self._key_of = key_of
        self._holes_of = holes_of
        self._draft = draft
        self._rows_complete = True  # False while the rows are being replaced

    def compose(self) -> ComposeResult:
        """Yield the rows of the draft's model."""
        yield from self._rows(self._draft)

    def on_mount(self) -> None:
        """Put the rows in line."""
        self.call_after_refresh(self._align)

    async def show(self, draft: Draft) -> None:
        """Show `draft`, the focus where it was if that field is still there."""
        here = next((row.field for row in self.rows() if row.has_focus_within), None)
        self._draft = draft
        self._rows_complete = False
        async with self.batch():
            await self.remove_children()
            await self.mount_all(self._rows(draft))
        self._rows_complete = True
        self._align()
        if here:
            self.focus_field(here, "model")

    def read(self, draft: Draft) -> Draft:
        """Return `draft` with what stands in the rows: a change made a moment ago may not have been told yet."""
        if not self._rows_complete:
            return draft
        model = self._catalogue.get(draft.model)
        for row in self.rows():
            value = row.text if isinstance(row, TextRow) else row.value
            field = model.setting(row.field)
            if row.field in (*PICTURES, "copies") or row.field.startswith(HOLE):
                draft = draft.with_field(row.field, value)
            elif field is not None and value != draft.value(model, field):
                draft = draft.with_field(row.field, field.ours(value))
        return draft

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order."""
        for child in self.children:
            if isinstance(child, FieldRow | TextRow):
                yield child

    def row(self, *names: str) -> Row | None:
        """Return the first row that sets one of `names`."""
        return next((row for row in self.rows() if row.field in names), None)

    def focus_field(self, *names: str) -> bool:
        """Put the focus on the first of `names` that is there; False when none is."""
        for name in names:
            row = self.row(name)
            if row is not None:
                target: Widget = row.entry if isinstance(row, TextRow) else row
                target.focus()
                return True
        return False

    def go_to_line(self, name: str, line: int, column: int) -> None:
        """Put the cursor of the text field called `name` at a place in it."""
        row = self.row(name)
        if isinstance(row, TextRow) and isinstance(row.entry, PlainEditor):
            row.entry.move_cursor((line, column))

    # commands --------------------------------------------------------------------------------------------------
    def do_orientation(self) -> None:
        """Portrait or landscape, or the next aspect ratio."""
        self._step(*SHAPES)

    def do_duration(self) -> None:
        """Next duration."""
        self._step("duration")

    def do_size(self) -> None:
        """Next size."""
        self._step("size")

    def do_watermark(self) -> None:
        """No watermark if possible, or always."""
        self._step("watermark")

    def do_private(self) -> None:
        """Private on or off."""
        self._step("private")

    def _step(self, *names: str) -> None:
        """Take the next value of the field called one of `names`, and show it."""
        row = self.row(*names)
        if isinstance(row, FieldRow):
            row.step(1)
            self.scroll_to_widget(row, animate=False)

    # inside ----------------------------------------------------------------------------------------------------
    @on(FieldRow.Changed)
    def _changed(self, event: FieldRow.Changed) -> None:
        event.stop()
        field = self._catalogue.get(self._draft.model).setting(event.row.field)
        value = event.row.value
        self.post_message(self.Edited(event.row.field, value if field is None else field.ours(value)))

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self, event: Input.Changed | TextArea.Changed) -> None:
        event.stop()
        row = next((row for row in self.rows() if isinstance(row, TextRow) and row.entry is event.control), None)
        if row is not None:
            self.post_message(self.Edited(row.field, row.text))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    def _align(self) -> None:
        """Put all rows in line: one column of labels, one of values, one of the words beside a value."""
        rows = list(self.rows())
        label = max(cells(row.label) for row in rows)
        value = max(row.value_cells for row in rows if isinstance(row, FieldRow) and row.help)
        for row in rows:
            row.columns = Columns(min(label, 20), min(value, 24))

    def _rows(self, draft: Draft) -> Iterator[Row]:
        model = self._catalogue.get(draft.model)
        copies = _("1 to {most}; each one is a video and costs").format(most=MOST_COPIES)
        usual = _("usually ready in {minutes} minutes").format(minutes=model.minutes)
        yield OpenRow("model", _("model"), (model.id,), model.id, help=usual, key=self._key_of("model"))
        for name in self._holes_of(draft):
            text = _("goes into {hole}").format(hole="{{" + name + "}}")
            yield TextRow(f"{HOLE}{name}", inert(name, limit=20), draft.holes.get(name, ""), placeholder=text)
        fields = [field for field in model.fields if not field.optional]
        # what is told apart by eye first, then what costs time or rights
        for field in sorted(fields, key=_place):
            yield self._field(model, field, draft)
        yield from self._pictures(model, draft)
        yield NumberRow("copies", _("copies"), draft.copies, least=LEAST_COPIES, most=MOST_COPIES, help=copies)
        for field in model.fields:
            if field.optional:
                yield self._field(model, field, draft)

    def _pictures(self, model: Model, draft: Draft) -> Iterator[Row]:
        route = self._catalogue.route(model.route) or UNIFIED
        kind = _("a link, or a picture of this machine") if route.files else _("a link")
        frames = ((FIRST_FRAME, _("first frame"), draft.first_frame), (LAST_FRAME, _("last frame"), draft.last_frame))
        for name, label, text in frames[: model.frames]:
            yield TextRow(name, label, text, placeholder=kind, suggester=PathSuggester() if route.files else None)
        if model.max_images or not model.frames:
            yield TextRow("images", _("images"), draft.images, placeholder=_images_help(model), lines=True)

    def _field(self, model: Model, field: Field, draft: Draft) -> Row:
        value = draft.value(model, field)
        name, label = field.setting, _(field.label)
        key = self._key_of("orientation" if name in SHAPES else name)
        if field.control in ("text", "number"):
            return TextRow(name, label, str(value), placeholder=_(field.help), key=key)
        words: dict[Parameter, str] = {
            item: inert(_(field.shown(item)))
            for item in field.values
            if field.shown(item) != str(item) or isinstance(item, str)
        }
        if field.control == "switch":
            help_ = {"help_on": _(field.help_on), "help_off": _(field.help_off)}
            return SwitchRow(name, label, value, values=field.values, words=words, key=key, **help_)
        if name == "duration":
            return FieldRow(name, label, field.values, value, unit="s", key=key)
        return FieldRow(name, label, field.values, value, words=words, help=_(field.help), key=key)


def model_options(catalogue: Catalogue, current: str, lately: Sequence[str] = ()) -> list[tuple[str, str, str]]:
    """Return the models to choose from, each with a few words; `current` is there even if nobody knows it.

    The current one and what was used lately come first, then what the host in use says it has; what is off, or not
    there, comes last.
    """
    models = {model.id: model for model in catalogue.offered()}
    places = {name: place for place, name in enumerate(dict.fromkeys((current, *lately)))}
    order = sorted(models.values(), key=lambda model: (places.get(model.id, len(places)), _rank(catalogue, model)))
    options = [(model.id, model.id, _about(catalogue, model)) for model in order]
    if current not in models:
        options.insert(0, (current, current, _("not in the catalogue")))
    return options


def _rank(catalogue: Catalogue, model: Model) -> int:
    available = catalogue.is_available(model.id)
    if available is None:
        return 1 if model.retired or model.on_few_hosts else 0
    return 2 if not available else 1 if model.retired else 0


def _about(catalogue: Catalogue, model: Model) -> str:
    usual = _("{minutes} minutes").format(minutes=model.minutes)
    available = catalogue.is_available(model.id)
    if available is False:
        return _("{usual} · not on this host").format(usual=usual)
    if model.retired:
        return _("{usual} · off at its source since {day}").format(usual=usual, day=model.retired)
    if available is None and model.on_few_hosts:
        return _("{usual} · not on every host").format(usual=usual)
    return usual


def _place(field: Field) -> tuple[bool, int]:
    """Return where a field stands in the form: what shapes the video first, then what is only on or off."""
    order = (*SHAPES, "duration", "size")
    return field.control == "switch", order.index(field.setting) if field.setting in order else len(order)


def _images_help(model: Model) -> str:
    if not model.max_images:
        return _("this model takes no images")
    what = _(model.images_help) if model.images_help else _("reference images as links")
    return _("one a line · {what}").format(what=what)
