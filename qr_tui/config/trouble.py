"""What is wrong with `config.toml`, and where: the words for a person, and the facts for the program."""

from pathlib import Path

from qr_tui.config.settings import Limits, Settings
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Detail, Message, titled

_MONEY = ("limits", "prices")


class FileTrouble(Trouble):
    """A mistake in the configuration file.

    Attributes:
        file: The file's name, without its folder.
        line: The line, where it is known.
        key: The key as a person writes it; empty when the file cannot be read at all.
        limits_known: Whether the person's own limits are in force all the same.
    """

    def __init__(
        self, path: Path, what: Detail, *, line: int | None = None, key: str = "", limits_known: bool = True
    ) -> None:
        super().__init__(Kind.CONFIG, at(path, line, titled(key, what) if key else what))
        self.file = inert(path.name)
        self.line = line
        self.key = key
        self.limits_known = limits_known

    @property
    def place(self) -> Detail:
        """Return file and line, short."""
        if self.line is None:
            return self.file
        return Message(N_("{file} (line {line})"), {"file": self.file, "line": self.line})


def at(path: Path, line: int | None, what: Detail) -> Message:
    """Return `what` with the file and the line it is about."""
    file = inert(str(path))
    if line is None:
        return titled(file, what)
    return Message(N_("{file}: line {line}: {what}"), {"file": file, "line": line, "what": what})


def is_about_money(place: tuple[str, ...]) -> bool:
    """Tell whether a mistake at this place may have switched off a limit.

    A section whose name is not known, or a limit in the wrong section, may be one that was meant for it.
    """
    section = place[0] if place else ""
    return section in _MONEY or section not in Settings.__struct_fields__ or place[-1] in Limits.__struct_fields__
