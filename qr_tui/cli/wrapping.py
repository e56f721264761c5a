"""Help pages whose lines are counted in cells: click counts characters, and a Chinese one takes two."""

import textwrap
from importlib import import_module
from typing import Any

from qr_tui.core.text import cells, cut
from qr_tui.core.wrapping import pieces


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
