"""Writing a new video: the prompt, its fields, the draft behind them, and sending it, once."""

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import TextArea

from qr_tui.commands.keymap import display
from qr_tui.commands.registry import command
from qr_tui.core.catalogue import DEFAULT_MODEL, LEAST_COPIES
from qr_tui.core.failures import Trouble
from qr_tui.core.routes import UNIFIED
from qr_tui.core.task import Request, Task
from qr_tui.core.text.display import inert
from qr_tui.core.wire.images import looks_like_path
from qr_tui.i18n import _, ngettext
from qr_tui.terminal import editor
from qr_tui.ui.app_services import services
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.compose.autosave import Autosave
from qr_tui.ui.compose.draft import PICTURES, Draft, DraftFile
from qr_tui.ui.compose.form import Form, model_options
from qr_tui.ui.compose.notes import ChoiceNotes, find_bad_image, notes_on_choice, trouble_of
from qr_tui.ui.compose.presets import Presets
from qr_tui.ui.compose.prompt import PromptEditor
from qr_tui.ui.compose.title_line import TitleLine
from qr_tui.ui.context import AppContext
from qr_tui.ui.textual_fixes.suspend import suspended
from qr_tui.ui.toasts import hint, say
from qr_tui.ui.widgets.field_row import OpenRow
from qr_tui.ui.widgets.key_line import KeyLine
from qr_tui.ui.widgets.notes import Note, trouble_note
from qr_tui.ui.widgets.paying import paying_label

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

MODELS_PATIENCE = 2.0  # seconds that the list of models waits for what the host says it has
MOST_UNASKED = 3  # copies that one key pays without a question


class ComposeScreen(CommandScreen[list[Task] | None]):
    """Write a video and send it; ends with the new tasks, or None when a person went back.

    Args:
        studio: The engine; its catalogue, checks and `submit` are used.
        app_context: Where the draft is stored, and the environment for the editor.
        start: The task to start from; a draft that would be overwritten is kept one step away.
        model: The model that a video from nothing begins with.

    Attributes:
        form: The fields.
        prompt: The prompt's editor; it still holds its text when the screen is already gone.
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

    def __init__(
        self, studio: "Studio", app_context: AppContext, *, start: Task | None = None, model: str = DEFAULT_MODEL
    ) -> None:
        super().__init__()
        self._studio = studio
        self._app_context = app_context
        self._sending = False
        self._prompts: list[str] | None = None  # what the draft stands for, as far as it was asked
        self._copies_chosen = False  # whether the number of copies was set here, and not by a draft of before
        file = DraftFile(app_context.paths.draft_file)
        self._autosave = Autosave(file, lambda: self.draft, self._show_state, self.set_timer, model=model)
        self._draft, state, opening = self._autosave.open(start, command("compose.swap").keys[0], studio.catalogue)
        self.title_line = TitleLine(studio, self._draft.parent, state)
        self.prompt = PromptEditor(self._draft.prompt, partial(self._key, "editor"))
        self.presets = Presets(self, lambda: studio.catalogue, app_context.paths.config_file, self._show_draft)
        self.form = Form(studio.catalogue, self._draft, self._key, self.presets.holes)
        self._holes = self.presets.holes(self._draft)
        self.notes = ChoiceNotes(self._notes_on_choice, opening)

    def compose(self) -> ComposeResult:
        """Yield title, prompt, form, notes, footer."""
        yield self.title_line
        with Container(id="body"):
            yield self.prompt
            yield self.form
        yield self.notes
        yield KeyLine(self._keys_on())

    def command_handlers(self) -> Sequence[object]:
        """Return who handles this screen's commands."""
        return (self, self.form, self.presets)

    def on_mount(self) -> None:
        """Show the draft as it was left."""
        super().on_mount()
        self.set_class(services(self).glyphs.ascii_only, "-ascii")
        self.notes.show_choice()

    @property
    def draft(self) -> Draft:
        """What stands on the screen."""
        return msgspec.structs.replace(self._draft, prompt=self.prompt.text)

    @property
    def request(self) -> Request:
        """What would be sent."""
        request = self.draft.request(self._studio.catalogue.get(self._draft.model))
        return self._studio.catalogue.complete(request)

    @property
    def model_fields(self) -> frozenset[str]:
        """The settings of the model chosen."""
        return frozenset(field.setting for field in self._studio.catalogue.get(self._draft.model).fields)

    # keys ------------------------------------------------------------------------------------------------------
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
            self._show_price()

    def _keys_on(self) -> list[tuple[str, str]]:
        """Return the keys of the last line; those of single fields stand at their fields."""
        generate, request, back = (command(f"compose.{name}") for name in ("generate", "request", "back"))
        keys = [
            (self._key("generate"), self._priced(_(generate.title))),
            ("tab", _("next")),
            (self._key("back"), _(back.title)),
            (self._key("request"), _(request.title)),
        ]
        helps = self.keymap.keys_on(self.scope, command("app.help"))
        if helps:
            keys.append((display(helps[0]), _(command("app.help").title)))
        return keys

    # the draft -------------------------------------------------------------------------------------------------
    @on(TextArea.Changed, "#prompt")
    def _prompt_changed(self) -> None:
        self.prompt.show_length()
        if self.prompt.text != self._draft.prompt:
            self._draft = msgspec.structs.replace(self._draft, prompt=self.prompt.text)
            self._draft_changed()
            self.notes.drop_outdated()
            self._show_prompts()

    @on(Form.Edited)
    def _field_changed(self, event: Form.Edited) -> None:
        self._copies_chosen |= event.field == "copies"
        draft = self._draft.with_field(event.field, event.value)
        if draft != self._draft:  # else it is known already, and what is said of it shall stay
            self._draft = draft
            self._prompts = None
            self._draft_changed()
            self._show_price()
            self.notes.show_choice()

    def _show_prompts(self) -> None:
        """Show what the prompt stands for, where it stands for others: rows for its holes, how many, what they cost."""
        self._prompts = None
        if not self._draft.template:
            return
        if (holes := self.presets.holes(self._draft)) != self._holes:
            self._holes = holes
            self.run_worker(self.form.show(self._draft), group="holes", exclusive=True)
        self._show_price()
        self.notes.show_choice()

    @property
    def requests(self) -> list[Request]:
        """What would be sent: one request for each prompt that the draft stands for.

        Raises:
            Trouble: USAGE, the prompt cannot be read, or a hole is empty.
        """
        request = self.request
        if not self._draft.template:
            return [request]
        if self._prompts is None:
            self._prompts = self.presets.prompts(self.draft)
        return [msgspec.structs.replace(request, prompt=prompt) for prompt in self._prompts]

    def _priced(self, title: str) -> str:
        """Return `title` of what pays, with what it makes and may cost as the draft stands."""
        one, copies = self._studio.money.estimate(self.request), self._draft.copies
        if self._draft.template:
            try:
                copies *= len(self.requests)
            except Trouble:
                return title
        return paying_label(title, copies, None if one is None else one * copies)

    def _show_price(self) -> None:
        """Say beside the paying key how many videos it makes now, and what they may cost."""
        self.query_one(KeyLine).show(self._keys_on())

    def _draft_changed(self) -> None:
        self.notes.forget_problem()
        self._autosave.save_soon()

    async def _show_draft(self, draft: Draft) -> None:
        """Show another draft instead of the one here."""
        self._draft = draft
        self.presets.read_lists_anew()
        self._prompts, self._holes = None, self.presets.holes(draft)
        self.prompt.set_text(draft.prompt)
        await self.form.show(draft)
        self.title_line.show_parent(draft.parent)
        self._draft_changed()
        self._show_price()
        self.notes.show_choice()

    def save_now(self) -> None:
        """Write the draft before returning."""
        self._autosave.save_now()

    def on_screen_resume(self) -> None:
        """This screen is on top again; a list may have been written meanwhile."""
        self.presets.read_lists_anew()

    def on_screen_suspend(self) -> None:
        """Another screen covers this one, or it closes."""
        self.save_now()

    def on_unmount(self) -> None:
        """The app ends."""
        self.save_now()

    # what is said ----------------------------------------------------------------------------------------------
    def _show_state(self, text: str) -> None:
        self.title_line.show_state(text)

    def _notes_on_choice(self) -> tuple[Note, ...]:
        notes = notes_on_choice(self._studio, self.request, self._draft.copies, partial(hint, self.app))
        words, is_wrong = self.presets.remark(self.draft)
        if words:
            notes = (Note(words, "bad" if is_wrong else "plain"), *notes)
        return (Note(self._restored_words(), "warn"), *notes) if self._copies_restored else notes

    @property
    def _copies_restored(self) -> bool:
        """Whether a number of copies stands here that was set before, and has not been touched since."""
        return self._draft.copies != LEAST_COPIES and not self._copies_chosen

    def _restored_words(self) -> str:
        text = _("The restored draft asks for {n} copies; {key} asks before it makes them.")
        return text.format(n=self._draft.copies, key=self._key("generate"))

    def _show_problem(self, note: Note, *, field: str = "") -> None:
        """Show what stands in the way, and go to the field it is about."""
        self.notes.show_problem(note)
        if field == "prompt":
            self.prompt.focus()
        elif field:
            self.form.focus_field(field)

    def _show_trouble(self, trouble: Trouble, *, field: str = "") -> None:
        self._show_problem(trouble_note(trouble, hint(self.app, trouble.kind)), field=field)

    async def do_keep_default(self) -> None:
        """Let every new video begin with this model and these fields, in the app and in the commands."""
        from qr_tui import config

        model = self._studio.catalogue.get(self._draft.model)
        draft = self.form.read(self.draft)
        kept = {field.setting: field.ours(draft.value(model, field)) for field in model.fields if not field.optional}
        path = self._app_context.paths.config_file
        changes = {f"parameters.{name}": value for name, value in kept.items()}
        await asyncio.to_thread(config.save, path, {"create.model": model.id, **changes})
        services(self).use_settings(await asyncio.to_thread(config.load, path))
        say(self.app, _("new videos begin with {model} and these fields").format(model=model.id))

    # sending ---------------------------------------------------------------------------------------------------
    async def do_generate(self) -> None:
        """Send it, once; whatever goes wrong, every word stays where it is."""
        if self._sending:
            return
        self._sending = True
        try:
            tasks = await self._send()
        except Trouble as trouble:
            self._show_trouble(trouble)
            return
        finally:
            self._sending = False
            self._show_state("")
        if tasks and self.is_mounted:
            sent = self._draft.sent()
            self._draft = sent
            self.prompt.set_text("")
            self.save_now()
            self.dismiss(tasks)

    async def _send(self) -> list[Task]:
        copies_known = self._draft.copies
        self._draft = self.form.read(self.draft)  # what is seen is what is sent, and paid
        self._copies_chosen |= self._draft.copies != copies_known
        request, copies = self.request, self._draft.copies
        if not request.prompt.strip():
            self._show_problem(Note(_("The prompt is empty: say what the video shows."), "bad"), field="prompt")
            return []
        model = self._studio.catalogue.get(request.model, request.route)
        route = self._studio.catalogue.route(model.route) or UNIFIED
        bad = find_bad_image(self._draft, model, takes_files=bool(route.files))
        if bad is not None:
            self._show_problem(bad.note, field=bad.field)
            self.form.go_to_line(bad.field, bad.line, bad.length)
            return []
        requests = self.requests
        try:
            request = await self._studio.prepared(requests[0])
        except Trouble as trouble:
            with_path = (name for name in PICTURES if looks_like_path(getattr(self._draft, name)))
            self._show_trouble(trouble, field=next(with_path, ""))
            return []
        requests = [msgspec.structs.replace(request, prompt=one.prompt) for one in requests]
        concerns = self._studio.check_all(requests, copies)
        for concern in concerns:
            if concern.weight == "stop":
                self._show_trouble(trouble_of(concern), field=concern.field)
                return []
        reasons = [trouble_note(trouble_of(concern)).text for concern in concerns if concern.weight == "ask"]
        if self._copies_restored:
            reasons.insert(0, _("The number of copies comes from a draft of before."))
        videos = copies * len(requests)
        if videos > MOST_UNASKED or reasons:
            made = ngettext(
                "{n} video will be made, and paid for.", "{n} videos will be made, each one paid for.", videos
            )
            if not await self._agrees([made.format(n=videos), *reasons]):
                return []
        self._show_state(_("sending …"))
        if len(requests) == 1:
            return await self._studio.submit(requests[0], copies=copies, confirmed=True, parent=self._draft.parent)
        return await self._studio.submit_all(requests, copies=copies, confirmed=True, parent=self._draft.parent)

    async def _agrees(self, lines: list[str]) -> bool:
        """Ask back before money is spent; only a paying key says yes."""
        from qr_tui.ui.widgets.confirm import ConfirmScreen

        question = ConfirmScreen(_("Send it all the same?"), lines, self._priced(_("send")), _("not now"), pays=True)
        agreed: bool | None = await self.app.push_screen_wait(question)
        return bool(agreed)

    # other commands --------------------------------------------------------------------------------------------
    @on(OpenRow.Opened)
    def _open_model(self) -> None:
        self.run_worker(self.do_model(), group="choose", exclusive=True)

    async def do_model(self) -> None:
        """Choose the model from a list."""
        from qr_tui.ui.widgets.choose import ChooseScreen

        catalogue, lately = self._studio.catalogue, self._studio.models_used_lately()
        with contextlib.suppress(Trouble, TimeoutError):  # then the list says nothing of what the host has
            await asyncio.wait_for(self._studio.ask_models(), MODELS_PATIENCE)
        options = model_options(catalogue, self._draft.model, lately)
        chosen = await self.app.push_screen_wait(ChooseScreen(_("Model"), options, self._draft.model))
        if chosen and chosen != self._draft.model:
            old, new = catalogue.get(self._draft.model), catalogue.get(str(chosen))
            dropped = self.draft.dropped(old, new)
            await self._show_draft(msgspec.structs.replace(self.draft, model=new.id))
            if dropped:
                names = ", ".join(inert(_(name), limit=40) for name in dropped)
                say(self.app, _("{model} does not take: {names}").format(model=new.id, names=names))

    async def do_request(self) -> None:
        """Show the exact JSON and the curl line."""
        from qr_tui.ui.compose.request import RequestScreen

        try:
            requests = self.requests
            request = await self._studio.prepared(requests[0])
        except Trouble as trouble:
            self._show_trouble(trouble)
            return
        route = self._studio.catalogue.route(request.route) or UNIFIED
        prompts = [one.prompt for one in requests]
        self.app.push_screen(RequestScreen(route, request, self._studio.base_url, self._draft.copies, prompts))

    async def do_swap(self) -> None:
        """Bring the earlier draft back; this one takes its place."""
        draft = self.draft
        if draft.kept is None:
            say(self.app, _("there is no earlier draft"), warn=True)
            return
        self._copies_chosen = False
        await self._show_draft(draft.swapped())
        self._show_state(_("earlier draft; the other one is kept"))

    async def do_editor(self) -> None:
        """Open the prompt in the person's editor; the engine goes on meanwhile, the screen waits."""
        text = self.prompt.text
        self.save_now()
        try:
            edited = await suspended(
                self.app, lambda: editor.edit(text, self._app_context.paths.state, self._app_context.env)
            )
        except Trouble as trouble:
            self._show_trouble(trouble, field="prompt")
        else:
            self.prompt.set_text(edited)
            self.prompt.focus()

    def do_back(self) -> None:
        """Go back to the list; the draft is on disk."""
        if self._sending:  # a moment: what is being sent must not stay behind as a draft
            return
        self.save_now()
        self.dismiss(None)
