"""Messages for translators: collected from the source, kept as .po, compiled to the .mo that the program reads.

``python -m tests.tools.messages update`` brings the catalogue up to the source, ``compile`` makes the .mo, ``check``
says what is missing, stale or wrong. ``missing`` prints what has no translation yet.
"""

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "qr_tui"
LANGUAGE = "zh_CN"
FOLDER = PACKAGE / "locale" / LANGUAGE / "LC_MESSAGES"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
DATE = datetime(2026, 1, 1, tzinfo=UTC)  # fixed: a true date would change the file with every run
_BRACES = re.compile(r"\{[^{}]*\}")


def collect() -> Catalog:
    """Return every message of the package, in the order of its files."""
    catalogue = Catalog(project="qr-tui", fuzzy=False)
    found = extract_from_dir(PACKAGE, [("**.py", "python")], keywords=KEYWORDS)
    for file, _line, message, comments, context in sorted(found, key=lambda item: (item[0], item[1])):
        # no line numbers: they would change the catalogue with every edit of the source
        catalogue.add(message, locations=[(f"qr_tui/{file}", 1)], auto_comments=comments, context=context)
    return catalogue


def stored() -> Catalog:
    """Return the catalogue as it is kept."""
    with (FOLDER / "qr_tui.po").open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def update() -> None:
    """Bring the kept catalogue up to the source; messages that are gone are dropped, none is guessed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "qr_tui.po"
    fresh = collect()
    if path.exists():
        known = stored()
        known.update(fresh, no_fuzzy_matching=True)
        known.obsolete.clear()
    else:
        known = fresh
        known.locale = LANGUAGE
    known.header_comment = "# Simplified Chinese messages of qr-tui."
    known.project, known.version, known.msgid_bugs_address = "qr-tui", "0", "none"
    known.creation_date = known.revision_date = DATE
    with path.open("wb") as file:
        write_po(file, known, width=120, omit_header=False, sort_by_file=False, include_lineno=False)


def compiled(catalogue: Catalog) -> bytes:
    """Return the .mo of `catalogue`."""
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def problems() -> list[str]:
    """Return what keeps the catalogue from being complete: one line each, none when all is well."""
    source = {message.id for message in collect() if message.id}
    known = {message.id: message for message in stored() if message.id}
    found = [f"not in the catalogue: {identity!r}" for identity in source - known.keys()]
    found += [f"no longer in the source: {identity!r}" for identity in known.keys() - source]
    for identity, message in known.items():
        singles = [identity] if isinstance(identity, str) else list(identity)
        texts = _texts(message)
        if message.fuzzy or not all(texts):
            found.append(f"not translated: {identity!r}")
            continue
        allowed = {frozenset(_BRACES.findall(single)) for single in singles}
        found += [
            f"other placeholders: {identity!r} → {text!r}"
            for text in texts
            if frozenset(_BRACES.findall(text)) not in allowed
        ]
    if (FOLDER / "qr_tui.mo").read_bytes() != compiled(stored()):
        found.append("the .mo is not made from the .po: make messages")
    return sorted(found)


def _texts(message: Message) -> list[str]:
    return [message.string or ""] if isinstance(message.string, str | None) else list(message.string)


def main(action: str) -> int:
    """Carry out one action and return the exit code."""
    if action == "update":
        update()
    elif action == "compile":
        (FOLDER / "qr_tui.mo").write_bytes(compiled(stored()))
    elif action == "missing":
        for message in stored():
            if message.id and not all(_texts(message)):
                _say(repr(message.id))
    else:
        found = problems()
        for line in found:
            _say(line)
        return bool(found)
    return 0


def _say(line: str) -> None:
    print(line)  # noqa: T201 -- it is what this program is for


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
