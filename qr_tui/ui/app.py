"""The app: wiring only. Keys go to screens, screens to the engine, its events come back as messages."""

import asyncio
import functools
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from textual import on
from textual.binding import Binding
from textual.screen import Screen

from qr_tui import config
from qr_tui.commands.keymap import Keymap
from qr_tui.config import FileTrouble, Settings, View
from qr_tui.core.address import host_name
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.events import HostStatus, PollingChanged
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import ArchivedTask, Task
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import Detail
from qr_tui.i18n import _
from qr_tui.terminal import detect
from qr_tui.terminal.notify import Notifier
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.context import AppContext
from qr_tui.ui.engine_listener import EngineEvent, EngineListener, TasksPending
from qr_tui.ui.signals import SignalHandler, may_suspend
from qr_tui.ui.status import status_words
from qr_tui.ui.tasks.screen import TasksScreen
from qr_tui.ui.textual_fixes.app_base import FixedApp
from qr_tui.ui.theme import glyphs, palettes
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.toasts import say, tell

if TYPE_CHECKING:
    from qr_tui.services.films.previews import Previews
    from qr_tui.services.studio import Studio
    from qr_tui.terminal.clipboard import Clipboard
    from qr_tui.terminal.detect import Terminal
    from qr_tui.ui.theme.glyphs import Glyphs

log = logging.getLogger(__name__)

READING_TIME = 20.0  # seconds that a problem from the start stands there: nobody looks for it yet


class QrTui(FixedApp):
    """The terminal studio.

    Args:
        app_context: Everything from outside.

    Attributes:
        settings: The settings in force.
        file_problem: The mistake that stands in `config.toml`, None while there is none.
        keymap: The keys in force.
        appearance: Signs, colours and names of models, for every line that is drawn.
        tasks: The list, under every other screen.
    """

    CSS_PATH = "styles/app.tcss"
    ENABLE_COMMAND_PALETTE = False
    # no commands: ctrl+c must not end the program by accident, ctrl+z is the shell's
    BINDINGS = [  # noqa: RUF012 -- as Textual has it
        Binding("ctrl+c", "how_to_quit", show=False, system=True),
        Binding("ctrl+z", "sleep", show=False, system=True),
    ]

    def __init__(self, app_context: AppContext) -> None:
        self.app_context = app_context
        self.settings: Settings = app_context.settings
        terminal = detect.detect(app_context.env)
        super().__init__(
            terminal,
            _glyphs(self.settings, terminal),
            binds=lambda key: self.keymap.binds(key),
            unseen=self._unseen_key,
        )
        self.file_problem = next((one for one in app_context.problems if isinstance(one, FileTrouble)), None)
        self.keymap = Keymap(self.settings.keys)
        self.animation_level = "none"
        self.tasks = TasksScreen()
        self._engine_decided = asyncio.Event()  # set once the engine runs, or has failed to
        self._begun = False
        self._waits_to_leave = False
        self._studio: Studio | None = None
        self._failure: Trouble | None = None  # why the engine could not start
        self._signals = SignalHandler(self, self.leave)
        self.notifier = Notifier(self.terminal, self.write, self.settings.notify.mode, set_timer=self.set_timer)
        self._listener = EngineListener(self, self.tasks, self.notifier, self._renew_status)
        self._copier: Clipboard | None = None
        self._previews: Previews | None = None
        for palette in palettes.PALETTES[self.colours].values():
            self.register_theme(palettes.theme(palette))
        self._apply_appearance()

    def get_default_screen(self) -> Screen[Any]:
        """Begin on the list."""
        return self.tasks

    # what the engine reports -----------------------------------------------------------------------------------
    @on(TasksPending)
    def _tasks_pending(self) -> None:
        self._listener.tasks_pending()

    @on(EngineEvent)
    def _engine_event(self, message: EngineEvent) -> None:
        self._listener.handle(message.event)

    def _renew_status(self) -> None:
        """Say in the status line what is wrong or unusual now."""
        words = status_words(
            self._studio,
            self._listener.polling,
            self.keymap,
            failure=self._failure,
            file_problem=self.file_problem,
        )
        self.tasks.show_status(words)

    # what screens ask for --------------------------------------------------------------------------------------
    async def engine(self) -> "Studio":
        """Return the engine, waiting for it in the first moments.

        Raises:
            Trouble: It could not be started.
        """
        await self._engine_decided.wait()
        if self._studio is None:
            raise self._failure or Trouble(Kind.STORE)
        return self._studio

    def standing(self, task: Task) -> Detail:
        """Return why a task stands where it does, empty when there is nothing to say beyond its state."""
        return self._studio.standing(task) if self._studio is not None else ""

    async def whole(self, task: Task) -> Task:
        """Return all that is known of a task, or what the list knows of it while its archive cannot be read."""
        if not isinstance(task, ArchivedTask):
            return task
        try:
            return await (await self.engine()).whole(task)
        except Trouble as trouble:
            tell(self, trouble)
            return task

    @property
    def shows_pictures(self) -> bool:
        """Whether this terminal can show pictures: it has the colours and the signs for them."""
        return self.colours in ("truecolor", "256") and not self.glyphs.ascii_only

    async def draws_pixels(self) -> bool:
        """Tell whether pictures are drawn in real pixels: by the setting, or where the terminal is known to do that."""
        from qr_tui.terminal import kitty_graphics

        setting = self.settings.preview.pixels
        if not self.shows_pictures or setting == "never":
            return False
        return setting == "always" or await asyncio.to_thread(kitty_graphics.are_drawn, self.terminal)

    @functools.cached_property
    def has_previews(self) -> bool:
        """Whether the part that decodes films is installed."""
        from qr_tui.services import installation

        return installation.has("preview")

    @property
    def previews(self) -> "Previews":
        """What makes pictures of films."""
        if self._previews is None:
            from qr_tui.services.films.previews import Previews

            self._previews = Previews(self.app_context.paths.cache)
        return self._previews

    def next_look(self) -> float | None:
        """Return when the next look is due, Unix seconds."""
        return self._studio.next_look if self._studio is not None else None

    @property
    def place(self) -> str:
        """The host that new tasks go to, as the header names it."""
        before = config.named_host(self.app_context.env) or self.settings.host.base_url
        url = self._studio.base_url if self._studio is not None else before
        name = host_name(url)
        return "quickrouter" if "quickrouter" in name else inert(name, limit=60)

    @property
    def scope(self) -> str:
        """The scope of the commands on the screen on top; empty where a dialog has none."""
        return self.screen.scope if isinstance(self.screen, CommandScreen) else ""

    async def ask(self, title: str, lines: Sequence[str], *, yes: str = "", no: str = "", pays: bool = False) -> bool:
        """Ask a question; anything but a plain yes is a no. `pays` leaves the yes to the paying keys."""
        from qr_tui.ui.widgets.confirm import ConfirmScreen

        question = ConfirmScreen(title, lines, yes or _("yes"), no or _("no"), pays=pays)
        answer = await self.push_screen_wait(question)
        return answer is True

    async def compose_from(self, start: Task | None) -> None:
        """Write a video, from nothing or as `start` was; the cursor goes to what was sent."""
        from qr_tui.ui.compose.screen import ComposeScreen

        studio = await self.engine()
        start = await self.whole(start) if start is not None else None
        made = await self.push_screen_wait(
            ComposeScreen(studio, self.app_context, start=start, model=self.settings.create.model)
        )
        if made:
            self.catch_up()
            self.tasks.take([task for task in made if task.key not in self.tasks.list_model.tasks], ())
            self.tasks.go_to(made[0].key)

    def catch_up(self) -> None:
        """Show at once what the engine has reported, so that the cursor can go to a task that is new."""
        self._listener.catch_up()

    def copy_text(self, label: str, text: str) -> None:
        """Copy `text` and say where it went; `label` is what the toast calls it."""
        self.run_worker(self._copy(label, text), group="copy")

    def keep_view(self, digit: int, view: View | None) -> None:
        """Know a saved view from now on, or with None that its digit is free; the file has it already."""
        views = {kept: known for kept, known in self.settings.views.items() if kept != str(digit)}
        if view is not None:
            views[str(digit)] = view
        self.settings = msgspec.structs.replace(self.settings, views=views)
        if self.file_problem is not None:  # it could be written, so somebody has mended the file
            settings, problem = config.load_or_default(self.app_context.paths.config_file)
            if problem is None:
                self.use_settings(settings)

    def use_settings(self, settings: Settings) -> list[Trouble]:
        """Take changed settings, read from a sound file, at once; return what is wrong with the keys."""
        from qr_tui import i18n

        self.settings = settings
        self.file_problem = None
        if self._studio is not None:
            self._studio.use_settings(settings)
        i18n.install(i18n.choose(settings.ui.language))
        self.keymap = Keymap(settings.keys)
        self.glyphs = _glyphs(settings, self.terminal)
        self.notifier.mode = settings.notify.mode
        self._apply_appearance()
        for screen in self.screen_stack:
            if isinstance(screen, CommandScreen):
                screen.rebind()
                screen.restyle()
        self._renew_status()
        self.tasks.refresh_header_and_footer()
        return self.key_problems()

    def key_problems(self) -> list[Trouble]:
        """Return what is wrong with keys of the person's own, each with its place in the file."""
        return [problem.in_file(self.app_context.paths.config_file) for problem in self.keymap.problems]

    # commands of every screen ----------------------------------------------------------------------------------
    async def do_palette(self) -> None:
        """Find a command by name."""
        from qr_tui.ui.palette import PaletteScreen

        below = self.screen
        if not isinstance(below, CommandScreen):
            return
        chosen = await self.push_screen_wait(PaletteScreen(below, self.keymap, self.appearance))
        if chosen is not None and self.screen is below:
            below.action_run(chosen)

    async def do_help(self) -> None:
        """Show the keys of this screen."""
        from qr_tui.ui.help import HelpScreen

        if isinstance(self.screen, CommandScreen):
            await self.push_screen_wait(HelpScreen(self.screen))

    async def do_settings(self) -> None:
        """Change the settings."""
        from qr_tui.ui.settings.screen import SettingsScreen

        await self.push_screen_wait(SettingsScreen(self.app_context))

    async def do_connect(self) -> None:
        """Set host and key."""
        from qr_tui.ui.settings.connect import ConnectScreen

        studio = await self.engine()
        await self.push_screen_wait(ConnectScreen(studio, self.app_context))
        self._renew_status()
        self.tasks.refresh_header_and_footer()

    async def do_usage(self) -> None:
        """Show what was asked for, and what it costs."""
        from qr_tui.ui.usage.screen import UsageScreen

        studio = await self.engine()
        await self.push_screen_wait(UsageScreen(studio.money, self.app_context.clock()))

    async def do_quit(self) -> None:
        """Leave; at once when that is asked for again while an answer is waited for."""
        if self._waits_to_leave:
            self.exit(0, return_code=0)  # what is being sent is on disk as that: the next start asks what became of it
        elif self._studio is not None and self._studio.is_sending:
            self._waits_to_leave = True
            words = _("A request is under way: waiting for its answer. {key} again leaves now.")
            say(self, words.format(key=self.keymap.show("app.quit")), warn=True, timeout=READING_TIME)
            self.run_worker(self.leave(0), group="leaving")
        else:
            await self.leave(0)

    def _unseen_key(self, key: str) -> None:
        """Take a key on a terminal too small to show anything: the one that quits still does."""
        if key in self.keymap.keys("app.quit"):
            self.run_worker(self.do_quit(), group="commands")

    def action_how_to_quit(self) -> None:
        """Ctrl+c: say how to quit, instead of quitting by accident."""
        say(self, _("{key} quits").format(key=self.keymap.show("app.quit")))

    def action_sleep(self) -> None:
        """Ctrl+z: hand the terminal back to the shell, where there is one to wake us again."""
        if not self.can_suspend or not may_suspend():
            say(self, _("there is no shell here to come back from"), warn=True)
            return
        if self._studio is not None:
            self._studio.suspend()
        self.action_suspend_process()

    # life ------------------------------------------------------------------------------------------------------
    def begin(self) -> None:
        """Start the engine: called when the list is on the screen, so that nothing delays the first paint."""
        if self._begun:
            return
        self._begun = True
        self._signals.install()
        self.app_resume_signal.subscribe(self, lambda _app: self._awake())
        self._renew_status()
        for trouble in (*self.app_context.problems, *self.key_problems()):
            tell(self, trouble, timeout=READING_TIME)
        self.run_worker(self._start(), group="engine")

    async def _start(self) -> None:
        from qr_tui.ui.tasks.list_state import load

        recalled = await asyncio.to_thread(load, self.app_context.paths.list_file)
        await self.tasks.restore(recalled)
        try:
            await asyncio.to_thread(self.app_context.prepare)
            studio = self.app_context.make_studio(self._listener.inbox)
            self.tasks.list.restyle(self._appearance_with(studio.catalogue))
            await studio.start()
        except Trouble as trouble:
            self._failure = trouble
            self._renew_status()
            tell(self, trouble)
            return
        finally:
            self._engine_decided.set()
        self._studio = studio
        if self.settings is not self.app_context.settings and self.file_problem is None:
            self.use_settings(self.settings)  # they changed while the engine came up
        self._listener.polling = PollingChanged(here=studio.polling_here, paused=studio.paused)
        self._renew_status()
        self.tasks.refresh_header_and_footer()
        self.run_worker(self._read_archives(studio), group="archives")
        if not self.app_context.demo and studio.host_statuses.get(studio.base_url) is HostStatus.NO_KEY:
            self.run_worker(self.do_connect(), group="commands")

    async def _read_archives(self, studio: "Studio") -> None:
        """Bring the old tasks in, once everything else is there."""
        import gc

        try:
            await studio.read_archives()
        except Trouble as trouble:
            tell(self, trouble)
        gc.freeze()  # what stays for good need not be looked through again and again

    async def leave(self, code: int) -> None:
        """Save what screens hold, close the engine, end."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, CommandScreen):
                screen.save_now()
        self.notifier.close()
        studio, self._studio = self._studio, None
        if studio is not None:
            try:
                await asyncio.wait_for(studio.close(), 3.0)
            except TimeoutError:
                log.warning("the engine did not close in time; what matters is on disk")
            except Trouble as trouble:
                log.warning("closing: %s", trouble)
        self.exit(code, return_code=code)

    def _awake(self) -> None:
        if self._studio is not None:
            self._studio.resume()
        self.tasks.refresh_header_and_footer()
        self.screen.refresh()  # the shell has written over everything

    # inside ----------------------------------------------------------------------------------------------------
    async def _copy(self, label: str, text: str) -> None:
        from qr_tui.terminal.clipboard import Clipboard

        if self._copier is None:
            self._copier = Clipboard(self.terminal, self.app_context.paths.clipboard_file, self.write)
        copied = await self._copier.copy(text)
        shown = copied.summary(label, ascii_only=self.glyphs.ascii_only)
        say(self, f"{shown}\n{copied.hint}" if copied.hint else shown, warn=not copied.routes)

    def _apply_appearance(self) -> None:
        palette = palettes.PALETTES[self.colours][self.settings.ui.theme]
        self.theme = palette.name
        self.appearance = Appearance(self.glyphs, palette, Catalogue())
        if self._studio is not None:
            self._appearance_with(self._studio.catalogue)

    def _appearance_with(self, catalogue: Catalogue) -> Appearance:
        self.appearance = replace(self.appearance, catalogue=catalogue)
        return self.appearance


def _glyphs(settings: Settings, terminal: "Terminal") -> "Glyphs":
    return glyphs.choose(settings.ui.glyphs, utf8=terminal.glyphs == "unicode")
