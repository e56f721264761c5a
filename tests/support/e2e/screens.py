"""What every terminal under test has in common: typing, pressing keys, waiting for what the screen says."""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Final, Self

Wanted = str | re.Pattern[str] | Callable[[list[str]], bool]
PATIENCE: Final = 15.0  # seconds; a limit for machines under load, never a pace


class NotSeen(AssertionError):
    """The screen never showed what a test waited for; the message is the screen."""


class Terminal(ABC):
    """A program in a terminal that a test can read and type into."""

    @abstractmethod
    def screen(self) -> list[str]:
        """Return the rows as they stand, without spaces at their ends."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type characters, as a keyboard or an input method would send them."""

    @abstractmethod
    def paste(self, text: str) -> None:
        """Paste text, bracketed where the program asked for that."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys by Textual's names: ``f3``, ``ctrl+g``, ``shift+tab``, ``escape``, ``n``."""

    @abstractmethod
    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""

    @abstractmethod
    def hangup(self) -> None:
        """Take the terminal away from the program, as a dropped line does."""

    @abstractmethod
    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait for the program to end; returns its exit status, negative for a signal."""

    @abstractmethod
    def close(self) -> None:
        """End whatever is left of it."""

    @abstractmethod
    def _changed(self, timeout: float) -> bool:
        """Wait until the screen may have changed; False when nothing more can come."""

    @property
    def text(self) -> str:
        """The screen as one string."""
        return "\n".join(self.screen())

    def wait_for(self, wanted: Wanted, timeout: float = PATIENCE) -> list[str]:
        """Wait until the screen shows a text, matches a pattern or satisfies a predicate; returns its rows.

        Raises:
            NotSeen: It did not within `timeout` seconds, or the program ended first.
        """
        return self._wait(lambda rows: shows(rows, wanted), wanted, timeout)

    def wait_gone(self, wanted: Wanted, timeout: float = PATIENCE) -> list[str]:
        """Wait until the screen no longer shows something."""
        return self._wait(lambda rows: not shows(rows, wanted), f"no {wanted!r}", timeout)

    def _wait(self, met: Callable[[list[str]], bool], wanted: object, timeout: float) -> list[str]:
        end = time.monotonic() + timeout
        more = True
        while True:
            rows = self.screen()
            if met(rows):
                return rows
            left = end - time.monotonic()
            if left <= 0 or not more:
                reason = "the time is up" if more else "the program has ended"
                frame = "-" * 20
                shown = "\n".join(rows)
                raise NotSeen(f"{reason} before the screen showed {wanted!r}:\n{frame}\n{shown}\n{frame}")
            more = self._changed(left)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()


def shows(rows: Sequence[str], wanted: Wanted) -> bool:
    """Tell whether `rows` show what is wanted."""
    if isinstance(wanted, str):
        return wanted in "\n".join(rows)
    if isinstance(wanted, re.Pattern):
        return bool(wanted.search("\n".join(rows)))
    return wanted(list(rows))
