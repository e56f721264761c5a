"""How everything that the app draws by itself looks now."""

from dataclasses import dataclass

from qr_tui.core.catalogue import Catalogue
from qr_tui.ui.theme.glyphs import Glyphs
from qr_tui.ui.theme.palettes import Palette


@dataclass(frozen=True, slots=True)
class Appearance:
    """How rows are drawn: the signs, the colours, and what is known of the models."""

    glyphs: Glyphs
    palette: Palette
    catalogue: Catalogue
