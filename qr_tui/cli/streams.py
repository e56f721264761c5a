"""The three standard streams, which may be closed, broken, or of an encoding that lacks characters."""

import atexit
import contextlib
import os
import sys
from typing import Final, NoReturn, TextIO

_MODES: Final = ((0, "r", "stdin"), (1, "w", "stdout"), (2, "w", "stderr"))


def repair() -> None:
    """Give every closed standard stream the null device, so that no file of ours ever gets its number.

    Without it, the first file opened under ``qr-tui >&-`` would be descriptor 1, and the next word printed would
    land in it.
    """
    for number, mode, name in _MODES:
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY if mode == "r" else os.O_WRONLY)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def can_ask() -> bool:
    """Tell whether a person sits at both ends of the terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def silence(stream: TextIO) -> None:
    """Point `stream` at the null device after its reader has gone, so that nothing complains at exit."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def leave(code: int) -> NoReturn:
    """End the process with this exit code.

    The kernel takes back the memory of a thousand tasks in no time; the interpreter would free them one by one,
    longer than it took to print them. Whoever asked to be called at the end still is.
    """
    threading = sys.modules.get("threading")
    if threading is not None and threading.active_count() > 1:
        sys.exit(drain(code))
    atexit._run_exitfuncs()
    os._exit(drain(code))


def drain(code: int) -> int:
    """Flush what is left to print and return the exit code: `code`, unless the output could not be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            silence(stream)
        except (OSError, ValueError):
            silence(stream)
            code = code or 1
    return code
