"""The base of every screen that has commands: its keys come from the registry, its handlers are `do_<name>`."""

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import Screen

from qr_tui.commands.keymap import TEXT_SCOPES, Keymap, is_text
from qr_tui.commands.registry import Command, command
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Task
from qr_tui.i18n import _
from qr_tui.ui.app_services import AppServices, services
from qr_tui.ui.textual_fixes.key_bindings import bind
from qr_tui.ui.toasts import say, tell

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class CommandScreen(Screen[Result], Generic[Result]):
    """A screen whose commands are those of `scope` and the app's.

    A handler is a method ``do_<name>`` of the screen or of an object it holds (`command_handlers`), plain or a
    coroutine. A coroutine runs in a worker of the app, so it may wait for dialogs (`push_screen_wait`) and outlive the
    screen; a `Trouble` it raises becomes a toast. Keys wait until it has opened its screen or is done: what takes
    longer goes into a worker of its own (`start`).

    The properties `targets`, `marked`, … answer the registry's `CommandState`; a screen overrides those it knows.
    """

    scope: ClassVar[str] = "app"

    def on_mount(self) -> None:
        """Take the keys as they are set now."""
        self.rebind()

    @property
    def qr(self) -> AppServices:
        """The app, for what it does for its screens."""
        return services(self)

    @property
    def keymap(self) -> Keymap:
        """The keys in force."""
        return self.qr.keymap

    def rebind(self) -> None:
        """Bind the keys of the keymap; called again when the settings change them."""
        bind(self, self._keymap_bindings())

    def _keymap_bindings(self) -> Iterator[Binding]:
        text_screen = self.scope in TEXT_SCOPES
        for key, item in self.keymap.bindings(self.scope):
            yield Binding(
                key,
                f"screen.run({item.id!r})",
                _(item.title),
                show=False,
                # a text field has keys of its own for ctrl+e and the like: there, ours go first
                priority=text_screen and not is_text(key) and ("+" in key or key[1:].isdigit()),
                id=item.id,
            )

    # what the app tells each of its screens; most have nothing to do with it ------------------------------------
    def restyle(self) -> None:
        """Draw in the app's look of now; a screen that draws by itself says how."""

    def tasks_changed(self, tasks: Sequence[Task]) -> None:
        """Show these tasks as they are now; a screen that shows one says how."""

    def transfers_changed(self, keys: Sequence[str]) -> None:
        """Show how far the films of these tasks are; a screen that shows one says how."""

    def save_now(self) -> None:
        """Put on disk what a person has written here, before returning; a screen that can be written on says how."""

    # what the registry may ask before a command runs -----------------------------------------------------------
    @property
    def targets(self) -> list[Task]:
        """The tasks a command would act on."""
        return []

    @property
    def current(self) -> Task | None:
        """The task a command of one task is about."""
        return next(iter(self.targets), None)

    @property
    def films(self) -> list[Task]:
        """The tasks that can be looked at one after another, the current one among them."""
        return self.targets

    @property
    def marked(self) -> int:
        """How many tasks are marked."""
        return 0

    @property
    def shown(self) -> int:
        """How many tasks are shown."""
        return 0

    @property
    def undoable(self) -> bool:
        """Whether a removal can be undone."""
        return False

    @property
    def model_fields(self) -> frozenset[str]:
        """The parameter names of the model in hand."""
        return frozenset()

    # running ---------------------------------------------------------------------------------------------------
    def action_run(self, command_id: str) -> None:
        """Run a command of this screen or of the app, or say why it cannot run now."""
        item = command(command_id)
        reason = item.when(self)
        if reason:
            say(self.app, _(reason), warn=True)
            return
        self.perform(item)

    def command_handlers(self) -> Sequence[object]:
        """Return who handles the commands of `scope`, each by a method ``do_<name>``: the screen, then its parts."""
        return (self,)

    def perform(self, item: Command) -> None:
        """Call the handler of `item`; a coroutine goes on in a worker."""
        owners = (self.app,) if item.scope == "app" else self.command_handlers()
        name = f"do_{item.name}"
        handler: Callable[[], object] = next(getattr(owner, name) for owner in owners if hasattr(owner, name))
        try:
            outcome = handler()
        except Trouble as trouble:
            tell(self.app, trouble)
            return
        if inspect.isawaitable(outcome):
            self.start(self._to_its_end(outcome, self.qr.hold_keys()))

    def start(self, work: Awaitable[object]) -> None:
        """Do `work` in a worker of the app; what goes wrong is told."""
        self.app.run_worker(self._guard(work), group="commands")

    async def _to_its_end(self, outcome: Awaitable[object], release: Callable[[], None]) -> None:
        """Wait for a handler; what was typed meanwhile goes on then at the latest."""
        try:
            await outcome
        finally:
            release()

    async def _guard(self, work: Awaitable[object]) -> None:
        """Wait for work; what a person should know is told, what is our fault is logged and told."""
        try:
            await work
        except Trouble as trouble:
            tell(self.app, trouble)
        except Exception as error:
            log.exception("a command failed")
            tell(self.app, Trouble(Kind.INTERNAL, f"{type(error).__name__}: {error}"))

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close this screen; what a person has opened over it meanwhile closes first."""
        while self.app.screen is not self and self in self.app.screen_stack:
            self.app.screen.dismiss(None)
        return super().dismiss(result)
