"""Keys by Textual's names, as an xterm sends them and as `tmux send-keys` calls them."""

from typing import Final

_XTERM: Final = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "insert": "\x1b[2~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    **{f"f{5 + index}": f"\x1b[{code}~" for index, code in enumerate((15, 17, 18, 19, 20, 21, 23, 24))},
}
_TMUX: Final = {
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "BTab",
    "escape": "Escape",
    "space": "Space",
    "backspace": "BSpace",
    "delete": "DC",
    "insert": "IC",
    "up": "Up",
    "down": "Down",
    "right": "Right",
    "left": "Left",
    "home": "Home",
    "end": "End",
    "pageup": "PPage",
    "pagedown": "NPage",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
}
_SIGNS: Final = {"slash": "/", "colon": ":", "comma": ",", "question_mark": "?", "full_stop": "."}


def xterm(key: str) -> bytes:
    """Return the bytes an xterm sends for `key`.

    Raises:
        KeyError: There is no such key here.
    """
    key = _SIGNS.get(key, key)
    if len(key) == 1:
        return key.encode()
    if key in _XTERM:
        return _XTERM[key].encode()
    modifier, _plus, rest = key.partition("+")
    if modifier == "ctrl" and len(rest) == 1 and rest.isalpha():
        return bytes([ord(rest.lower()) & 0x1F])
    if modifier == "alt" and len(rest) == 1:
        return b"\x1b" + rest.encode()
    raise KeyError(key)


def tmux(key: str) -> str:
    """Return what `tmux send-keys` calls `key`.

    Raises:
        KeyError: There is no such key here.
    """
    key = _SIGNS.get(key, key)
    if len(key) == 1:
        return key
    if key in _TMUX:
        return _TMUX[key]
    modifier, _plus, rest = key.partition("+")
    if modifier in ("ctrl", "alt") and len(rest) == 1:
        return f"{'C' if modifier == 'ctrl' else 'M'}-{rest}"
    raise KeyError(key)
