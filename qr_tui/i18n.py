"""The language of everything a person reads. Log lines and JSON keys stay English."""

import gettext
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from qr_tui.core import environment
from qr_tui.core.text import display
from qr_tui.core.text.messages import Detail, Message

LANGUAGES: Final = {"en": "English", "zh_CN": "简体中文"}
_LOCALE: Final = Path(__file__).parent / "locale"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def choose(setting: str = "") -> str:
    """Return the language to use: `setting` if it names one, else QR_TUI_LANG, else the locale's own."""
    wanted = [
        setting,
        *(os.environ.get(name, "") for name in (environment.LANGUAGE, "LC_ALL", "LC_MESSAGES", "LANG")),
    ]
    for word in wanted:
        if word and word != "auto":
            return "zh_CN" if word.lower().startswith("zh") else "en"
    return "en"


def install(language: str) -> None:
    """Speak `language` from now on; one without a catalogue falls back to English."""
    global _catalogue
    _catalogue = gettext.translation("qr_tui", _LOCALE, [language], fallback=True)


def _(message: str) -> str:
    """Return `message` in the language in use."""
    return _catalogue.gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Return `one` or `many` as `count` asks for, in the language in use; the caller formats ``{n}``."""
    return _catalogue.ngettext(one, many, count)


def translate(detail: Detail) -> str:
    """Return what a person reads of `detail`: a message in the language in use, words from outside as they are."""
    return detail.words(_catalogue) if isinstance(detail, Message) else detail


def span(seconds: float) -> str:
    """Return a span of time by its largest unit only, like ``12m``, in the language in use."""
    return translate(display.span(seconds))


def sentences(*parts: str) -> str:
    """Return what is not empty of `parts` as sentences, with the full stop of the language in use between them."""
    said, *rest = [part for part in parts if part] or [""]
    for part in rest:
        asked = said.endswith(("?", "!", "？", "！"))
        said = f"{said} {part}" if asked else _("{one}. {two}").format(one=said.rstrip(".。"), two=part)
    return said


def clauses(parts: Iterable[str]) -> str:
    """Return short parts of one sentence, separated as the language in use does."""
    said, *rest = list(parts) or [""]
    for part in rest:
        said = _("{one}, {two}").format(one=said, two=part)
    return said


def listed(names: Iterable[object]) -> str:
    """Return names, values or keys one after another, separated as the language in use does."""
    said, *rest = [str(name) for name in names] or [""]
    for name in rest:
        said = _("{name}, {next}").format(name=said, next=name)
    return said
