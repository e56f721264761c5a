"""Every command of the app, once: its id, keys, words, place in the footer and why it cannot run now.

Key bindings, footer, palette, help, `qr-tui keys` and the documentation are made from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.messages import N_

Scope = Literal["app", "tasks", "compose", "details", "viewer", "usage"]


class CommandState(Protocol):
    """What a command may ask before it runs."""

    @property
    def targets(self) -> list[Task]:
        """The marked tasks, or the one under the cursor, or none."""
        ...

    @property
    def current(self) -> Task | None:
        """The task under the cursor."""
        ...

    @property
    def marked(self) -> int:
        """How many tasks are marked."""
        ...

    @property
    def shown(self) -> int:
        """How many tasks the list shows."""
        ...

    @property
    def undoable(self) -> bool:
        """Whether there is anything to undo: a removal, tags, a stop."""
        ...

    @property
    def model_fields(self) -> frozenset[str]:
        """The parameter names of the model chosen in compose."""
        ...


When = Callable[[CommandState], str]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    Attributes:
        id: ``scope.name``; its handler is the method ``do_name`` of that scope's screen (or of the app).
        keys: Default keys in Textual's names, the first one is shown.
        title: One or two words, for the footer.
        help: One line, for help, palette and docs.
        when: Why it cannot run now, as a message for `_`; empty when it can.
        footer: How useful it is in the footer, lower first; 0 keeps it out.
        pays: It spends money: only its own keys run it, and none of them is a character, enter or space.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    when: When = lambda _context: ""
    footer: int = 0
    pays: bool = False

    @property
    def scope(self) -> str:
        """The screen it belongs to, or ``app``."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """The part of its id that names the handler."""
        return self.id.partition(".")[2]


def _has_target(context: CommandState) -> str:
    return "" if context.targets else N_("no task is under the cursor")


def _status(*allowed: Status, why: str) -> When:
    def when(context: CommandState) -> str:
        if not context.targets:
            return N_("no task is under the cursor")
        return "" if any(task.status in allowed for task in context.targets) else why

    return when


def _has_id(context: CommandState) -> str:
    if not context.targets:
        return N_("no task is under the cursor")
    return "" if any(task.id for task in context.targets) else N_("the provider has not given it an id yet")


def _has_current(context: CommandState) -> str:
    return "" if context.current else N_("no task is under the cursor")


def _openable(context: CommandState) -> str:
    task = context.current
    if task is None:
        return N_("no task is under the cursor")
    there = task.video_url or (task.file and task.file_state is FileState.SAVED)
    return "" if there else N_("there is neither a file nor a link yet")


def _lookable(context: CommandState) -> str:
    if not context.targets:
        return N_("no task is under the cursor")
    able = any(task.id or task.status is Status.QUEUED for task in context.targets)
    return "" if able else N_("there is nothing to ask the provider about")


def _has_raw(context: CommandState) -> str:
    return "" if any(task.raw for task in context.targets) else N_("the provider has not answered yet")


def _decidable(context: CommandState) -> str:
    return "" if any(task.can_be_decided for task in context.targets) else N_("nothing to decide here")


def _retryable(context: CommandState) -> str:
    if any(task.status is Status.FAILED and not task.is_unknown for task in context.targets):
        return ""
    if any(task.is_unknown for task in context.targets):
        return N_("it may be made and paid: look again, or adopt the right id")
    return N_("only a failed task can be tried again")


def _fetchable(context: CommandState) -> str:
    if not context.targets:
        return N_("no task is under the cursor")
    done = [task for task in context.targets if task.status is Status.DONE]
    if not done:
        return N_("only a finished video can be fetched")
    if all(task.is_fetched for task in done):
        return N_("it is being fetched already")
    return "" if any(task.file_state is not FileState.SAVED for task in done) else N_("it is saved already")


def _viewable(context: CommandState) -> str:
    if not context.targets:
        return N_("no task is under the cursor")
    return "" if any(task.status is Status.DONE for task in context.targets) else N_("it is not finished")


def _is_saved(context: CommandState) -> str:
    task = context.current
    saved = task is not None and task.file_state is FileState.SAVED
    return "" if saved else N_("the film is not saved here yet")


def _has_several(context: CommandState) -> str:
    return "" if context.shown > 1 else N_("there is only this one")


def _being_fetched(context: CommandState) -> str:
    return "" if any(task.is_fetched for task in context.targets) else N_("nothing is being fetched here")


def _undoable(context: CommandState) -> str:
    return "" if context.undoable else N_("there is nothing to undo")


def _field(*names: str, why: str) -> When:
    return lambda context: "" if context.model_fields & set(names) else why


COMMANDS: Final[tuple[Command, ...]] = (
    # moving and marking
    Command("tasks.down", ("j", "down"), N_("down"), N_("next task")),
    Command("tasks.up", ("k", "up"), N_("up"), N_("previous task")),
    Command("tasks.top", ("g", "home"), N_("top"), N_("first task")),
    Command("tasks.bottom", ("G", "end"), N_("bottom"), N_("last task")),
    Command("tasks.page_down", ("pagedown",), N_("page down"), N_("one page down")),
    Command("tasks.page_up", ("pageup",), N_("page up"), N_("one page up")),
    Command("tasks.mark", ("space",), N_("mark"), N_("mark or unmark this task"), _has_target, footer=13),
    Command("tasks.mark_range", ("V",), N_("mark range"), N_("mark from the last mark to here"), _has_target),
    Command("tasks.mark_all", ("A",), N_("mark all"), N_("mark every task shown"), _has_target, footer=18),
    Command("tasks.clear", ("escape", "backspace"), N_("clear"), N_("clear marks, then what hides tasks")),
    # one task or the marked ones
    Command("tasks.new", ("n",), N_("new"), N_("write a new video"), footer=1),
    Command(
        "tasks.copy_id", ("y",), N_("copy id"), N_("copy the id, of all marked tasks one a line"), _has_id, footer=4
    ),
    Command("tasks.details", ("enter",), N_("details"), N_("everything known of this task"), _has_current, footer=5),
    Command(
        "tasks.decide",
        ("a",),
        N_("decide"),
        N_("decide an unconfirmed task: adopt its id, send again, or drop; all marked ones at once"),
        _decidable,
        footer=2,
    ),
    Command(
        "tasks.undo", ("u",), N_("undo"), N_("undo the last removal, stop, or change of tags"), _undoable, footer=7
    ),
    Command(
        "tasks.copy_menu", ("Y",), N_("copy …"), N_("copy link, file path, prompt, curl or JSON"), _has_target, footer=9
    ),
    Command(
        "tasks.again",
        ("e",),
        N_("new from this"),
        N_("write a new video that starts as this one"),
        _has_current,
        footer=12,
    ),
    Command(
        "tasks.download",
        ("d",),
        N_("download"),
        N_("fetch the film to the disk, again if it failed or is gone"),
        _fetchable,
        footer=7,
    ),
    Command(
        "tasks.viewer",
        ("i",),
        N_("look at it"),
        N_("look at the film; with two to six marked ones, side by side"),
        _viewable,
        footer=8,
    ),
    Command(
        "tasks.stop_download",
        ("X",),
        N_("stop download"),
        N_("fetch the film no more; what has arrived is kept for a week"),
        _being_fetched,
    ),
    Command(
        "tasks.favourite",
        ("f",),
        N_("favourite"),
        N_("mark as a favourite, or no longer, for the filter is:fav"),
        _has_target,
        footer=19,
    ),
    Command("tasks.open", ("o",), N_("open"), N_("open the file or the link"), _openable, footer=8),
    Command("tasks.look", ("r",), N_("look now"), N_("ask the provider about this task now"), _lookable, footer=10),
    Command(
        "tasks.retry", ("R",), N_("try again"), N_("make a failed video again; asks, it costs"), _retryable, footer=3
    ),
    Command(
        "tasks.stop",
        ("x",),
        N_("stop watching"),
        N_("watch no more; the provider cannot be told to cancel"),
        _status(Status.WAITING, Status.RUNNING, Status.QUEUED, why=N_("this task is not being watched")),
        footer=16,
    ),
    Command("tasks.remove", ("D",), N_("remove"), N_("take off the list; it can be undone"), _has_target, footer=15),
    Command(
        "tasks.tag", ("T",), N_("tags"), N_("give it tags of your own, for the filter tag:x"), _has_target, footer=17
    ),
    # finding
    Command("tasks.filter", ("slash",), N_("filter"), N_("show only what fits"), footer=6),
    Command("tasks.sort", ("s",), N_("sort"), N_("choose the order"), footer=14),
    Command("tasks.columns", ("c",), N_("columns"), N_("choose the columns of the list"), footer=20),
    Command(
        "tasks.quick_filter",
        ("t",),
        N_("quick filter"),
        N_("show all, unfinished, failed … ones: a letter each"),
        footer=11,
    ),
    Command(
        "tasks.next_needed",
        ("exclamation_mark",),
        N_("needs you"),
        N_("next task that waits for your decision"),
        footer=19,
    ),
    Command("tasks.pane_down", ("J",), N_("details down"), N_("scroll the details beside the list")),
    Command("tasks.pane_up", ("K",), N_("details up"), N_("scroll them back")),
    Command("tasks.save_view", ("v",), N_("save view"), N_("give this filter and order a name and a digit"), footer=21),
    *(
        Command(f"tasks.view_{digit}", (str(digit),), N_("saved view"), N_("switch to a saved view"))
        for digit in range(1, 10)
    ),
    Command("tasks.pause", ("p",), N_("pause"), N_("pause or resume looking at tasks"), footer=22),
    # compose
    Command(
        "compose.generate",
        ("ctrl+g", "f5", "ctrl+enter"),
        N_("generate"),
        N_("send it: this costs money (ctrl+enter is not told by every terminal)"),
        footer=1,
        pays=True,
    ),
    Command("compose.model", ("f2",), N_("model"), N_("choose the model"), footer=2),
    Command(
        "compose.orientation",
        ("f3",),
        N_("orientation"),
        N_("portrait or landscape"),
        _field("orientation", "aspect_ratio", why=N_("this model has no orientation")),
        3,
    ),
    Command(
        "compose.duration",
        ("f4",),
        N_("duration"),
        N_("next duration"),
        _field("duration", why=N_("this model has no duration")),
        4,
    ),
    Command(
        "compose.watermark",
        ("f6",),
        N_("no watermark"),
        N_("no watermark if possible, or always"),
        _field("watermark", why=N_("this model has no choice of watermark")),
        5,
    ),
    Command(
        "compose.private",
        ("f7",),
        N_("private"),
        N_("private or not"),
        _field("private", why=N_("this model has no private switch")),
        6,
    ),
    Command("compose.size", ("f8",), N_("size"), N_("next size"), _field("size", why=N_("this model has no size"))),
    Command("compose.request", ("f9",), N_("request"), N_("see the exact JSON and a curl line"), footer=7),
    Command("compose.editor", ("ctrl+e",), N_("editor"), N_("write the prompt in $EDITOR")),
    Command(
        "compose.swap",
        ("ctrl+r",),
        N_("earlier draft"),
        N_("bring back the draft that was here before; this one is kept instead"),
    ),
    Command("compose.preset", ("ctrl+t",), N_("preset"), N_("begin with a preset: a prompt with holes and variants")),
    Command("compose.save_preset", ("ctrl+o",), N_("keep preset"), N_("keep prompt and fields as a preset")),
    Command(
        "compose.keep_default",
        ("f12",),
        N_("keep default"),
        N_("let every new video begin with this model and these fields"),
    ),
    Command("compose.back", ("escape", "f10"), N_("back"), N_("back to the list, the draft is kept"), footer=8),
    # details
    Command("details.back", ("escape", "q", "backspace"), N_("back"), N_("back to the list"), footer=1),
    Command("details.down", ("j", "down"), N_("down"), N_("one line down")),
    Command("details.up", ("k", "up"), N_("up"), N_("one line up")),
    Command("details.top", ("g", "home"), N_("top"), N_("first line")),
    Command("details.bottom", ("G", "end"), N_("bottom"), N_("last line")),
    Command("details.page_down", ("pagedown", "space"), N_("page down"), N_("one page down")),
    Command("details.page_up", ("pageup",), N_("page up"), N_("one page up")),
    Command("details.copy_id", ("y",), N_("copy id"), N_("copy the id"), _has_id, footer=4),
    Command(
        "details.copy_menu",
        ("Y",),
        N_("copy …"),
        N_("copy link, file path, prompt, curl or JSON"),
        _has_target,
        footer=5,
    ),
    Command("details.open", ("o",), N_("open"), N_("open the file or the link"), _openable, footer=6),
    Command(
        "details.download",
        ("d",),
        N_("download"),
        N_("fetch the film to the disk, again if it failed or is gone"),
        _fetchable,
        footer=6,
    ),
    Command("details.viewer", ("i",), N_("look at it"), N_("look at the film"), _viewable, footer=7),
    Command(
        "details.stop_download",
        ("X",),
        N_("stop download"),
        N_("fetch the film no more; what has arrived is kept for a week"),
        _being_fetched,
    ),
    Command(
        "details.favourite",
        ("f",),
        N_("favourite"),
        N_("mark as a favourite, or no longer, for the filter is:fav"),
        _has_target,
        footer=9,
    ),
    Command("details.look", ("r",), N_("look now"), N_("ask the provider about this task now"), _lookable, footer=7),
    Command(
        "details.retry", ("R",), N_("try again"), N_("make a failed video again; asks, it costs"), _retryable, footer=3
    ),
    Command(
        "details.decide",
        ("a",),
        N_("decide"),
        N_("decide an unconfirmed task: adopt its id, send again, or drop"),
        _decidable,
        footer=2,
    ),
    Command(
        "details.again",
        ("e",),
        N_("new from this"),
        N_("write a new video that starts as this one"),
        _has_current,
        footer=8,
    ),
    Command("details.raw", ("w",), N_("raw answer"), N_("fold or unfold the last raw answer"), _has_raw, footer=9),
    # the viewer
    Command("viewer.back", ("escape", "q", "i", "backspace"), N_("back"), N_("back to where it was opened"), footer=1),
    Command(
        "viewer.next_picture", ("space",), N_("next picture"), N_("the next picture, of all films shown"), footer=2
    ),
    Command("viewer.down", ("j", "down", "l", "right"), N_("next film"), N_("the next film"), _has_several, footer=3),
    Command("viewer.up", ("k", "up", "h", "left"), N_("film before"), N_("the film before"), _has_several),
    Command(
        "viewer.favourite",
        ("f",),
        N_("favourite"),
        N_("mark as a favourite, or no longer, for the filter is:fav"),
        footer=4,
    ),
    Command(
        "viewer.play", ("P",), N_("play"), N_("play the film in a player: open.player, or mpv"), _is_saved, footer=5
    ),
    Command(
        "viewer.download",
        ("d",),
        N_("download"),
        N_("fetch the film to the disk, again if it failed or is gone"),
        _fetchable,
        footer=6,
    ),
    Command("viewer.open", ("o",), N_("open"), N_("open the file or the link"), _openable, footer=7),
    Command(
        "viewer.copy_menu",
        ("Y",),
        N_("copy …"),
        N_("copy link, file path, prompt, curl or JSON"),
        _has_target,
        footer=8,
    ),
    Command("viewer.remove", ("D",), N_("remove"), N_("take off the list; it can be undone"), _has_target, footer=9),
    # usage
    Command("usage.back", ("escape", "q", "L", "backspace"), N_("back"), N_("back to the list"), footer=1),
    Command("usage.by", ("t",), N_("by"), N_("group by day, model, status, host, batch or month"), footer=2),
    Command("usage.before", ("left", "h", "k"), N_("before"), N_("the month before"), footer=3),
    Command("usage.after", ("right", "l", "j"), N_("after"), N_("the next month"), footer=4),
    Command("usage.balance", ("r",), N_("balance"), N_("ask the host what is left"), footer=5),
    Command("usage.copy", ("y",), N_("copy JSON"), N_("copy the sums as JSON"), footer=6),
    # everywhere
    Command("app.palette", ("ctrl+p", "colon"), N_("commands"), N_("every command by name"), footer=42),
    Command("app.help", ("question_mark", "f1"), N_("help"), N_("the keys of this screen"), footer=90),
    Command("app.settings", ("comma",), N_("settings"), N_("theme, language, pace, notices, keys"), footer=40),
    Command("app.connect", ("C",), N_("connect"), N_("host and key"), footer=41),
    Command("app.usage", ("L",), N_("usage"), N_("what was asked for, made, and what it costs"), footer=42),
    Command("app.redraw", ("ctrl+l",), N_("redraw"), N_("draw the whole screen again, if something wrote over it")),
    Command("app.quit", ("q",), N_("quit"), N_("leave; unfinished tasks are looked at again next time"), footer=91),
)

# The one command that pays, in the form and in every question that leads to a video.
PAYING: Final = next(command for command in COMMANDS if command.pays)

# What terminals swallow or turn into other keys (ctrl+i is tab, ctrl+m is enter, ctrl+s stops output, …).
BANNED_KEYS: Final = frozenset(
    {f"ctrl+{letter}" for letter in "ijmhsqabz"}
    | {"ctrl+left_square_bracket", "ctrl+backslash", "ctrl+right_square_bracket", "ctrl+slash", "ctrl+at"}
)


def command(command_id: str) -> Command:
    """Return the command called `command_id`.

    Raises:
        KeyError: There is none.
    """
    return _BY_ID[command_id]


# Ids that a person's configuration may still have, and what is called so now.
RENAMED: Final = {"tasks.toggle_finished": "tasks.quick_filter"}

_BY_ID: Final = {item.id: item for item in COMMANDS}
