"""The base of every screen that has commands: its keys come from the registry, its handlers are `do_<name>`."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingsMap
from textual.screen import Screen

from qr_tui.commands.keymap import TEXT_SCOPES, Keymap, is_text
from qr_tui.commands.registry import Command, command
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Task
from qr_tui.i18n import _
from qr_tui.ui.textual_fixes.typeahead import Reading
from qr_tui.ui.toasts import say, tell

if TYPE_CHECKING:
    from qr_tui.ui.app import QrTui

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class CommandScreen(Screen[Result], Generic[Result]):
    """A screen whose commands are those of `scope` and the app's.

    A handler is a method ``do_<name>``, plain or a coroutine. A coroutine runs in a worker of the app, so it may wait
    for dialogs (`push_screen_wait`) and outlive the screen; a `Trouble` it raises becomes a toast. Keys wait until it
    has opened its screen or is done: what takes longer goes into a worker of its own (`start`).

    The properties `targets`, `marked`, … are the registry's `Context`; a screen overrides those it knows.
    """

    scope: ClassVar[str] = "app"

    def on_mount(self) -> None:
        """Take the keys as they are set now."""
        self.rebind()

    @property
    def qr(self) -> "QrTui":
        """The app, by its own type."""
        return cast("QrTui", self.app)

    @property
    def keymap(self) -> Keymap:
        """The keys in force; the defaults under an app that has none."""
        return getattr(self.app, "keymap", None) or Keymap()

    def rebind(self) -> None:
        """Bind the keys of the keymap; called again when the settings change them."""
        # what Textual itself binds on a screen (tab, shift+tab) stays underneath
        bindings: BindingsMap = type(self)._merge_bindings()
        text_screen = self.scope in TEXT_SCOPES
        for key, item in self.keymap.bindings(self.scope):
            bindings.key_to_bindings[key] = [
                Binding(
                    key,
                    f"screen.run({item.id!r})",
                    _(item.title),
                    show=False,
                    # a text field has keys of its own for ctrl+e and the like: there, ours go first
                    priority=text_screen and not is_text(key) and ("+" in key or key[1:].isdigit()),
                    id=item.id,
                )
            ]
        self._bindings = bindings
        self.refresh_bindings()

    def restyle(self) -> None:
        """Draw in the app's look of now; a screen that draws by itself says how."""

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

    def perform(self, item: Command) -> None:
        """Call the handler of `item`; a coroutine goes on in a worker."""
        owner: Any = self.app if item.scope == "app" else self
        try:
            outcome = getattr(owner, f"do_{item.name}")()
        except Trouble as trouble:
            tell(self.app, trouble)
            return
        if inspect.isawaitable(outcome):
            release = self.app.hold_keys() if isinstance(self.app, Reading) else None
            self.start(self._to_its_end(outcome, release))

    def start(self, work: Awaitable[object]) -> None:
        """Do `work` in a worker of the app; what goes wrong is told."""
        self.app.run_worker(self._guard(work), group="commands")

    async def _to_its_end(self, outcome: Awaitable[object], release: Callable[[], None] | None) -> None:
        """Wait for a handler; what was typed meanwhile goes on then at the latest."""
        try:
            await outcome
        finally:
            if release is not None:
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
