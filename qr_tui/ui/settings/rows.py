"""The rows of the settings screen: which there are, in which order, and how each value is written in one."""

from qr_tui import config
from qr_tui.config import Setting, Settings
from qr_tui.core.task import Parameter
from qr_tui.core.text.display import cut, inert
from qr_tui.core.text.messages import N_
from qr_tui.i18n import LANGUAGES, _, ngettext
from qr_tui.ui.widgets.field_row import FieldRow, OpenRow, SwitchRow
from qr_tui.ui.widgets.text_row import TextRow

Row = FieldRow | TextRow
TITLES = {
    "ui": N_("looks"),
    "notify": N_("notices"),
    "create": N_("new videos"),
    "downloads": N_("films on this disk"),
    "preview": N_("pictures"),
    "open": N_("playing"),
    "limits": N_("your own limits"),
    "poll": N_("looking at tasks"),
    "host": N_("host"),
    "more": N_("more"),
}


class InFile(OpenRow):
    """A table that is edited in the file: how many entries it has; only enter opens the editor."""

    def choices(self) -> list[tuple[str, bool]]:
        """Return the count in words."""
        count = int(self.value or 0)
        return [(ngettext("{n} in config.toml", "{n} in config.toml", count).format(n=count), False)]

    def step(self, by: int = 1) -> None:
        """Stay as it is: an arrow must not open another program."""

    def action_done(self) -> None:
        """Ask for the editor."""
        self.post_message(self.Opened(self))


def make(setting: Setting, settings: Settings, *, ascii_only: bool = False) -> Row:
    """Return the row of one setting with the value it has in `settings`."""
    value, title = config.value(settings, setting.key), _(setting.title)
    if setting.key == "create.model":
        return OpenRow(setting.key, title, (value,), value)
    match setting.kind:
        case "choice":
            words: dict[Parameter, str] = {}
            if setting.key == "ui.language":
                # a terminal without UTF-8 cannot show the name that a language gives itself
                words.update((key, name) for key, name in LANGUAGES.items() if name.isascii() or not ascii_only)
            return FieldRow(setting.key, title, setting.values, value, words=words)
        case "switch":
            return SwitchRow(setting.key, title, value)
        case "table" if setting.key == "keys":
            return OpenRow(setting.key, title, (len(value),), len(value), words=own_keys(len(value)))
        case "table":
            return InFile(setting.key, title, (len(value),), len(value))
        case _:
            return TextRow(setting.key, title, text_of(value))


def in_order() -> list[tuple[str, Setting]]:
    """Return every setting with its section, what a person changes most first; none of it begins in a text field."""
    order = list(TITLES)
    found = [(_section(setting), setting) for setting in config.DESCRIBE]
    return sorted(found, key=lambda row: (order.index(row[0]), row[0] == "more" and row[1].key != "keys"))


def own_keys(count: int) -> dict[Parameter, str]:
    """Return how many keys are a person's own, in words."""
    return {count: ngettext("{n} of your own", "{n} of your own", count).format(n=count)}


def text_of(value: object) -> str:
    """Return a value as a person types it."""
    if isinstance(value, float):
        return f"{value:g}"
    return cut(inert(str(value)), 400)


def _section(setting: Setting) -> str:
    if setting.key == "parameters":
        return "create"
    return "more" if setting.kind == "table" else setting.key.partition(".")[0]
