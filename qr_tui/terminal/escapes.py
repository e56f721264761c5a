"""Sequences a terminal acts on, built from text that holds none. Pure; no other place builds them."""

import base64
from typing import Final

from qr_tui.core.text.display import inert

ESC: Final = "\x1b"
BEL: Final = "\a"
ST: Final = "\x1b\\"
# GNU screen drops a string longer than 768 bytes (256 in old builds), so a long one goes in pieces.
_SCREEN_PIECE: Final = 250


def clipboard(text: str) -> str:
    """Return OSC 52 for `text`; base64, so nothing in it can reach the terminal as a control."""
    payload = base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()
    return f"{ESC}]52;c;{payload}{BEL}"


def tmux_passthrough(sequence: str) -> str:
    """Return `sequence` wrapped so that tmux passes it to the terminal outside, where it is allowed to."""
    return f"{ESC}Ptmux;{sequence.replace(ESC, ESC + ESC)}{ST}"


def screen_passthrough(sequence: str) -> str:
    """Return `sequence` wrapped so that GNU screen passes it on, in pieces it can hold."""
    sequence = sequence.replace(ST, BEL)  # its own end would end the wrapping
    pieces = [sequence[at : at + _SCREEN_PIECE] for at in range(0, len(sequence), _SCREEN_PIECE)]
    return "".join(f"{ESC}P{piece}{ST}" for piece in pieces)


def plain(text: str, *, utf8: bool, limit: int = 200) -> str:
    """Return `text` as harmless words for a title or a notice; in ASCII where the terminal reads no UTF-8."""
    safe = inert(text, limit=limit)
    return safe if utf8 else safe.encode("ascii", "replace").decode()


def title(text: str) -> str:
    """Return OSC 2, the window's title; `text` must be `plain`."""
    return f"{ESC}]2;{text}{ST}"


PUSH_TITLE: Final = f"{ESC}[22;2t"
POP_TITLE: Final = f"{ESC}[23;2t"


def notice_9(text: str) -> str:
    """Return OSC 9, a notice of one line. A number and a semicolon at its start would mean something else."""
    return f"{ESC}]9;{text.replace(';', ',')}{BEL}"


def notice_777(heading: str, text: str) -> str:
    """Return OSC 777 notify; semicolons part its fields, so there are none in the words."""
    return f"{ESC}]777;notify;{heading.replace(';', ',')};{text.replace(';', ',')}{BEL}"


def notice_99(heading: str, text: str) -> str:
    """Return OSC 99, kitty's notice, its parts in base64; with one `i` a later notice replaces the last."""
    head, body = (base64.b64encode(part.encode()).decode() for part in (heading, text))
    return f"{ESC}]99;i=qr-tui:d=0:e=1;{head}{ST}{ESC}]99;i=qr-tui:d=1:p=body:e=1;{body}{ST}"
