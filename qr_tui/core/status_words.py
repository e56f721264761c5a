"""What each status is called by a person, and how it is coloured, in the app and on the command line alike."""

from collections.abc import Mapping
from typing import Final, Literal

from qr_tui.core.task import Status
from qr_tui.core.text.messages import N_

STATUS_WORDS: Final[Mapping[Status, str]] = {
    Status.QUEUED: N_("queued"),
    Status.SENDING: N_("sending"),
    Status.UNCONFIRMED: N_("unconfirmed"),
    Status.WAITING: N_("waiting"),
    Status.RUNNING: N_("running"),
    Status.DONE: N_("done"),
    Status.FAILED: N_("failed"),
    Status.STOPPED: N_("stopped"),
}

# how it stands, for each front end to give a colour to
Tone = Literal["idle", "active", "attention", "good", "bad", "over"]

STATUS_TONES: Final[Mapping[Status, Tone]] = {
    Status.QUEUED: "idle",
    Status.SENDING: "active",
    Status.UNCONFIRMED: "attention",
    Status.WAITING: "idle",
    Status.RUNNING: "active",
    Status.DONE: "good",
    Status.FAILED: "bad",
    Status.STOPPED: "over",
}
