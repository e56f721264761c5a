"""The models, as data: which fields each one takes, what is allowed, what is worth saying before it costs money."""

from qr_tui.core.catalogue.built_in import BUILT_IN, DEFAULT_MODEL, SORA_RETIRED, typical_of
from qr_tui.core.catalogue.model import Field, Model, same
from qr_tui.core.catalogue.models import LEAST_COPIES, MOST_COPIES, Catalogue
from qr_tui.core.catalogue.names import seconds, shape, short

__all__ = [
    "BUILT_IN",
    "DEFAULT_MODEL",
    "LEAST_COPIES",
    "MOST_COPIES",
    "SORA_RETIRED",
    "Catalogue",
    "Field",
    "Model",
    "same",
    "seconds",
    "shape",
    "short",
    "typical_of",
]
