"""The pane at the right of the list: everything known of the task under the cursor."""

from collections.abc import Callable

from textual.containers import Vertical
from textual.strip import Strip

from qr_tui.commands.keymap import Keymap
from qr_tui.core.task import Task
from qr_tui.core.text.messages import Detail
from qr_tui.ui.details.lines import RENEW_EVERY, Details, empty, more_sign
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.widgets.lines import Lines

PROMPT_LINES = 5


class PaneColumn(Vertical):
    """What stands at the right of the list: a picture where there is one, and the details below it."""

    DEFAULT_CSS = "PaneColumn { width: 35%; min-width: 43; max-width: 84; border-left: vkey $rail; }"


class DetailsPane(Lines):
    """Follows the cursor; sends only the cells that differ from the task before."""

    def __init__(
        self,
        appearance: Appearance,
        clock: Callable[[], float],
        standing: Callable[[Task], Detail] = lambda _task: "",
        keymap: Callable[[], Keymap] = Keymap,
    ) -> None:
        super().__init__(
            appearance.palette.style("text"),
            self._lines_for,
            more=lambda: more_sign(self._appearance, self._keymap().show("tasks.pane_down")),
        )
        self._keymap = keymap
        self._appearance = appearance
        self._clock = clock
        self._standing = standing
        self._shown_task: Task | None = None
        self._said: Detail = ""

    def show_task(self, task: Task | None) -> None:
        """Show another task, or the same one as it is now."""
        if task is not None and self._shown_task is not None and task.key != self._shown_task.key:
            self.move_to(0)
        self._shown_task = task
        self._draw()

    def restyle(self, appearance: Appearance) -> None:
        """Draw in another look."""
        self._appearance = appearance
        self.blank = appearance.palette.style("text")
        self.refresh()
        self._draw()

    def on_mount(self) -> None:
        """Say from time to time anew when the next look comes."""
        self.set_interval(RENEW_EVERY, self._renew)

    def _renew(self) -> None:
        if self._shown_task is not None and (self._said or self._standing(self._shown_task)):
            self._draw()

    def _draw(self) -> None:
        if self.size.width:
            self.show(self._lines_for(self.size.width))

    def _lines_for(self, width: int) -> list[Strip]:
        """Return what is shown, in lines of this width."""
        if self._shown_task is None:
            return empty(self._appearance, width)
        self._said = self._standing(self._shown_task)
        details = Details(
            self._appearance,
            width,
            self._clock(),
            standing=self._said,
            keymap=self._keymap(),
            prompt_lines=PROMPT_LINES,
        )
        return details.strips(self._shown_task)
