"""What a person reads, as data until it is shown: written in English, stored untranslated, translated where shown.

A `Detail` is either a `Message`, which is this program's own, or a plain string: words from outside (the provider's, a
path, an address, the system's reason), which are shown as they are and never looked up or filled in.
"""

import gettext
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import msgspec


def N_(message: str) -> str:
    """Return `message` as it is; the catalogue tools collect it, and it is translated when it is shown."""
    return message


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text of this program, and what goes into its ``{places}``.

    `str()` gives the English form, for logs, JSON and exports; `qr_tui.i18n.translate` the one to show.

    Attributes:
        text: English, marked with `N_`. One that is in no catalogue, like ``{one} {two}``, stays as it is.
        values: By the name of their place. A string is from outside and goes in as it is; a message in the language
            of the whole.
        many: The plural of `text`, used unless the value ``n`` is 1 (or as the language wants it).
    """

    text: str
    values: dict[str, "Value"] = {}
    many: str = ""

    def words(self, catalogue: gettext.NullTranslations) -> str:
        """Return it in the language of `catalogue`; never raises, whatever `text` and `values` hold."""
        count = self.values.get("n")
        if self.many and isinstance(count, int):
            text = catalogue.ngettext(self.text, self.many, count)
        else:
            text = catalogue.gettext(self.text) if self.text else ""
        # not `str.format`: a stored text could reach into the values' attributes, or fail
        return _PLACE.sub(lambda found: self._value(found, catalogue), text) if self.values else text

    def _value(self, found: re.Match[str], catalogue: gettext.NullTranslations) -> str:
        value = self.values.get(found[1])
        if value is None:
            return found[0]
        return value.words(catalogue) if isinstance(value, Message) else str(value)

    def __str__(self) -> str:
        return self.words(_ENGLISH)

    def __bool__(self) -> bool:
        return bool(self.text)


Value: TypeAlias = str | int | float | Message
Detail: TypeAlias = str | Message

_PLACE: Final = re.compile(r"\{(\w+)\}")
_ENGLISH: Final = gettext.NullTranslations()


def counted(one: str, many: str, n: int, values: Mapping[str, Value] | None = None) -> Message:
    """Return the message for `n` things; both forms are collected here, as `N_` does, and say the number as ``{n}``."""
    return Message(one, {**(values or {}), "n": n}, many)


def titled(title: Detail, detail: Detail) -> Message:
    """Return ``title: detail``."""
    return Message(N_("{title}: {detail}"), {"title": title, "detail": detail})


def listed(names: Iterable[object]) -> Detail:
    """Return names or values one after another, separated as the language of the whole does."""
    found: Detail
    found, *rest = [str(name) for name in names] or [""]
    for name in rest:
        found = Message(N_("{name}, {next}"), {"name": found, "next": name})
    return found


def clauses(parts: Iterable[Detail]) -> Detail:
    """Return short parts of one sentence, separated as the language of the whole does."""
    found: Detail
    found, *rest = list(parts) or [""]
    for part in rest:
        found = Message(N_("{one}, {two}"), {"one": found, "two": part})
    return found


def paragraph(sentences: Iterable[Detail]) -> Detail:
    """Return whole sentences one after another."""
    found: Detail
    found, *rest = list(sentences) or [""]
    for sentence in rest:
        found = Message("{one} {two}", {"one": found, "two": sentence})
    return found
