"""Deciding what was sent while its answer was lost: adopt an id, send again, or drop it; one task or several."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.money.prices import total
from qr_tui.core.status_words import sent_words
from qr_tui.core.task import Task
from qr_tui.core.text.display import cut, inert
from qr_tui.i18n import _, ngettext, sentences, translate
from qr_tui.ui.app_services import services
from qr_tui.ui.toasts import hint, sentence
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.paragraph import Paragraph
from qr_tui.ui.widgets.paying import PayingKeys, paying_keys, paying_label
from qr_tui.ui.widgets.text_fields import OneLine

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

_ADOPT, _AGAIN, _DROP = "1", "2", "3"  # what chooses each way; the same for one task and for many
_SHOWN = 4  # tasks that are named when there are several


class Way(NamedTuple):
    """One way to decide."""

    key: str
    label: str
    meaning: str


class Decided(NamedTuple):
    """What was done: in words, which tasks can be taken up again, and which were refused and why."""

    words: str
    dropped: Sequence[Task] = ()
    refusals: Sequence[tuple[Task, Trouble]] = ()


class DecideScreen(Dialog[Decided | None]):
    """Ends with what was done, or None when nothing was decided. Trouble is shown inside; nothing is lost.

    Args:
        studio: The engine that carries it out.
        tasks: The tasks: unconfirmed, or one that ended because the provider does not know it.
    """

    CSS = """
    DecideScreen #box { width: 76; }
    DecideScreen .way { height: auto; margin-top: 1; padding: 0 1; }
    DecideScreen .meaning { padding: 0 0 0 5; color: $text-muted; }
    DecideScreen .way.-chosen { background: $row-cursor; }
    DecideScreen .way.-chosen .label { text-style: bold; }
    DecideScreen .way.-chosen .meaning { color: $foreground; }
    DecideScreen #id { margin: 0 0 0 5; width: 1fr; padding: 0; }
    DecideScreen #trouble { padding: 0 1 0 6; display: none; }
    DecideScreen #trouble.-on { display: block; }
    DecideScreen.-short {
        .way { margin-top: 0; }
        .way .meaning { display: none; }
        .way.-chosen .meaning { display: block; }
    }
    """
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]  # noqa: RUF012 -- as Textual has it

    def __init__(self, studio: "Studio", tasks: Sequence[Task]) -> None:
        super().__init__()
        self._studio = studio
        self._tasks = list(tasks)
        self._kind = Kind.NOT_FOUND if self._tasks[0].is_unknown else Kind.LOST_ANSWER
        self._at = 0
        self._busy = False
        self._paying = PayingKeys((), lambda: 0.0)  # those in force when it is shown

    def compose(self) -> ComposeResult:
        """Yield what happened, what finds the task at the provider, the ways, and the field for the id."""
        others = self._tasks[0].other_ids
        with Vertical(id="box"):
            yield Paragraph(_(WORDS[self._kind].meaning), classes="muted")
            for task in self._tasks[:_SHOWN]:
                sent = sent_words(task, with_prompt=not self._alone)
                yield Paragraph(inert(translate(sent), limit=400), classes="muted")
            if self._alone:
                yield Paragraph(cut(inert(self._tasks[0].prompt, limit=400), 200))
            if len(self._tasks) > _SHOWN:
                yield Paragraph(_("and {n} more").format(n=len(self._tasks) - _SHOWN), classes="muted")
            for way in self._ways():
                with Vertical(id=f"way{way.key}", classes="way"):
                    yield Paragraph(classes="label")
                    yield Paragraph(classes="meaning")
                    if way.key == _ADOPT:
                        # an id that an answer held is offered, to be done by enter or written over
                        field = OneLine(others[0] if others else "", id="id", placeholder=_("paste the task id here"))
                        field.cursor_blink = False
                        yield field
            yield Paragraph(id="trouble", classes="bad")

    def on_mount(self) -> None:
        """Begin on the first way; no field has the focus, so that digits choose."""
        self._paying = paying_keys(self)
        self.watch(self.box, "virtual_size", self._scroll_to_chosen, init=False)  # words that came may need more lines
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Choose a way, do it, write the id, or go back."""
        typing = isinstance(self.focused, Input)
        ways = [way.key for way in self._ways()]
        match event.key:
            case "escape":
                event.stop()
                if typing:
                    self.set_focus(None)
                    self._show()
                elif not self._busy:
                    self.dismiss(None)
            case "up" | "down" | "tab" | "shift+tab":
                event.stop()
                event.prevent_default()
                step = -1 if event.key in ("up", "shift+tab") else 1
                self._choose((self._at + step) % len(ways))
            case key if key in self._paying:
                event.stop()
                event.prevent_default()
                if self._chosen.key == _AGAIN and self._paying.counts(event):
                    self._begin()
            case key if key in ways and not typing:
                event.stop()
                self._choose(ways.index(key))
                if key == _ADOPT:
                    self.query_one("#id", Input).focus(scroll_visible=False)
                elif key == _DROP:
                    self._begin()
            case "enter" if not typing:
                event.stop()
                self._do()
            case _ if not typing and self._chosen.key == _ADOPT and event.character and event.is_printable:
                event.stop()
                self._write(event.character)

    def on_paste(self, event: events.Paste) -> None:
        """An id that is pasted is the one to adopt."""
        if not isinstance(self.focused, Input) and self._ways()[0].key == _ADOPT:
            event.stop()
            self._choose(0)
            self._write(event.text.strip())

    def _write(self, text: str) -> None:
        """Begin the id with `text`."""
        field = self.query_one("#id", Input)
        field.select_on_focus = False  # what is written here is the beginning, not what was offered
        field.focus(scroll_visible=False)
        field.value = text
        field.cursor_position = len(text)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show_trouble("")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._do()

    @property
    def _alone(self) -> bool:
        return len(self._tasks) == 1

    @property
    def _chosen(self) -> Way:
        return self._ways()[self._at]

    def _ways(self) -> tuple[Way, ...]:
        adopt = Way(_ADOPT, _("adopt an id"), _("you found the task at the provider; its id is checked by a query"))
        if self._kind is Kind.NOT_FOUND:  # nothing advises to pay again for what may be paid already
            return (adopt,)
        risk = _("a second video may be made and paid")
        if not self._alone:
            risk = _("each may be made and paid a second time")
        drop = Way(_DROP, _("drop"), _("stop caring; it stays in the list as stopped, and can be undone there"))
        again = Way(_AGAIN, _("send again"), risk)
        return (adopt, again, drop) if self._alone else (again, drop)

    def _cost(self) -> str:
        """Return which key sends again, what that costs, and what the guards say to it."""
        price = total(self._studio.money.estimate(task.request) for task in self._tasks)
        label = paying_label(_("sends it again") if self._alone else _("sends again"), len(self._tasks), price)
        said = _("{key} {does}: a second video may be made and paid").format(key=self._paying.shown, does=label)
        # what the guards say; a limit that is switched off by a mistake in the settings too
        concerns = {
            translate(concern.detail) or _(WORDS[concern.kind].title): None
            for task in self._tasks
            for concern in self._studio.check_again(task)
            if concern.weight != "note"
        }
        return sentences(said, *concerns)

    def _choose(self, at: int) -> None:
        self._at = at
        self.set_focus(None)
        self._show_trouble("")
        self._show()

    def _show(self) -> None:
        chosen = self._chosen
        does = _("↑↓ choose · enter do it · esc")
        if chosen.key == _AGAIN:
            does = _("↑↓ choose · {key} pays · esc").format(key=self._paying.shown)
        title = _(WORDS[self._kind].title)
        if not self._alone:
            title = ngettext("{n} answer was lost", "{n} answers were lost", len(self._tasks)).format(
                n=len(self._tasks)
            )
        self.frame(title, does)
        for way in self._ways():
            part = self.query_one(f"#way{way.key}")
            sign = ">" if way == chosen else " "
            part.query_one(".label", Paragraph).text = f"{sign} {way.key}  {way.label}"
            costs = way == chosen and way.key == _AGAIN
            part.query_one(".meaning", Paragraph).text = self._cost() if costs else way.meaning
            part.set_class(way == chosen, "-chosen")
        self.call_after_refresh(self._scroll_to_chosen)
        self._paying.hidden()
        if chosen.key == _AGAIN:
            self.call_after_refresh(self._tell_painted)

    def _tell_painted(self) -> None:
        if self._chosen.key == _AGAIN:
            self._paying.painted()

    def _scroll_to_chosen(self) -> None:
        """Scroll to the chosen way, and to what went wrong with it."""
        trouble = self.query_one("#trouble")
        self.query_one(f"#way{self._chosen.key}").scroll_visible(animate=False)
        if trouble.display:
            trouble.scroll_visible(animate=False)

    def _do(self) -> None:
        """Carry the chosen way out, as far as enter may."""
        if self._busy:
            return
        self._show_trouble("")
        key = self._chosen.key
        if key == _ADOPT and not self.query_one("#id", Input).value.strip():
            self.query_one("#id", Input).focus(scroll_visible=False)
            self._show_trouble(_("The id is empty: paste it, or choose another way."))
            return
        if key == _AGAIN:
            self._show_trouble(_("Enter does not pay: {key} sends it again.").format(key=self._paying.shown))
            return
        self._begin()

    def _begin(self) -> None:
        """Carry the chosen way out."""
        if self._busy:
            return
        self._show_trouble("")
        self._busy = True
        self.app.run_worker(self._decide(self._chosen.key), group="commands")

    async def _decide(self, key: str) -> None:
        try:
            decided = await (self._adopt() if key == _ADOPT else self._decide_all(key))
        except Trouble as trouble:
            self._show()  # a yes is good for one try: the keys wait anew
            self._show_trouble("\n".join(sentence(trouble, hint(self.app, trouble.kind))))
        else:
            self.dismiss(decided)
        finally:
            self._busy = False

    async def _adopt(self) -> Decided:
        from qr_tui.services.decisions import Adopt

        found = self.query_one("#id", Input).value.strip()
        await self._studio.decide(self._tasks[0].key, Adopt(found))
        return Decided(_("adopted {id}: it is watched now").format(id=inert(found, limit=120)))

    async def _decide_all(self, key: str) -> Decided:
        """Send all of them again, or drop them; raises when the only one is refused."""
        from qr_tui.services.decisions import Drop, SendAgain

        done: list[Task] = []
        refusals: list[tuple[Task, Trouble]] = []
        for task in self._tasks:
            try:
                if key == _AGAIN:
                    done.append(await self._studio.decide(task.key, SendAgain(), confirmed=True))
                else:
                    done.append(await self._studio.decide(task.key, Drop()))
            except Trouble as trouble:
                if self._alone:
                    raise
                refusals.append((task, trouble))
        if key == _AGAIN:
            words = ngettext("{n} sent again", "{n} sent again", len(done)).format(n=len(done))
            return Decided(words if not self._alone else _("sent again"), refusals=refusals)
        words = ngettext("dropped {n}: it stays as stopped", "dropped {n}: they stay as stopped", len(done))
        undo = _("{key} in the list undoes it").format(key=services(self).keymap.show("tasks.undo"))
        return Decided(sentences(words.format(n=len(done)), undo), done, refusals)

    def _show_trouble(self, words: str) -> None:
        """Show what went wrong under the way that was tried; nothing when `words` is empty."""
        line = self.query_one("#trouble", Paragraph)
        line.text = words
        line.set_class(bool(words), "-on")
        if words:
            self.box.move_child(line, after=self.query_one(f"#way{self._chosen.key}"))
