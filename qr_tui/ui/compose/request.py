"""The request as it would be sent: the exact JSON body, and a curl line that sends the same."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from qr_tui.core.routes import Route
from qr_tui.core.task import Request
from qr_tui.core.text.display import inert, inert_lines
from qr_tui.core.wire.body import write
from qr_tui.core.wire.curl import body_text, curl
from qr_tui.i18n import _
from qr_tui.ui.app_services import services
from qr_tui.ui.widgets.key_line import KeyLine


class RequestScreen(ModalScreen[None]):
    """Shows body and curl; ``y`` copies the JSON, ``c`` the curl. The key is never in either."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_json", show=False),
        Binding("c", "copy_curl", show=False),
        Binding("escape,q,f9,f10,backspace,enter", "leave", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]
    CSS = """
    RequestScreen {
        #page { background: $background; }
        #title { height: 1; background: $surface; padding: 0 1; text-style: bold; }
        #page VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
        #page VerticalScroll > Static { width: 100%; height: auto; }
    }
    """

    def __init__(
        self, route: Route, request: Request, base_url: str, copies: int = 1, prompts: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._prompts = prompts
        wire = write(route, request)
        self.body = body_text(wire)
        self.command = curl(route, request, base_url)
        self._url = f"{base_url}{wire.path}"
        self._files = wire.files
        self._own_id = route.own_id
        self._copies = copies

    def compose(self) -> ComposeResult:
        """Yield both texts on one page that scrolls."""
        with Vertical(id="page"):
            yield Static(_("the request"), id="title", markup=False)
            with VerticalScroll():
                yield Static(self._text(), markup=False)
            yield KeyLine(
                [
                    ("y", _("copy JSON")),
                    ("c", _("copy curl")),
                    ("↑↓", _("scroll")) if not self._ascii else ("j k", _("scroll")),
                    ("esc", _("back")),
                ]
            )

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(VerticalScroll).focus()

    @property
    def _ascii(self) -> bool:
        return services(self).glyphs.ascii_only

    def _text(self) -> Content:
        head = Content.assemble(("POST ", "bold $accent"), (self._url, "bold"), "\n")
        if self._copies > 1:
            times = _("sent {n} times, each one a video").format(n=self._copies)
            head = head + Content.assemble((times, "$warning"), "\n")
        if self._own_id:
            own = _("with an id of our own besides, as {name}").format(name=self._own_id)
            head = head + Content.assemble((own, "$text-muted"), "\n")
        for name, file in self._files.items():
            part = _("a form; its part {name} is {path}").format(name=name, path=inert(file.path, limit=500))
            head = head + Content.assemble((part, "$text-muted"), "\n")
        return (
            head
            + self._others()
            + Content(inert_lines(self.body))
            + Content.assemble("\n\n", (_("the same by hand, with the key in its variable:"), "$text-muted"), "\n")
            + Content(inert_lines(self.command))
        )

    def _others(self) -> Content:
        """Return the prompts that the one in the form stands for; the request below is that of the first."""
        if len(self._prompts) < 2:
            return Content("")
        title = _("the {n} prompts:").format(n=len(self._prompts))
        texts = "\n".join(inert_lines(prompt) for prompt in self._prompts)
        return Content.assemble("\n", (title, "$text-muted"), "\n", texts, "\n\n")

    def action_copy_json(self) -> None:
        """Copy the body."""
        services(self).copy_text(_("JSON"), self.body)

    def action_copy_curl(self) -> None:
        """Copy the curl line."""
        services(self).copy_text("curl", self.command)

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        """Back to the form."""
        self.dismiss(None)
