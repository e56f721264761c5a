"""The viewer: the film of one task as pictures, with what is known of it; or up to six side by side."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.strip import Strip

from qr_tui.core.failures import Trouble
from qr_tui.core.task import FileState, Task
from qr_tui.core.text.display import fit, inert, tail
from qr_tui.core.video_file import Film
from qr_tui.core.video_file import read as read_film
from qr_tui.i18n import _, clauses, ngettext, translate
from qr_tui.services.films.previews import Mode, NoPicture, Picture
from qr_tui.terminal import player
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.task_actions import TaskActions
from qr_tui.ui.tasks.undo import UndoStack
from qr_tui.ui.textual_fixes.suspend import suspended
from qr_tui.ui.theme.strips import line
from qr_tui.ui.toasts import say, tell
from qr_tui.ui.viewer.pages import PICTURES, Pages, View, differences, picture_room
from qr_tui.ui.viewer.pixels import PER_CELL, Pixels
from qr_tui.ui.widgets.page import Page

MOST: Final = 6  # films side by side
REST: Final = 0.25  # seconds a film is looked at before it is decoded: never in the way of a key


class ViewerScreen(CommandScreen[None]):
    """Shows films; those of the list one after another, or a few at once.

    Args:
        tasks: The films.
        at: Which of them to begin with.
        compare: Show all of them side by side.
        undo: Learns how a removal is undone, where that is offered.
    """

    scope = "viewer"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-low"), (21, "-tall")]  # noqa: RUF012 -- as Textual has it

    def __init__(
        self, tasks: Sequence[Task], at: int = 0, *, compare: bool = False, undo: UndoStack | None = None
    ) -> None:
        super().__init__()
        self.views = [View(task) for task in tasks]
        self.at = at
        self.comparing = compare
        self.picture = 0
        self._undo = undo
        self.actions = TaskActions(self)
        self._room = (0, 0)
        self._pixels: Pixels | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, pictures and keys."""
        self.page = Page(self, self._header_line, self._page)
        yield from self.page

    def command_handlers(self) -> Sequence[object]:
        """Return who handles this screen's commands."""
        return (self, self.actions)

    def on_unmount(self) -> None:
        """Let the terminal drop what it was given."""
        if self._pixels is not None:
            self._pixels.forget()

    def on_mount(self) -> None:
        """Begin to decode once this is on the screen."""
        self.call_after_refresh(self._look_at)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._look_at)

    # the registry's questions ----------------------------------------------------------------------------------
    @property
    def targets(self) -> list[Task]:
        """The film that is chosen."""
        return [self.views[self.at].task]

    @property
    def shown(self) -> int:
        """How many films there are."""
        return len(self.views)

    # what the app tells ----------------------------------------------------------------------------------------
    def tasks_changed(self, tasks: Sequence[Task]) -> None:
        """Show the films as they are now."""
        fresh = {task.key: task for task in tasks}
        again = False
        for number, view in enumerate(self.views):
            task = fresh.get(view.task.key)
            if task is None:
                continue
            again = again or task.file != view.task.file or task.file_state is not view.task.file_state
            self.views[number] = view._replace(task=task)
        self.page.draw()
        if again:
            self._look_at()

    def transfers_changed(self, keys: Sequence[str]) -> None:
        """Say how far a film is that is looked at before it is here."""
        if any(view.task.key in keys for view in self.views):
            self.page.draw()

    def restyle(self) -> None:
        """Draw in the app's appearance of now."""
        self.page.restyle()

    # commands --------------------------------------------------------------------------------------------------
    def do_back(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)

    def do_next_picture(self) -> None:
        """The next picture, of all films that are shown."""
        shown = self.views if self.comparing else [self.views[self.at]]
        count = max((len(view.pictures) for view in shown), default=0)
        if count:
            self.picture = (self.picture + 1) % count
            self.page.draw()

    def do_down(self) -> None:
        """The next film."""
        self._go(self.at + 1)

    def do_up(self) -> None:
        """The film before."""
        self._go(self.at - 1)

    def _go(self, at: int) -> None:
        at = max(0, min(at, len(self.views) - 1))
        if at == self.at:
            return
        self.at = at
        if not self.comparing:
            self.picture = 0
            self._look_at()
        self.page.draw()

    async def do_play(self) -> None:
        """Play the film in the person's own player, which has the terminal meanwhile."""
        task = self.views[self.at].task
        file = task.file or ""
        try:
            setting, terminal = self.qr.settings.open.player, self.qr.terminal
            command = await asyncio.to_thread(player.command, setting, file, terminal)
            if command.takes_terminal:
                await suspended(self.app, lambda: player.play(command, terminal.env))
            else:
                await asyncio.to_thread(player.start, command, terminal.env)
                say(self.app, _("{program} plays it").format(program=inert(command.words[0], limit=60)))
        except Trouble as trouble:
            tell(self.app, trouble)

    async def do_remove(self) -> None:
        """Take the chosen film's task off the list; its file stays."""
        task = self.views[self.at].task
        removed = await (await self.qr.engine()).remove([task.key])
        if not removed:
            return
        said = _("removed from the list")
        if self._undo is not None:
            self._undo.add(lambda: self._bring_back(task))
            said = _("removed from the list; {key} there brings it back").format(key=self.keymap.show("tasks.undo"))
        say(self.app, said)
        del self.views[self.at]
        if not self.views:
            self.dismiss(None)
            return
        self.at = min(self.at, len(self.views) - 1)
        self.comparing = self.comparing and len(self.views) > 1
        self._look_at()

    async def _bring_back(self, task: Task) -> str:
        restored = await (await self.qr.engine()).restore([task.key])
        return ngettext("{n} is back", "{n} are back", len(restored)).format(n=len(restored))

    # decoding --------------------------------------------------------------------------------------------------
    @work(group="pictures", exclusive=True)
    async def _look_at(self) -> None:
        """Get the pictures of what is shown: quick ones at once, exact ones when they are ready."""
        numbers = list(range(len(self.views))) if self.comparing else [self.at]
        for number in numbers:
            await self._complete(number)
        self.page.draw()
        if not self.qr.shows_pictures:
            return
        if self._pixels is None and await self.qr.draws_pixels():
            self._pixels = Pixels(self.qr.write)
        await asyncio.sleep(REST if not self.comparing else 0)
        modes: tuple[Mode, ...] = ("key", "exact")
        for mode in modes:
            for number in numbers:
                await self._add_pictures(number, mode)
        if self._pixels is not None:
            for number in numbers:
                await self._add_sharp_ones(number)

    async def _complete(self, number: int) -> None:
        """Read what the list does not hold, and what the file says of itself."""
        view = self.views[number]
        task = await self.qr.whole(view.task)
        words, film = self._words(task), None
        if task.file and task.file_state is FileState.SAVED:
            film = await asyncio.to_thread(_facts_of, Path(task.file))
        now = self.views[number]
        if now.task is not view.task:  # it changed meanwhile
            task, words = now.task, self._words(now.task)
        self.views[number] = now._replace(task=task, film=film, words=words)

    def _words(self, task: Task) -> str:
        """Return what stands where a picture would."""
        if task.file_state is not FileState.SAVED:
            standing = translate(self.qr.standing(task)) if task.is_fetched else ""
            key = self.keymap.show("viewer.download")
            return inert(standing, limit=200) or _("The film is not here yet; {key} fetches it.").format(key=key)
        if not self.qr.shows_pictures:
            return _("This terminal shows no pictures: it has too few colours.")
        return _("looking into the film …")

    async def _add_pictures(self, number: int, mode: Mode) -> None:
        view = self.views[number]
        if view.task.file is None or view.task.file_state is not FileState.SAVED:
            return
        room = picture_room(*self._room, len(self.views) if self.comparing else 1)
        try:
            pictures: Sequence[Picture] = await self.qr.previews.pictures(
                Path(view.task.file), PICTURES, room.columns, room.rows * 2, mode
            )
        except NoPicture as error:
            if not view.pictures:
                self.views[number] = self.views[number]._replace(words=inert(translate(error.message), limit=400))
                self.page.draw()
            return
        if number < len(self.views) and self.views[number].task.key == view.task.key:
            self.views[number] = self.views[number]._replace(pictures=pictures)
            self.page.draw()

    async def _add_sharp_ones(self, number: int) -> None:
        view = self.views[number]
        if not view.pictures or view.task.file is None:
            return
        room = picture_room(*self._room, len(self.views) if self.comparing else 1)
        width, height = room.columns * PER_CELL, room.rows * 2 * PER_CELL
        with suppress(NoPicture):
            pictures = await self.qr.previews.pictures(Path(view.task.file), PICTURES, width, height, "exact")
            if number < len(self.views) and self.views[number].task.key == view.task.key:
                self.views[number] = self.views[number]._replace(sharp=pictures)
                self.page.draw()

    # drawing ---------------------------------------------------------------------------------------------------
    def _page(self, width: int) -> list[Strip]:
        height = self.page.lines.size.height
        self._room = width, height
        pages = Pages(self.qr.appearance, shows_pictures=self.qr.shows_pictures, pixels=self._pixels)
        if self.comparing:
            _names, labels = differences([view.task for view in self.views])
            return pages.compared(self.views, self.at, self.picture, width, height, labels)
        view = self.views[self.at]
        if view.task.is_fetched:
            view = view._replace(words=self._words(view.task))
        return pages.single(view, self.picture, width, height)

    def _header_line(self, width: int) -> Strip:
        style, glyphs = self.qr.appearance.palette.style, self.qr.glyphs
        if self.comparing:
            names, _labels = differences([view.task for view in self.views])
            told = clauses(names) if names else _("nothing but chance")
            words = _("{n} films, what differs: {what}").format(n=len(self.views), what=told)
            place = ""
        else:
            task = self.views[self.at].task
            words = tail(inert(task.id or task.key, limit=300), 24, ellipsis=glyphs.ellipsis)
            place = _("{n} of {total}").format(n=self.at + 1, total=len(self.views)) + " "
        name = _("viewer")
        title = f" {name} {glyphs.dot} {words}"
        text = fit(title, max(0, width - len(place)), ellipsis=glyphs.ellipsis) + place
        return line([(text, style("text", raised=True, bold=True))], width, style("text", raised=True))


def _facts_of(path: Path) -> Film | None:
    with suppress(OSError), path.open("rb") as file:
        return read_film(file)
    return None
