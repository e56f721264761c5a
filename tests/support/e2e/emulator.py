"""An emulated xterm: bytes in, a screen out, and every string sequence (OSC, DCS) kept for tests to read."""

import base64
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import pyte

# What pyte would print or stumble over: strings (OSC, DCS, APC) and private CSI forms. Doubled ESC inside a DCS is
# tmux's wrapping.
_STRINGS: Final = re.compile(
    rb"\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|\x1bP(?P<dcs>(?:[^\x1b]|\x1b\x1b|\x1b[^\\\x1b])*)\x1b\\"
    rb"|\x1b[_^X][^\x1b]*\x1b\\"
    rb"|\x1bk(?P<name>[^\x1b]*)\x1b\\"
    rb"|\x1b\[[<=>][0-9;:]*[@-~]"
    rb"|\x1b\[[?]?[0-9;:]*[ $'\"!][@-~]"
    rb"|\x1b\[\?[0-9;]*[umnS]"
    rb"|\x1b\[[0-9;]*t"
)
_UNFINISHED: Final = re.compile(
    rb"\x1b(?:\][^\x07\x1b]*\x1b?|P(?:[^\x1b]|\x1b\x1b|\x1b[^\\\x1b])*\x1b?"
    rb"|[_^Xk][^\x1b]*\x1b?|\[[0-9;:<=>?$ '\"!]*)?\Z"
)
_MODE: Final = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


class Emulator:
    """The screen of a terminal, fed with bytes."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""
        self.raw = bytearray()
        self.osc: list[str] = []
        self.dcs: list[str] = []
        self.modes: dict[int, bool] = {}
        self.bells = 0

    def feed(self, data: bytes) -> None:
        """Take what the program wrote."""
        self.raw += data
        data = self._rest + data
        cut = _UNFINISHED.search(data)
        data, self._rest = (data[: cut.start()], data[cut.start() :]) if cut else (data, b"")
        at = 0
        for found in _STRINGS.finditer(data):
            self._draw(data[at : found.start()])
            at = found.end()
            if found["osc"] is not None:
                self.osc.append(found["osc"].decode("utf-8", "replace"))
            elif found["dcs"] is not None:
                self.dcs.append(found["dcs"].decode("utf-8", "replace"))
        self._draw(data[at:])

    def _draw(self, data: bytes) -> None:
        self.bells += data.count(b"\a")
        for found in _MODE.finditer(data):
            for mode in found[1].split(b";"):
                self.modes[int(mode)] = found[2] == b"h"
        self._stream.feed(data)

    def resize(self, columns: int, rows: int) -> None:
        """Take another size."""
        self._screen.resize(rows, columns)

    def rows(self) -> list[str]:
        """Return the rows without spaces at their ends."""
        return ["".join(self._row(y)).rstrip() for y in range(self._screen.lines)]

    def _row(self, y: int) -> Iterator[str]:
        """Yield the cells of a row as a terminal shows them: half of an overwritten wide character is blank.

        pyte's own `display` fails on such a half, or hides what was written over it.
        """
        cells = [self._screen.buffer[y][x].data for x in range(self._screen.columns)]
        wide = [cell != "" and unicodedata.east_asian_width(cell[0]) in "WF" for cell in cells]
        for x, cell in enumerate(cells):
            if cell == "":
                yield "" if x and wide[x - 1] else " "
            else:
                yield " " if wide[x] and x + 1 < len(cells) and cells[x + 1] else cell

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, from 0."""
        return self._screen.cursor.x, self._screen.cursor.y

    @property
    def alternate(self) -> bool:
        """Whether the program is on the alternate screen."""
        return self.modes.get(1049, False)

    @property
    def clipboard(self) -> str | None:
        """What the last OSC 52 put into this terminal's clipboard."""
        for payload in reversed(self.osc):
            found = re.fullmatch(r"52;[a-z0-9]*;([A-Za-z0-9+/=]*)", payload)
            if found:
                return base64.b64decode(found[1]).decode()
        return None

    @property
    def title(self) -> str | None:
        """What the last OSC 2 or 0 called the window."""
        titles = [payload[2:] for payload in self.osc if payload.startswith(("2;", "0;"))]
        return titles[-1] if titles else None
