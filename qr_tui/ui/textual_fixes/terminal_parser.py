"""What the terminal sends, cut into keys: a reply, a report or half a sequence is never taken for a key.

Textual's parser hands every sequence that it does not know on as the keys that its characters stand for. The byte
that ends an OSC reply is ctrl+g, the key that pays, and `D` ends many a CSI: so each sequence is held here until its
own end, by the grammar of ECMA-48, and what no key is made of is dropped whole. The parser never raises: an error in
it would take the keyboard away.
"""

import re
from collections.abc import Callable, Generator, Iterable
from typing import Final

from textual import constants, events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._parser import ParseEOF, ParseTimeout, Peek1, Read1
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from qr_tui.ui.textual_fixes.typeahead import EscapeThen

# Seconds that a slow line may cut a sequence for; a bare escape is told sooner (`constants.ESCAPE_DELAY`).
CUT: Final = 0.5
# The same behind the first parameter: nobody types that by hand, so there is no key to be told in time.
CUT_INSIDE: Final = 3.0

Emit = Callable[[Message], None]
Reading = Generator[Read1 | Peek1, str, str]  # its result: the character to go on with, or nothing

_ESC: Final = "\x1b"
_BEL: Final = "\x07"
_STRINGS: Final = "]P_^X"  # OSC, DCS, APC, PM, SOS
# CAN and SUB end a string by the standard. Ctrl+c and enter are in no reply: they let out a person whose alt+] was
# taken for the beginning of one.
_GIVE_UP: Final = "\x18\x1a\x03\r"
_LONGEST: Final = 256  # characters of a CSI sequence that are kept; longer ones are no keys

_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = "\x1b[201~"
_FOCUS: Final[dict[str, type[events.Event]]] = {"\x1b[I": events.AppFocus, "\x1b[O": events.AppBlur}
_MODE_REPORT: Final = re.compile(r"\x1b\[\?(\d+);(\d)\$y")
_SYNCHRONIZED_OUTPUT: Final = "2026"
_CURSOR_REPORT: Final = re.compile(r"\x1b\[\d+;\d+R")
_KEY: Final = re.compile(r"\x1b\[([\d:;]*)([~uA-HPQRS])")
_PRESSED: Final = ("", "1", "2")  # the kitty protocol's kinds of event: 1 pressed, 2 repeated, 3 let go
_OTHER_KEYS: Final = "27"  # xterm's modifyOtherKeys
_SEQUENCES: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)"  # a string, if it has an end: words behind it are not lost
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
)
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


class TerminalParser(XTermParser):
    """Takes the place of Textual's parser in its driver.

    Attributes:
        modes_reported: The terminal modes whose state the terminal has told, by number.
    """

    modes_reported: set[str]

    def __init__(self, debug: bool = False) -> None:
        self.modes_reported = set()
        super().__init__(debug)

    def parse(self, token_callback: Emit) -> Generator[Read1 | Peek1, str, None]:
        """Cut what comes into keys, pastes and the few reports that Textual wants."""
        character = ""
        try:
            while True:
                character = character or (yield self.read1())
                if character == _ESC:
                    character = yield from self._escape(token_callback)
                else:
                    self._press(token_callback, character)
                    character = ""
        except ParseEOF:
            return

    # sequences, each held to its end -----------------------------------------------------------------------------
    def _within(self, seconds: float | None) -> Reading:
        """Return the next character, nothing when none comes in time."""
        try:
            return (yield self.read1(seconds))
        except ParseTimeout:
            return ""

    def _escape(self, emit: Emit, character: str = "") -> Reading:
        character = character or (yield from self._within(constants.ESCAPE_DELAY))
        if character in ("", _ESC):
            emit(events.Key("escape", _ESC))
            return character
        if character == "[":
            return (yield from self._csi(emit))
        if character == "O":
            return (yield from self._ss3(emit))
        if character in _STRINGS:
            return (yield from self._string(emit, character))
        if not self._press(emit, _ESC + character):
            self._press_behind_escape(emit, character)
        return ""

    def _csi(self, emit: Emit) -> Reading:
        sequence = "\x1b["
        while True:
            bare = len(sequence) == len("\x1b[")
            character = yield from self._within(CUT if bare else CUT_INSIDE)
            if not character or character > "~":
                if bare:
                    self._press_behind_escape(emit, "[")
                return "" if character == "\x7f" else character
            if character < " ":
                return character if character == _ESC else ""
            if len(sequence) < _LONGEST:
                sequence += character
            if sequence == "\x1b[[":  # the Linux console's function keys: one letter more
                continue
            if "@" <= character <= "~" or sequence in ANSI_SEQUENCES_KEYS:  # rxvt ends some of its keys by $
                break
        if sequence == _PASTE_START:
            return (yield from self._paste(emit))
        if sequence == "\x1b[M":  # a click as X10 reports it: three characters more
            for _ in range(3):
                yield from self._within(CUT)
        elif sequence in _FOCUS:
            emit(_FOCUS[sequence]())
        elif report := _MODE_REPORT.fullmatch(sequence):
            self.modes_reported.add(report[1])
            if report[1] == _SYNCHRONIZED_OUTPUT and report[2] != "0":
                emit(messages.TerminalSupportsSynchronizedOutput())
        elif not _CURSOR_REPORT.fullmatch(sequence):  # as a key, line 13 would be enter
            self._press(emit, sequence)
        return ""

    def _ss3(self, emit: Emit) -> Reading:
        sequence = "\x1bO"
        while True:
            character = yield from self._within(CUT)
            if character in ("", _ESC) or character > "~":
                if sequence == "\x1bO":
                    self._press_behind_escape(emit, "O")
                return character
            if character < " ":
                return ""
            sequence += character
            if not (character.isdigit() or character == ";"):
                self._press(emit, sequence)
                return ""

    def _string(self, emit: Emit, introducer: str) -> Reading:
        patience: float | None = CUT
        while True:
            character = yield from self._within(patience)
            if not character:
                self._press_behind_escape(emit, introducer)
                return ""
            patience = None
            if character == _ESC:
                character = yield from self._within(CUT)
                if character in ("", "\\"):
                    return ""
                return character if character == _ESC else (yield from self._escape(emit, character))
            if character in _GIVE_UP or character == "\x9c" or (character == _BEL and introducer == "]"):
                return ""

    def _paste(self, emit: Emit) -> Reading:
        parts: list[str] = []
        while True:
            parts.append((yield self.read1()))
            if parts[-1] == "~" and "".join(parts[-len(_PASTE_END) :]) == _PASTE_END:
                emit(events.Paste(pasted("".join(parts[: -len(_PASTE_END)]))))
                return ""

    # keys --------------------------------------------------------------------------------------------------------
    def _press(self, emit: Emit, sequence: str) -> bool:
        """Tell the keys of a character or sequence; return whether it has any."""
        keys = self._keys(sequence)
        for key in keys:
            emit(key)
        return bool(keys)

    def _press_behind_escape(self, emit: Emit, character: str) -> None:
        """Tell an escape and a character in one go: Textual calls a letter alt and forgets the escape of others."""
        for key in self._keys(character):
            emit(EscapeThen(f"alt+{key.key}", key.character))

    def _keys(self, sequence: str) -> list[events.Key]:
        known = _without_details(sequence)
        if not known:
            return []
        try:
            keys: Iterable[events.Key] = list(self._sequence_to_key_events(known))
        except (ValueError, OverflowError, LookupError, TypeError):  # numbers that no key has
            return []
        return [key for key in keys if key.key != Keys.Ignore and _can_be_shown(key.character)]


def _without_details(sequence: str) -> str:
    """Return a key's sequence in the form that Textual reads; empty when it tells no key that was pressed."""
    extended = _KEY.fullmatch(sequence)
    if extended is None:
        return sequence
    codes, end = extended.groups()
    first, second, text = [*codes.split(";"), "", ""][:3]
    code = first.partition(":")[0]  # behind it: the same key with shift, and on another keyboard
    modifiers, _colon, kind = second.partition(":")
    if kind not in _PRESSED:
        return ""
    if end == "~":
        known = f"{code}~" in FUNCTIONAL_KEYS or code == _OTHER_KEYS or sequence in ANSI_SEQUENCES_KEYS
    else:
        known = end == "u" or code in ("", "1")
    if not known:
        return ""
    rest = f";{modifiers};{text}" if text else f";{modifiers}" if modifiers else ""
    return f"\x1b[{code}{rest}{end}"


def _can_be_shown(character: str | None) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in character or "")


def pasted(text: str) -> str:
    """Return a pasted text in its order, with its line breaks and tabs, without sequences and controls."""
    return _CONTROLS.sub("", _SEQUENCES.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
