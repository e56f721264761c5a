"""Help pages whose lines are counted in cells: click counts characters, and a Chinese one takes two."""

import re
import textwrap
from importlib import import_module
from typing import Any, Final

from qr_tui.core.text import cells, cut

# Between two ideographs a line may break without a space; these marks stay with what stands before or after them.
_WIDE: Final = "\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef"
_CLOSING: Final = "，。：；！？、）」』》】”’…,.:;!?)"
_OPENING: Final = "（「『《【“‘("
_PIECE: Final = re.compile(
    f"[{_OPENING}]*(?:[{_WIDE}]|[^{_WIDE}{_OPENING}]+|[{_OPENING}])[{re.escape(_CLOSING)}]*", re.DOTALL
)


def pieces(word: str) -> list[str]:
    """Return `word` cut wherever a line may break inside it."""
    return _PIECE.findall(word) if re.search(f"[{_WIDE}]", word) else [word]


def install() -> None:
    """Let click's help formatter measure and break lines by cells."""
    formatting: Any = import_module("click.formatting")
    wrapping: Any = import_module("click._textwrap")
    if not issubclass(wrapping.TextWrapper, _Cells):
        wrapping.TextWrapper = type("TextWrapper", (_Cells, wrapping.TextWrapper), {})
    for module in (formatting, wrapping):
        module.term_len = cells
    wrapping._truncate_visible = lambda text, width: cut(text, width, ellipsis="")


class _Cells(textwrap.TextWrapper):
    """Splits a paragraph where a line may break in it."""

    def _split(self, text: str) -> list[str]:
        return [piece for chunk in super()._split(text) for piece in pieces(chunk)]
