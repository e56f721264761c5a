"""The log: rotating, private, in English, and without anything that opens a door."""

import logging
import os
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from qr_tui import paths
from qr_tui.core.text.display import inert, inert_lines
from qr_tui.secrets import KeyRing, hide

NAME: Final = "qr_tui"
SIZE: Final = 1024 * 1024
FILES: Final = 3  # the one written to and two older ones
QUIET: Final = ("httpx", "httpcore", "asyncio", "hpack", "keyring", "uvicorn")


class Formatter(logging.Formatter):
    """Writes a record, its arguments and its traceback with every secret out and every control character inert."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line, the traceback indented below it."""
        # the text of a traceback is remembered on the record, where other handlers would find it bare
        remembered, record.exc_text = record.exc_text, None
        try:
            first, *others = hide(super().format(record)).split("\n")
        except Exception as error:  # a log call with wrong arguments must not end what it tells of
            first, others = f"{record.levelname} {record.name}: unprintable record: {type(error).__name__}", []
        finally:
            record.exc_text = remembered
        rest = "".join(f"\n    {line}" for line in inert_lines("\n".join(others)).split("\n") if line)
        return inert(first) + rest


class PrivateFile(RotatingFileHandler):
    """A rotating file that only its owner can read, and that never ends the program when the disk is full."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        """Write to the file of that name, also after another process has rotated it away."""
        try:
            if self.stream and not os.path.samestat(os.fstat(self.stream.fileno()), Path(self.baseFilename).stat()):
                self.stream.close()
                self.stream = self._open()
        except FileNotFoundError:
            self.stream = self._open()
        except (OSError, ValueError):
            return
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line: there is no better place to complain than the one that failed."""


def setup(where: paths.Paths, keys: KeyRing | None = None, *, level: int = logging.INFO) -> logging.Logger:
    """Send the log of this process to its file, and return the program's logger; safe to call again.

    The keys of `keys` are known before the first line is written. A folder that cannot be written means no log,
    never no program.
    """
    if keys is not None:
        keys.learn()
    logger = logging.getLogger(NAME)
    close()
    logger.setLevel(level)
    logger.propagate = False
    handler: logging.Handler
    try:
        paths.make(where.log_file.parent)
        handler = PrivateFile(where.log_file, maxBytes=SIZE, backupCount=FILES - 1, encoding="utf-8", delay=False)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(Formatter())
    logger.addHandler(handler)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    root = logging.getLogger()
    if not root.handlers:
        # what libraries warn of goes to the same file; without a handler Python prints it to the terminal
        root.addHandler(handler)
    return logger


def close() -> None:
    """Let go of the file."""
    for logger in (logging.getLogger(NAME), logging.getLogger()):
        for handler in logger.handlers[:]:
            if isinstance(handler, (PrivateFile, logging.NullHandler)):
                logger.removeHandler(handler)
                handler.close()
