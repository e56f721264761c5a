"""What each status is called by a person, in the list and on the command line alike."""

from collections.abc import Mapping
from typing import Final

from qr_tui.core.messages import N_
from qr_tui.core.task import Status

STATUS_WORDS: Final[Mapping[Status, str]] = {
    Status.DRAFT: N_("draft"),
    Status.QUEUED: N_("queued"),
    Status.SENDING: N_("sending"),
    Status.UNCONFIRMED: N_("unconfirmed"),
    Status.WAITING: N_("waiting"),
    Status.RUNNING: N_("running"),
    Status.DONE: N_("done"),
    Status.FAILED: N_("failed"),
    Status.STOPPED: N_("stopped"),
}
