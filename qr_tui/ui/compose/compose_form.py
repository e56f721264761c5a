"""The form of a new video: prompt, fields, the draft behind them, and what is worth knowing before it is sent."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TextArea

from qr_tui.commands.keymap import display
from qr_tui.commands.registry import command
from qr_tui.core.address import host_name
from qr_tui.core.failures import Trouble
from qr_tui.core.task import Request, Task
from qr_tui.core.text import cells, cut, inert, tail
from qr_tui.i18n import _, ngettext
from qr_tui.services.checks import LONGEST_PROMPT
from qr_tui.ui.app_services import services
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.compose import remarks
from qr_tui.ui.compose.autosave import Autosave
from qr_tui.ui.compose.draft import Draft, DraftFile
from qr_tui.ui.compose.form import Form
from qr_tui.ui.context import AppContext
from qr_tui.ui.toasts import hint
from qr_tui.ui.widgets.field_row import spelled
from qr_tui.ui.widgets.key_line import KeyLine
from qr_tui.ui.widgets.notes import Note, Notes, of
from qr_tui.ui.widgets.text_fields import PlainEditor

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

SAVE_AFTER = 0.5  # seconds of quiet before the draft goes to disk


class ComposeForm(CommandScreen[list[Task] | None]):
    """Shows the draft, keeps it on disk, and says what is worth knowing of the choice; `ComposeScreen` acts on it.

    Args:
        studio: The engine; its catalogue, checks and `submit` are used.
        front: Where the draft lives, and the environment for the editor.
        start: The task to start from; a draft that would be overwritten is kept one step away.
    """

    scope: ClassVar[str] = "compose"
    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal"), (140, "-wide")]  # noqa: RUF012 -- as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012
    CSS = """
    ComposeScreen {
        #title { height: 1; background: $surface; color: $foreground; padding: 0 1; }
        #body { height: 1fr; }
        #prompt { height: 1fr; min-height: 3; padding: 0 1; border: round $rail; border-title-color: $text-muted;
            border-subtitle-color: $text-muted; }
        #prompt:focus { border: round $accent; border-title-color: $accent; }
        #form { max-height: 68%; padding: 0 0 0 0; }
        &.-short #prompt { border: none; min-height: 2; background: $surface; }
        &.-short #form { max-height: 60%; }
        &.-wide #body { layout: horizontal; }
        &.-wide #form { width: 78; height: 100%; max-height: 100%; margin: 1 1 0 1; }
        &.-ascii #prompt { border: ascii $rail; }
        &.-ascii #prompt:focus { border: ascii $accent; }
        &.-ascii.-short #prompt { border: none; }
    }
    """

    def __init__(self, studio: "Studio", app_context: AppContext, *, start: Task | None = None) -> None:
        super().__init__()
        self._studio = studio
        self._app_context = app_context
        self._keeper = Autosave(DraftFile(app_context.paths.draft_file), self._say_state)
        # what stands below the form: about the draft when it was opened, about the choice, about a failed try
        self._draft, self._state, self._opening = self._keeper.open(start, command("compose.swap").keys[0])
        self._standing: tuple[Note, ...] = ()
        self._trouble: tuple[Note, ...] = ()
        self._timer: Timer | None = None
        self._sending = False
        self._prompt = PlainEditor(
            self._draft.prompt,
            id="prompt",
            placeholder=_("Describe the video: what is seen, how it moves, the light, the style. Any language."),
        )

    # drawing
    def compose(self) -> ComposeResult:
        """Yield title, prompt, form, notes, footer."""
        yield Static(id="title", markup=False)
        with Container(id="body"):
            yield self._prompt
            yield Form(self._studio.catalogue, self._draft, self._key)
        yield Notes(id="notes")
        yield KeyLine(self._keys_on())

    def on_mount(self) -> None:
        """Show the draft as it was left."""
        super().on_mount()
        self.set_class(services(self).glyphs.ascii_only, "-ascii")
        self.prompt.border_title = _("prompt")
        self.prompt.move_cursor(self.prompt.document.end)
        self._count()
        self._title()
        self._remark()

    def on_resize(self) -> None:
        """Cut the title to the new width."""
        self._title()

    @property
    def prompt(self) -> PlainEditor:
        """The prompt's editor; it still holds its text when the screen is already gone."""
        return self._prompt

    @property
    def form(self) -> Form:
        """The fields."""
        return self.query_one(Form)

    @property
    def draft(self) -> Draft:
        """What stands on the screen."""
        return msgspec.structs.replace(self._draft, prompt=self._prompt.text)

    @property
    def request(self) -> Request:
        """What would be sent."""
        request = self.draft.request(self._studio.catalogue.get(self._draft.model))
        return self._studio.catalogue.complete(request)

    @property
    def model_fields(self) -> frozenset[str]:
        """The parameter names of the model chosen."""
        return frozenset(field.name for field in self._studio.catalogue.get(self._draft.model).fields)

    def _key(self, name: str) -> str:
        command_id = f"compose.{name}"
        try:
            keys = self.keymap.keys(command_id)
        except KeyError:
            return ""
        return self.keymap.show(command_id) if keys else ""

    def rebind(self) -> None:
        """Bind the keys, and show them as they are now."""
        super().rebind()
        if self.is_mounted:
            self.query_one(KeyLine).show(self._keys_on())

    def _keys_on(self) -> list[tuple[str, str]]:
        """Return the keys of the last line; those of single fields stand at their fields."""
        generate, request, back = (command(f"compose.{name}") for name in ("generate", "request", "back"))
        keys = [
            (self._key("generate"), _(generate.title)),
            ("tab", _("next")),
            (self._key("back"), _(back.title)),
            (self._key("request"), _(request.title)),
        ]
        helps = self.keymap.keys_on(self.scope, command("app.help"))
        if helps:
            keys.append((display(helps[0]), _(command("app.help").title)))
        return keys

    def _title(self) -> None:
        title = _("new video")
        if self._draft.parent and (parent := self._studio.get(self._draft.parent)):
            name = tail(inert(parent.id or parent.key), 8)
            title = _("new video from {id}").format(id=name)
        host = inert(host_name(self._studio.base_url))
        width = max(self.app.size.width - 2, 0)
        right = cut(spelled(self, self._state), max(width - cells(title) - 12, 0))
        left = cut(spelled(self, f"qr-tui · {title} · {host}"), max(width - cells(right) - 1, 0), ellipsis="")
        gap = " " * max(1, width - cells(left) - cells(right))
        self.query_one("#title", Static).update(Content.assemble((left, "bold"), gap, (right, "$text-muted")))

    def _count(self) -> None:
        count = self.prompt.length
        said, tone = ngettext("{n} character", "{n} characters", count).format(n=f"{count:,}"), ""
        if count > LONGEST_PROMPT:
            said = _("{n} characters, {most} at most").format(n=f"{count:,}", most=f"{LONGEST_PROMPT:,}")
            said, tone = f"! {said}", "bold $warning"
        key = spelled(self, f"{self._key('editor')} $EDITOR · ")
        self.prompt.border_subtitle = Content.assemble(key, (said, tone))

    # the draft
    def _touch(self) -> None:
        """Note that something changed: it goes to disk after half a second of quiet."""
        self._trouble = self._opening = ()
        if self._timer is None:
            self._timer = self.set_timer(SAVE_AFTER, self._save_soon)
        else:
            self._timer.reset()

    async def _save_soon(self) -> None:
        self._timer = None
        await self._keeper.save(self.draft)

    def save_now(self) -> None:
        """Put the draft on disk before returning."""
        self._keeper.save_now(self.draft)

    def _say_state(self, text: str) -> None:
        if text != self._state and self.is_mounted:
            self._state = text
            self._title()

    def on_screen_suspend(self) -> None:
        """Another screen covers this one, or it closes."""
        self.save_now()

    def on_unmount(self) -> None:
        """The app ends."""
        self.save_now()

    async def _replace(self, draft: Draft) -> None:
        """Show another draft."""
        self._draft = draft
        self.prompt.set_text(draft.prompt)
        await self.form.show(draft)
        self._title()
        self._touch()
        self._remark()

    # changes
    @on(TextArea.Changed, "#prompt")
    def _prompt_changed(self) -> None:
        self._count()
        if self.prompt.text != self._draft.prompt:
            self._draft = msgspec.structs.replace(self._draft, prompt=self.prompt.text)
            self._touch()
            self._remark(quick=True)

    @on(Form.Edited)
    def _field_changed(self, event: Form.Edited) -> None:
        draft = self._draft
        if event.field == "images":
            draft = msgspec.structs.replace(draft, images=str(event.value))
        elif event.field == "copies":
            draft = msgspec.structs.replace(draft, copies=int(event.value or 1))
        else:
            draft = msgspec.structs.replace(draft, values=draft.values | {event.field: event.value})
        if draft != self._draft:  # else it is known already, and what is said of it shall stay
            self._draft = draft
            self._touch()
            self._remark()

    # what is worth knowing
    def _remark(self, *, quick: bool = False) -> None:
        """Show what the engine has to say about the choice so far; `quick` only clears what a change outdated."""
        notes = self.query_one(Notes)
        if self._trouble or self._opening:
            notes.tell(*self._trouble, *self._opening)
            return
        if quick and notes.notes == self._standing:
            return
        if not quick:
            self._standing = remarks.standing(self._studio, self.request, self._draft.copies, partial(hint, self.app))
        notes.tell(*self._standing)

    def _show(self, *notes: Note, field: str = "") -> None:
        """Show what stands in the way, and go to the field it is about."""
        self._trouble = notes
        self._remark()
        if field == "prompt":
            self.prompt.focus()
        elif field:
            self.form.focus_field(field)

    def _told(self, trouble: Trouble) -> Note:
        return of(trouble, hint(self.app, trouble.kind))
