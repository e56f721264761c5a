"""Presets in the form: begin with one, keep what stands here as one, and see what a prompt stands for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from qr_tui.config import Settings
from qr_tui.core.catalogue import Catalogue, Model
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.prompts.expansion import ExpansionError, Template
from qr_tui.core.prompts.preset import Preset, read
from qr_tui.core.text.display import cut, inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _
from qr_tui.services.prompts import expanded, lists_in
from qr_tui.ui.app_services import services
from qr_tui.ui.compose.draft import Draft
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.ask_text import AskTextScreen


class HasDraft(Protocol):
    """The screen, as far as presets need it."""

    @property
    def app(self) -> Any:  # noqa: ANN401 -- Textual's
        """The app."""
        ...

    @property
    def draft(self) -> Draft:
        """What stands on the screen."""
        ...


class Presets:
    """Handlers of the commands about presets, and the prompts that the draft stands for.

    Args:
        screen: Holds the draft.
        catalogue: Returns the models of now.
        config_file: Where presets are kept; lists stand in a folder beside it.
        show: Shows another draft.
    """

    def __init__(
        self,
        screen: HasDraft,
        catalogue: Callable[[], Catalogue],
        config_file: Path,
        show: Callable[[Draft], Awaitable[None]],
    ) -> None:
        self._screen = screen
        self._catalogue = catalogue
        self._file = config_file
        self._show = show
        self.read_lists_anew()

    def read_lists_anew(self) -> None:
        """Let the lists be read again; until then each is read once, and not at every key that is typed."""
        self._lists = lists_in(self._file.parent / "lists")

    # what it stands for ----------------------------------------------------------------------------------------
    def prompts(self, draft: Draft) -> list[str]:
        """Return the prompts that `draft` stands for: its own, letter by letter, unless it began with a preset.

        Raises:
            Trouble: USAGE, with the column: it cannot be read, or a hole is empty.
        """
        if not draft.template:
            return [draft.prompt]
        values = {name: value for name, value in draft.holes.items() if value.strip()}
        return expanded(draft.prompt, values, self._lists, "all").prompts

    def holes(self, draft: Draft) -> tuple[str, ...]:
        """Return the names of the holes in the prompt, none where it is sent letter by letter or cannot be read."""
        if not draft.template:
            return ()
        try:
            return Template(draft.prompt, self._lists).holes
        except (ExpansionError, Trouble):
            return ()

    def remark(self, draft: Draft) -> tuple[str, bool]:
        """Return what to say of the prompts, and whether something is wrong with them; empty where there is one."""
        if not draft.template:
            return "", False
        try:
            count = len(self.prompts(draft))
        except Trouble as trouble:
            return inert(str(trouble.detail), limit=300), True
        words = _("the prompt stands for {n} prompts; F9 shows them") if count > 1 else _("the prompt stands for one")
        return words.format(n=count), False

    # commands --------------------------------------------------------------------------------------------------
    async def do_preset(self) -> None:
        """Choose a preset to begin with."""
        from qr_tui.ui.widgets.choose import ChooseScreen

        app = self._screen.app
        found = {name: read(table) for name, table in services(app).settings.presets.items()}
        draft = self._screen.draft
        options = [(name, name, cut(inert(known.prompt), 48)) for name, known in found.items()]
        if draft.template:
            options.append(("", _("as it stands"), _("send this prompt letter by letter")))
        if not options:
            say(app, _("there are no presets yet; this form can be kept as one"), warn=True)
            return
        chosen = await app.push_screen_wait(ChooseScreen(_("Preset"), options, draft.preset))
        if chosen is None:
            return
        if not chosen:
            await self._show(msgspec.structs.replace(draft, template=False, preset=""))
            return
        await self._show(begun(draft, chosen, found[chosen], self._catalogue()))

    async def do_save_preset(self) -> None:
        """Keep prompt and fields as a preset."""
        from qr_tui import config

        app, draft = self._screen.app, self._screen.draft
        if not draft.prompt.strip():
            raise Trouble(Kind.USAGE, Message(N_("The prompt is empty.")))
        hint = _("letters, digits, - and _; one of the same name is replaced")
        name = ((await app.push_screen_wait(AskTextScreen(_("Keep as a preset"), hint, draft.preset))) or "").strip()
        if not name:
            return
        model = self._catalogue().get(draft.model)
        table = table_of(draft, model, self.holes(draft))
        await asyncio.to_thread(config.save, self._file, {f"presets.{name}": table})
        settings: Settings = await asyncio.to_thread(config.load, self._file)
        services(app).use_settings(settings)
        say(app, _("kept as the preset {name}").format(name=name))


def begun(draft: Draft, name: str, preset: Preset, catalogue: Catalogue) -> Draft:
    """Return a draft that begins with `preset`; what stood here is kept one step away."""
    model = catalogue.get(preset.model or draft.model)
    values = dict(draft.values)
    for key, value in preset.parameters.items():
        field = model.field(key) or model.setting(key)
        values[key if field is None else field.setting] = value if field is None else field.ours(field.theirs(value))
    kept = draft.kept if draft.empty else msgspec.structs.replace(draft, kept=None)
    return Draft(
        model=model.id,
        prompt=preset.prompt,
        images="\n".join(preset.images) if not model.frames else "",
        first_frame=preset.images[0] if model.frames and preset.images else "",
        values=values,
        copies=draft.copies,
        preset=name,
        template=True,
        holes=dict(preset.vars),
        kept=kept,
    )


def table_of(draft: Draft, model: Model, holes: tuple[str, ...]) -> Mapping[str, Any]:
    """Return what is written into the settings for a draft."""
    table: dict[str, Any] = {"prompt": draft.prompt, "model": model.id}
    images = [image for image, _role in draft.pictures(model)]
    if images:
        table["images"] = images
    for field in model.fields:
        value = draft.value(model, field)
        if value not in ("", None) and value != field.default:
            table[field.setting] = field.ours(value)
    kept = {name: draft.holes[name] for name in holes if draft.holes.get(name, "").strip()}
    if kept:
        table["vars"] = kept
    return table
