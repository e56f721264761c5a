"""Connecting: the host, the key, a test of both, and where the key is kept."""

import asyncio
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from qr_tui.core import address
from qr_tui.core.catalogue import DEFAULT_MODEL
from qr_tui.core.environment import BASE_URL
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.task import Parameter
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _, ngettext, translate
from qr_tui.ui.app_services import services
from qr_tui.ui.context import AppContext
from qr_tui.ui.widgets.field_row import ActionRow, Columns, FieldRow
from qr_tui.ui.widgets.notes import Note, Notes, trouble_note
from qr_tui.ui.widgets.paragraph import Paragraph
from qr_tui.ui.widgets.text_row import TextRow

if TYPE_CHECKING:
    from qr_tui.services.decisions import KeyTest
    from qr_tui.services.studio import Studio

Keep = Literal["file", "keyring", "memory"]
LABEL_CELLS = 10
MEANING = {
    "file": N_("a file that only you can read"),
    "keyring": N_("the keyring of this system"),
    "memory": N_("nowhere: forgotten when you leave"),
}
# What to do next, where the table's words are for the list: nothing here goes on by itself, and this is Connect.
_AGAIN = N_("Try again in a moment.")
_HINTS = {
    Kind.UNREACHABLE: N_("Check the base URL and the network."),
    Kind.TIMEOUT: _AGAIN,
    Kind.UPSTREAM: _AGAIN,
    Kind.TOO_MANY_REQUESTS: _AGAIN,
    Kind.PROVIDER_BUSY: _AGAIN,
    Kind.BAD_ANSWER: N_("Check the base URL."),
    Kind.KEY_REFUSED: N_("Check the key."),
    Kind.NO_KEY: "",
    Kind.PLAIN_HTTP: N_("Use an https:// address, or switch host.allow_plain_http on in the settings."),
    Kind.USAGE: "",
}


class ConnectScreen(ModalScreen[bool]):
    """Ends with True when a key is in use from here, False when a person went away without one.

    Args:
        studio: The engine that tests and takes the key.
        app_context: Its keys are asked which one is in use; its paths say where the host is saved.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "test", show=False),
        Binding("f3", "save", show=False, priority=True),
        Binding("escape,f10", "leave", show=False),
    ]
    CSS = """
    ConnectScreen {
        align: center middle;
        #box { width: 76; max-width: 100%; height: auto; max-height: 100%; background: $surface;
            border: round $accent; border-title-color: $accent; border-subtitle-color: $text-muted; padding: 0 1;
            scrollbar-size-vertical: 1; }
        .gap { height: 1; }
        #in-use { height: auto; color: $text-muted; padding: 0 1 0 6; }
        TextRow Input { background: $background; }
        Notes { margin: 1 0 0 0; padding: 0 1; }
        &.-short .gap { display: none; }
        &.-short Notes { margin: 0; }
        &.-ascii #box { border: ascii $accent; }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 -- as Textual has it

    def __init__(self, studio: "Studio", app_context: AppContext) -> None:
        super().__init__()
        self._studio = studio
        self._app_context = app_context
        self._busy = False
        self._refused: tuple[str, str] | None = None  # host and key that a test has just found refused
        labels: dict[Parameter, str] = {"file": _("file"), "keyring": _("keyring"), "memory": _("nowhere")}
        self.base_url = TextRow("base_url", _("base URL"), studio.base_url)
        self.key = TextRow("key", _("key"), secret=True, placeholder=_("paste it here; it is never shown"))
        self.keep = FieldRow("keep", _("keep it in"), ("file", "memory"), "file", words=labels)
        self.test = ActionRow("test", _("test"), help=_("ask the host for its models; costs nothing"), key="F2")
        self.save = ActionRow("save", _("save"), help=_("use this host and key from now on"), key="F3")
        self.notes = Notes()

    def compose(self) -> ComposeResult:
        """Yield the form."""
        with VerticalScroll(id="box", can_focus=False):
            yield Paragraph(id="in-use")
            yield Static("", classes="gap")
            yield self.base_url
            yield self.key
            yield self.keep
            yield Static("", classes="gap")
            yield self.test
            yield self.save
            yield self.notes

    def on_mount(self) -> None:
        """Line the rows up and find out what there is."""
        ascii_only = services(self).glyphs.ascii_only
        self.set_class(ascii_only, "-ascii")
        box = self.query_one("#box")
        box.border_title = Content(_("Connect"))
        box.border_subtitle = Content(
            _("tab next · F3 save · esc later") if not ascii_only else _("tab next, F3 save, esc later")
        )
        for row in (self.base_url, self.key, self.keep, self.test, self.save):
            row.columns = Columns(LABEL_CELLS, 16 if row is self.keep else 0)
        self._explain()
        self.key.entry.focus()
        self.run_worker(self._find_out(), group="find out")

    async def _find_out(self) -> None:
        from qr_tui.secrets import keyring_works

        source = await asyncio.to_thread(self._in_use)
        self.query_one("#in-use", Paragraph).text = source
        works, reason = await asyncio.to_thread(keyring_works)
        if works:
            self.keep.values = ("file", "keyring", "memory")
            self.keep.columns = Columns(LABEL_CELLS, self.keep.value_cells)
        else:
            self._keyring = _("keyring: {reason}").format(reason=translate(reason))
        self._explain()

    _keyring = ""

    def _in_use(self) -> str:
        """Say which key is in use, never the key itself; asks disk and keyring."""
        hint = _("No key yet? See how it goes without one: qr-tui --demo")
        try:
            key = self._app_context.keys.key_for(self._studio.base_url)
        except (Trouble, AttributeError):
            return hint
        if key is None:
            return hint
        words = {
            "environment": _("The key in use comes from QUICKROUTER_API_KEY, which goes first at each start."),
            "keyring": _("The key in use comes from the keyring of this system."),
            "file": _("The key in use comes from the key file."),
            "memory": _("The key in use was typed in this session."),
        }
        return words[key.source]

    def _explain(self) -> None:
        meaning = _(MEANING[str(self.keep.value)])
        self.keep.explain(f"{meaning} · {self._keyring}" if self._keyring else meaning)

    @on(FieldRow.Changed)
    def _kept(self) -> None:
        self._explain()

    @on(Input.Changed)
    def _changed(self) -> None:
        self.notes.tell(*self._warning())

    def _warning(self) -> tuple[Note, ...]:
        try:
            url = address.normalise(self.base_url.text)
        except Trouble:
            return ()
        if address.is_insecure(url) and not services(self).settings.host.allow_plain_http:
            text = _("Plain http: the key is not sent there unless host.allow_plain_http is on in the settings.")
            return (Note(text, "warn"),)
        if address.is_insecure(url):
            return (Note(_("Plain http: anyone on the way can read the key. Use https if the host has it."), "warn"),)
        return ()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input is self.key.entry and self.key.text:
            self.save.focus()
        else:
            self.focus_next()

    @on(ActionRow.Pressed)
    def _pressed(self, event: ActionRow.Pressed) -> None:
        if event.row is self.test:
            self.action_test()
        else:
            self.action_save()

    def action_test(self) -> None:
        """Ask the host with this key."""
        self._begin(save=False)

    def action_save(self) -> None:
        """Use host and key from now on."""
        self._begin(save=True)

    def action_leave(self) -> None:
        """Go without a change."""
        self.dismiss(False)

    def _begin(self, *, save: bool) -> None:
        if not self._busy:
            self._busy = True
            self.run_worker(self._try(save=save), group="connect", exit_on_error=False)

    async def _try(self, *, save: bool) -> None:
        try:
            url = self._read_form(tests=not save)
            if save:
                await self._save(url)
            else:
                self.notes.tell(Note(_("asking {host} …").format(host=inert(address.host_name(url)))))
                answer = await self._studio.test_key(url, self._typed_or_in_use(url))
                self._refused = None
                self.notes.tell(*_notes_on_test(answer), *self._warning())
        except Trouble as trouble:
            if trouble.kind is Kind.KEY_REFUSED:
                self._refused = (address.normalise(self.base_url.text), self.key.text.strip())
            hint = _HINTS.get(trouble.kind, WORDS[trouble.kind].hint)
            self.notes.tell(trouble_note(trouble, _(hint)), *self._warning())
        finally:
            self._busy = False

    def _typed_or_in_use(self, url: str) -> str:
        """Return the key to test: the one typed, or where none is, the one that is in use at `url`."""
        if typed := self.key.text.strip():
            return typed
        key = self._app_context.keys.key_for(url)
        return key.reveal() if key is not None else ""

    def _read_form(self, *, tests: bool) -> str:
        """Return the address, normalised, and go to the field that is not as it must be.

        A test needs no typed key where one is in use.

        Raises:
            Trouble: USAGE, one of the two is no address or no key.
        """
        from qr_tui import secrets

        try:
            url = address.normalise(self.base_url.text)
        except Trouble:
            self.base_url.entry.focus()
            raise
        try:
            if not (self._typed_or_in_use(url) if tests else self.key.text.strip()):
                raise Trouble(Kind.USAGE, Message(N_("the key is empty")))
            if self.key.text.strip():
                secrets.clean(self.key.text)
        except Trouble:
            self.key.entry.focus()
            raise
        return url

    async def _save(self, url: str) -> None:
        if self._refused == (url, self.key.text.strip()):
            lines = [_("{host} has just refused it.").format(host=inert(address.host_name(url)))]
            if not await services(self).ask(_("Keep this key all the same?"), lines, yes=_("keep it")):
                return
        keep = cast(Keep, self.keep.value)
        try:
            await self._studio.use_key(url, self.key.text.strip(), keep=keep)
        except OSError as error:
            raise Trouble(Kind.CONFIG, error.strerror or str(error)) from error
        self.key.text = ""
        settings = services(self).settings
        if url != settings.host.base_url and not self._app_context.env.get(BASE_URL):
            await asyncio.to_thread(self._save_host, url)
        self.dismiss(True)

    def _save_host(self, url: str) -> None:
        from qr_tui import config

        config.save(self._app_context.paths.config_file, {"host.base_url": url})


def _notes_on_test(answer: "KeyTest") -> tuple[Note, ...]:
    """Return what a test of host and key found."""
    count = len(answer.models)
    words = ngettext("The key works: {n} model", "The key works: {n} models", count).format(n=count)
    if answer.balance is not None:
        left = answer.balance.remaining
        words += " · "
        words += _("no limit on credits") if left is None else _("{left} credits left").format(left=f"{left:,.2f}")
    notes = [Note(words, "good")]
    names = [model.id for model in answer.models]
    if DEFAULT_MODEL not in names:
        some = ", ".join(inert(name, limit=40) for name in names[:4]) or _("none")
        text = _("{model} is not among them; on offer: {some}").format(model=DEFAULT_MODEL, some=some)
        notes.append(Note(text, "warn"))
    else:
        notes.append(Note(_("{model} is among them").format(model=DEFAULT_MODEL)))
    return tuple(notes)
