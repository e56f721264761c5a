"""Settings: what a person may choose, read from `config.toml`; an error names the file, the line and the key."""

from typing import TYPE_CHECKING, Any

from qr_tui.config.models import catalogue
from qr_tui.config.read import base_url, load, load_or_default, named_host, read_text
from qr_tui.config.settings import (
    Create,
    Downloads,
    FieldAddition,
    HostSettings,
    Limits,
    ModelAddition,
    Notify,
    Open,
    Poll,
    Preview,
    RouteAddition,
    Settings,
    Ui,
    View,
    pace,
)
from qr_tui.config.trouble import FileTrouble
from qr_tui.config.write import replace, save
from qr_tui.core.address import DEFAULT_BASE_URL

if TYPE_CHECKING:
    from qr_tui.config.describe import DESCRIBE, Setting
    from qr_tui.config.values import from_text, is_limit, setting, value

__all__ = [
    "DEFAULT_BASE_URL",
    "DESCRIBE",
    "Create",
    "Downloads",
    "FieldAddition",
    "FileTrouble",
    "HostSettings",
    "Limits",
    "ModelAddition",
    "Notify",
    "Open",
    "Poll",
    "Preview",
    "RouteAddition",
    "Setting",
    "Settings",
    "Ui",
    "View",
    "base_url",
    "catalogue",
    "from_text",
    "is_limit",
    "load",
    "load_or_default",
    "named_host",
    "pace",
    "read_text",
    "replace",
    "save",
    "setting",
    "value",
]

_LATER = {
    "DESCRIBE": "describe",
    "Setting": "describe",
    "from_text": "values",
    "is_limit": "values",
    "setting": "values",
    "value": "values",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Build the table of settings only for those who ask for it: most starts read a file and nothing else."""
    if name not in _LATER:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"qr_tui.config.{_LATER[name]}"), name)
