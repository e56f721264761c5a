"""Writing a new video: what is done with the form, above all sending it, once."""

import msgspec
from textual import on

from qr_tui.core.failures import Trouble
from qr_tui.core.task import Task
from qr_tui.i18n import _
from qr_tui.services.checks import Concern
from qr_tui.terminal import editor
from qr_tui.ui.compose import remarks
from qr_tui.ui.compose.compose_form import ComposeForm
from qr_tui.ui.compose.field_keys import FieldKeys
from qr_tui.ui.textual_fixes.suspend import suspended
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.field_row import OpenRow
from qr_tui.ui.widgets.notes import Note, of


class ComposeScreen(ComposeForm, FieldKeys):
    """Write a video and send it; ends with the new tasks, or None when a person went back."""

    async def do_generate(self) -> None:
        """Send it, once; whatever goes wrong, every word stays where it is."""
        if self._sending:
            return
        self._sending = True
        try:
            tasks = await self._send()
        except Trouble as trouble:
            self._show(self._told(trouble))
            return
        finally:
            self._sending = False
            self._say_state("")
        if tasks and self.is_mounted:
            sent = self._draft.sent()
            self._draft = sent
            self.prompt.set_text("")
            self.save_now()
            self.dismiss(tasks)

    async def _send(self) -> list[Task]:
        self._draft = self.form.read(self.draft)  # what is seen is what is sent, and paid
        request, copies = self.request, self._draft.copies
        if not request.prompt.strip():
            self._show(Note(_("The prompt is empty: say what the video shows."), "bad"), field="prompt")
            return []
        bad = remarks.bad_image(self._draft.images)
        if bad is not None:
            self._show(bad.note, field="images")
            self.form.go_to_line("images", bad.line, bad.length)
            return []
        concerns = self._studio.check(request, copies)
        for concern in concerns:
            if concern.weight == "stop":
                self._show(self._told(remarks.trouble(concern)), field=concern.field)
                return []
        ask = [concern for concern in concerns if concern.weight == "ask"]
        if ask and not await self._agrees(ask):
            return []
        self._say_state(_("sending …"))
        return await self._studio.submit(request, copies=copies, confirmed=True, parent=self._draft.parent)

    async def _agrees(self, concerns: list[Concern]) -> bool:
        from qr_tui.ui.widgets.confirm import ConfirmScreen

        lines = [of(remarks.trouble(concern)).text for concern in concerns]
        question = ConfirmScreen(_("Send it all the same?"), lines, _("send"), _("not now"))
        agreed: bool | None = await self.app.push_screen_wait(question)
        return bool(agreed)

    @on(OpenRow.Opened)
    def _open_model(self) -> None:
        self.run_worker(self.do_model(), group="choose", exclusive=True)

    async def do_model(self) -> None:
        """Choose the model from a list."""
        from qr_tui.ui.widgets.choose import ChooseScreen

        options = remarks.models(self._studio.catalogue, self._draft.model)
        chosen = await self.app.push_screen_wait(ChooseScreen(_("Model"), options, self._draft.model))
        if chosen and chosen != self._draft.model:
            await self._replace(msgspec.structs.replace(self.draft, model=str(chosen)))

    def do_request(self) -> None:
        """Show the exact JSON and the curl line."""
        from qr_tui.ui.compose.request import RequestScreen

        self.app.push_screen(RequestScreen(self.request, self._studio.base_url, self._draft.copies))

    async def do_swap(self) -> None:
        """Bring the earlier draft back; this one takes its place."""
        draft = self.draft
        if draft.kept is None:
            say(self.app, _("there is no earlier draft"), warn=True)
            return
        await self._replace(draft.swapped())
        self._say_state(_("earlier draft; the other one is kept"))

    async def do_editor(self) -> None:
        """Open the prompt in the person's editor; the engine goes on meanwhile, the screen waits."""
        text = self.prompt.text
        self.save_now()
        try:
            edited = await suspended(
                self.app, lambda: editor.edit(text, self._app_context.paths.state, self._app_context.env)
            )
        except Trouble as trouble:
            self._show(self._told(trouble), field="prompt")
        else:
            self.prompt.set_text(edited)
            self.prompt.focus()

    def do_back(self) -> None:
        """Go back to the list; the draft is on disk."""
        if self._sending:  # a moment: what is being sent must not stay behind as a draft
            return
        self.save_now()
        self.dismiss(None)
