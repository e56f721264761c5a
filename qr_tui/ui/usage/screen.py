"""Usage: what a month's videos were and what they were to cost, with the provider's own balance beside it."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.strip import Strip

from qr_tui.core.failures import Trouble
from qr_tui.core.money.usage import BY, Used, summed, told
from qr_tui.core.text.display import cells
from qr_tui.core.text.wrapping import wrap
from qr_tui.i18n import _
from qr_tui.services.costs.balances import Sample
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.theme.strips import line
from qr_tui.ui.toasts import say
from qr_tui.ui.usage.lines import month_of, usage_lines
from qr_tui.ui.widgets.page import Page

if TYPE_CHECKING:
    from qr_tui.services.costs.money import Money


class UsageScreen(CommandScreen[None]):
    """A bar for each day of a month; ``t`` groups otherwise, the arrows go from month to month.

    Args:
        money: Knows the sums, and asks the host for the balance.
        now: Unix seconds; its month is shown first.
    """

    scope = "usage"
    AUTO_FOCUS = ""

    def __init__(self, money: "Money", now: float) -> None:
        super().__init__()
        self._money = money
        moment = datetime.fromtimestamp(now).astimezone()
        self._year, self._month = moment.year, moment.month
        self._by = BY[0]
        self._several: list[Used] | None = None  # None: not read yet
        self._sums = summed((), self._by)
        self._balance: Sample | None = None
        self._spent: tuple[float, float] | None = None  # credits, and since when, by the provider's own number
        self._balance_words = ""

    def compose(self) -> ComposeResult:
        """Yield title, rows and keys."""
        self.page = Page(self, self._title, self._fill)
        yield from self.page

    def on_mount(self) -> None:
        """Show what is known, then read what is not."""
        super().on_mount()
        self.start(self._read())

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.page.draw)

    async def _read(self) -> None:
        self._balance = await asyncio.to_thread(self._money.last_balance)
        self._several = await self._money.used()
        await self._show()
        await self._ask(quiet=True)

    async def _ask(self, *, quiet: bool) -> None:
        try:
            sample = await self._money.ask_balance()
        except Trouble:
            if not quiet:
                raise
            return
        self._balance = sample or self._balance
        self._balance_words = "" if sample is not None else _("this host does not tell")
        if sample is not None and self._money.is_low(sample):
            say(
                self.app,
                _("the balance is low: {credits} credits left").format(credits=f"{sample.remaining:g}"),
                warn=True,
            )
        await self._show()

    async def _show(self) -> None:
        """Sum up what is chosen now, once, and show it; the disk is asked here and never while painting."""
        first, last = self._span
        self._sums = summed(self._several or (), self._by, since=first, until=last)
        month = (self._year, self._month)
        start = time.mktime(time.strptime(month_of(*month)[0], "%Y-%m-%d"))
        spent = await asyncio.to_thread(self._money.used_at_provider, start)
        if month == (self._year, self._month):  # else the next key was faster, and shows its own
            self._spent = spent
        self.page.draw()

    @property
    def _span(self) -> tuple[str, str]:
        """The first and the last day that are summed up: those of a month, or of a year where months are the rows."""
        if self._by == "month":
            return f"{self._year:04}-01-01", f"{self._year:04}-12-31"
        return month_of(self._year, self._month)

    # how it looks ----------------------------------------------------------------------------------------------
    def _title(self, width: int) -> Strip:
        palette = self.qr.appearance.palette
        when = f"{self._year:04}" if self._by == "month" else f"{self._year:04}-{self._month:02}"
        groups = _("by {what}").format(what=_(self._by))
        left = " " + " · ".join((_("usage"), when, groups))
        right = self._balance_line()
        gap = " " * max(1, width - cells(left) - cells(right) - 1)
        text, muted = (palette.style(name, raised=True) for name in ("text", "muted"))
        return line([(left, palette.style("text", raised=True, bold=True)), (gap, text), (right, muted)], width, text)

    def _balance_line(self) -> str:
        if self._balance_words:
            return self._balance_words
        if self._balance is None:
            return ""
        at = datetime.fromtimestamp(self._balance.at).astimezone().strftime("%H:%M")
        left = _("unlimited") if self._balance.remaining is None else f"{self._balance.remaining:g}"
        return _("balance {credits} at {time}").format(credits=left, time=at)

    def _fill(self, width: int) -> Sequence[Strip]:
        palette, text = self.qr.appearance.palette, self.qr.appearance.palette.style("text")
        blank = line([], width, text)
        if self._several is None:
            return [blank, line([(" " + _("Reading your tasks"), palette.style("muted"))], width, text)]
        lines = [blank, *usage_lines(self._sums, self.qr.appearance, width), blank]
        for words in self._remarks():
            lines += [line([(f" {part}", palette.style("muted"))], width, text) for part in wrap(words, width - 2)]
        return lines

    def _remarks(self) -> list[str]:
        remarks = [_("Estimates by your own prices; whether failed ones were charged is the provider's to say.")]
        if self._spent is not None:
            credits_, since = self._spent
            at = datetime.fromtimestamp(since).astimezone().strftime("%Y-%m-%d %H:%M")
            words = _("The account used {credits} credits since {time}, by all programs with this key.")
            remarks.append(words.format(credits=f"{credits_:g}", time=at))
        return remarks

    # commands --------------------------------------------------------------------------------------------------
    async def do_by(self) -> None:
        """Group by the next thing."""
        self._by = BY[(BY.index(self._by) + 1) % len(BY)]
        await self._show()

    async def do_before(self) -> None:
        """Go to the month before, or the year."""
        await self._move(-1)

    async def do_after(self) -> None:
        """Go to the next month, or year."""
        await self._move(1)

    async def _move(self, by: int) -> None:
        months = self._year * 12 + self._month - 1 + by * (12 if self._by == "month" else 1)
        self._year, self._month = max(1, months // 12), months % 12 + 1
        await self._show()

    async def do_balance(self) -> None:
        """Ask the host what is left."""
        await self._ask(quiet=False)

    def do_copy(self) -> None:
        """Copy the sums as JSON."""
        first, _last = self._span
        self.qr.copy_text(_("JSON"), json.dumps(told(self._sums, first, None), ensure_ascii=False, indent=4))

    def do_back(self) -> None:
        """Back to the list."""
        self.dismiss(None)
