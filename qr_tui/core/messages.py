"""Marks a message for the translators where it is written down but not yet shown."""


def N_(message: str) -> str:
    """Return `message` as it is; the catalogue tools collect it, `qr_tui.i18n._` translates it when it is shown."""
    return message
