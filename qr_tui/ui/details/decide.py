"""Deciding a task that was sent while its answer was lost: adopt an id, send again, or drop it."""

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.status_words import sent_words
from qr_tui.core.task import Task
from qr_tui.core.text.display import cut, inert
from qr_tui.i18n import _, sentences, translate
from qr_tui.ui.app_services import services
from qr_tui.ui.toasts import hint, sentence
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.paragraph import Paragraph
from qr_tui.ui.widgets.paying import PayingKeys, estimate, paying_keys, paying_label
from qr_tui.ui.widgets.text_fields import OneLine

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

Decision = tuple[str, str, str]  # key, label, what it means
_AGAIN = 1  # the way that pays


class DecideScreen(Dialog[str | None]):
    """Ends with what was done, in words, or None when nothing was decided. Trouble is shown inside; nothing is lost.

    Args:
        studio: The engine that carries it out.
        task: The task: unconfirmed, or ended because the provider does not know it.
    """

    CSS = """
    DecideScreen #box { width: 72; }
    DecideScreen .way { height: auto; margin-top: 1; padding: 0 1; }
    DecideScreen .meaning { padding: 0 0 0 5; color: $text-muted; }
    DecideScreen .way.-chosen { background: $row-cursor; }
    DecideScreen .way.-chosen .label { text-style: bold; }
    DecideScreen .way.-chosen .meaning { color: $foreground; }
    DecideScreen #id { margin: 0 0 0 5; width: 1fr; padding: 0; }
    DecideScreen #trouble { padding: 0 1 0 6; display: none; }
    DecideScreen #trouble.-on { display: block; }
    """

    def __init__(self, studio: "Studio", task: Task) -> None:
        super().__init__()
        self._studio = studio
        self._task_to_decide = task
        self._kind = Kind.NOT_FOUND if task.is_unknown else Kind.LOST_ANSWER
        self._at = 0
        self._busy = False
        self._paying = PayingKeys((), lambda: 0.0)  # those in force when it is shown

    def compose(self) -> ComposeResult:
        """Yield what happened, the three ways, and the field for the id."""
        prompt = cut(inert(self._task_to_decide.prompt, limit=400), 200)
        others = self._task_to_decide.other_ids
        found = others[0] if others else ""  # offered, to be done by enter or written over
        with Vertical(id="box"):
            yield Paragraph(prompt, classes="muted")
            yield Paragraph(_(WORDS[self._kind].meaning))
            yield Paragraph(inert(translate(sent_words(self._task_to_decide)), limit=400), classes="muted")
            for number, _choice in enumerate(self._choices(), 1):
                with Vertical(id=f"way{number}", classes="way"):
                    yield Paragraph(classes="label")
                    yield Paragraph(classes="meaning")
                    if number == 1:
                        field = OneLine(found, id="id", placeholder=_("paste the task id here"))
                        field.cursor_blink = False
                        yield field
            yield Paragraph(id="trouble", classes="bad")

    def on_mount(self) -> None:
        """Begin on the way that costs nothing."""
        self._paying = paying_keys(self)
        self.watch(self.box, "virtual_size", self._scroll_to_chosen, init=False)  # words that came may need more lines
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Move between the three ways, do one, or go back."""
        match event.key:
            case "escape":
                event.stop()
                if not self._busy:
                    self.dismiss(None)
            case "up" | "down" | "tab" | "shift+tab":
                event.stop()
                event.prevent_default()
                step = -1 if event.key in ("up", "shift+tab") else 1
                self._move((self._at + step) % len(self._choices()))
            case "1" | "2" | "3" if not isinstance(self.focused, Input):
                event.stop()
                if int(event.key) <= len(self._choices()):
                    self._move(int(event.key) - 1)
            case key if key in self._paying:
                event.stop()
                event.prevent_default()
                if self._at == _AGAIN and self._paying.counts(event):
                    self._begin()
            case "enter" if not isinstance(self.focused, Input):
                event.stop()
                self._do()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show_trouble("")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._do()

    def _choices(self) -> tuple[Decision, ...]:
        adopt = ("1", _("adopt an id"), _("you found the task at the provider; its id is checked by a query"))
        if self._task_to_decide.is_unknown:  # nothing advises to pay again for what may be paid already
            return (adopt,)
        again = _("a second video may be made and paid")
        if self._at == _AGAIN:
            task = self._task_to_decide
            label = paying_label(_("sends it again"), 1, estimate([task.model], services(self).settings.prices))
            again = _("{key} {does}: a second video may be made and paid").format(key=self._paying.shown, does=label)
            # what the guards say; a limit that is switched off by a mistake in the settings too
            concerns = [concern for concern in self._studio.check_again(task) if concern.weight != "note"]
            again = sentences(
                again, *(translate(concern.detail) or _(WORDS[concern.kind].title) for concern in concerns)
            )
        return (
            adopt,
            ("2", _("send again"), again),
            ("3", _("drop"), _("stop caring; it stays in the list as stopped")),
        )

    def _move(self, at: int) -> None:
        self._at = at
        self._show_trouble("")
        self._show()

    def _show(self) -> None:
        does = _("↑↓ choose · enter do it · esc")
        if self._at == _AGAIN:
            does = _("↑↓ choose · {key} pays · esc").format(key=self._paying.shown)
        self.frame(_(WORDS[self._kind].title), does)
        for number, (key, label, meaning) in enumerate(self._choices(), 1):
            chosen = number - 1 == self._at
            way = self.query_one(f"#way{number}")
            way.query_one(".label", Paragraph).text = f"{'>' if chosen else ' '} {key}  {label}"
            way.query_one(".meaning", Paragraph).text = meaning
            way.set_class(chosen, "-chosen")
        field = self.query_one("#id", Input)
        if self._at == 0:
            field.focus(scroll_visible=False)  # the whole way is brought into sight, not the field alone
        else:
            self.set_focus(None)
        self.call_after_refresh(self._scroll_to_chosen)
        self._paying.hidden()
        if self._at == _AGAIN:
            self.call_after_refresh(self._tell_painted)

    def _tell_painted(self) -> None:
        if self._at == _AGAIN:
            self._paying.painted()

    def _scroll_to_chosen(self) -> None:
        """Scroll to the chosen way, and to what went wrong with it."""
        trouble = self.query_one("#trouble")
        self.query_one(f"#way{self._at + 1}").scroll_visible(animate=False)
        if trouble.display:
            trouble.scroll_visible(animate=False)

    def _do(self) -> None:
        if self._busy:
            return
        self._show_trouble("")
        if self._at == 0 and not self.query_one("#id", Input).value.strip():
            self._show_trouble(_("The id is empty: paste it, or choose another way."))
            return
        if self._at == _AGAIN:
            self._show_trouble(_("Enter does not pay: {key} sends it again.").format(key=self._paying.shown))
            return
        self._begin()

    def _begin(self) -> None:
        """Carry the chosen way out."""
        if self._busy:
            return
        self._show_trouble("")
        self._busy = True
        self.app.run_worker(self._decide(), group="commands")

    async def _decide(self) -> None:
        from qr_tui.services.decisions import Adopt, Drop, SendAgain

        found = self.query_one("#id", Input).value.strip()
        try:
            if self._at == 0:
                await self._studio.decide(self._task_to_decide.key, Adopt(found))
                done = _("adopted {id}: it is watched now").format(id=inert(found, limit=120))
            elif self._at == _AGAIN:
                await self._studio.decide(self._task_to_decide.key, SendAgain(), confirmed=True)
                done = _("sent again")
            else:
                await self._studio.decide(self._task_to_decide.key, Drop())
                done = _("dropped: it stays in the list as stopped")
        except Trouble as trouble:
            self._show()  # a yes is good for one try: the keys wait anew
            self._show_trouble("\n".join(sentence(trouble, hint(self.app, trouble.kind))))
        else:
            self.dismiss(done)
        finally:
            self._busy = False

    def _show_trouble(self, words: str) -> None:
        """Show what went wrong under the way that was tried; nothing when `words` is empty."""
        line = self.query_one("#trouble", Paragraph)
        line.text = words
        line.set_class(bool(words), "-on")
        if words:
            self.box.move_child(line, after=self.query_one(f"#way{self._at + 1}"))
