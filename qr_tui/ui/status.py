"""What the status line of the list says: what is wrong or unusual, the worst first."""

from typing import TYPE_CHECKING

from qr_tui.commands.keymap import Keymap
from qr_tui.config import FileTrouble
from qr_tui.core.address import host_name
from qr_tui.core.events import HostStatus, IdsUnsaved, PollingChanged
from qr_tui.core.failures import WORDS, Trouble
from qr_tui.core.text.display import inert
from qr_tui.i18n import _, translate
from qr_tui.ui.widgets.header_footer import host_status_words

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

_WORST_FIRST = (
    HostStatus.SETTING,
    HostStatus.KEY_REFUSED,
    HostStatus.NO_KEY,
    HostStatus.PLAIN_HTTP,
    HostStatus.DOWN,
    HostStatus.RATE_LIMITED,
)


def status_words(
    studio: "Studio | None",
    polling: PollingChanged,
    keymap: Keymap,
    *,
    failure: Trouble | None,
    file_problem: FileTrouble | None,
) -> list[tuple[str, str]]:
    """Return colour and text of each part of the line.

    Args:
        studio: The engine; None before it has started.
        polling: Whether this process looks at the tasks, or another one, or none.
        keymap: The keys that the words name.
        failure: Why the engine could not start.
        file_problem: The mistake that stands in `config.toml`.
    """
    words: list[tuple[str, str]] = []
    if failure is not None:
        words.append(("bad", inert(translate(failure.detail) or _(WORDS[failure.kind].title), limit=200)))
    if studio is not None and studio.unsaved_ids:
        words.append(("bad", inert(translate(IdsUnsaved(studio.unsaved_ids).detail), limit=400)))
    if file_problem is not None:
        words.append(_mistake(file_problem))
    statuses = studio.host_statuses if studio is not None else {}
    connect = keymap.show("app.connect")
    for status in _WORST_FIRST:
        for url, host_status in statuses.items():
            if host_status is not status or studio is None:
                continue
            told = host_status_words(host_name(url), status, connect=connect, detail=studio.host_detail(url))
            if told is not None:
                words.append(told)
    if polling.paused:
        words.append(("warn", _("looking is paused: {key} goes on").format(key=keymap.show("tasks.pause"))))
    elif not polling.here and studio is not None:
        words.append(("muted", _("another qr-tui on this store looks at the tasks")))
    return words


def _mistake(problem: FileTrouble) -> tuple[str, str]:
    """Return colour and words for a mistake in the settings' file: they stand until it is corrected."""
    if problem.limits_known:
        return "warn", _("a mistake in {place}").format(place=translate(problem.place))
    return "bad", _("a mistake in {place}: your limits are not in force").format(place=translate(problem.place))
