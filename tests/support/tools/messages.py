"""The translators' tool: ``python -m tests.support.tools.messages update | compile | check | missing | extract``.

Messages are what stands in ``_()``, ``N_()``, ``ngettext()`` and ``counted()``; they are collected into the catalogue
of each language, which people edit, and compiled into what the program reads. Both files come out the same on every
machine.
"""

import ast
import gettext
import struct
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).parents[3]
PACKAGE: Final = ROOT / "qr_tui"
LANGUAGES: Final = ("zh_CN",)
KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2), "counted": (1, 2)}
_HEADER: Final = """\
# {language} messages of qr-tui.
msgid ""
msgstr ""
{lines}

"""
_FIELDS: Final = {
    "Project-Id-Version": "qr-tui",
    "Language": "{language}",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


def po_file(language: str, package: Path = PACKAGE) -> Path:
    """Return where people edit the messages of `language`."""
    return package / "locale" / language / "LC_MESSAGES" / "qr_tui.po"


def extract(package: Path = PACKAGE) -> Catalog:
    """Return every message in the code under `package`."""
    found = Catalog()
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package.parent).as_posix()
        for line, message, _comments, _app_context in extract_from_file("python", path, keywords=KEYWORDS):
            found.add(message, None, [(place, line)])
    return found


def update(language: str, package: Path = PACKAGE) -> bytes:
    """Bring the catalogue of `language` up to the code: new messages come in empty, those that are gone go."""
    path = po_file(language, package)
    template, known = extract(package), load(language, package)
    fresh = Catalog(locale=language)
    for message in _messages(template):
        old = known.get(message.id)
        empty: str | tuple[str, ...] = "" if isinstance(message.id, str) else ("",)
        # what became a message of several forms, or of one, is a new message
        kept = old.string if old is not None and isinstance(old.id, str) is isinstance(message.id, str) else empty
        flags = old.flags if old is not None else ()
        places = sorted({place for place, _line in message.locations})
        fresh.add(message.id, kept, [(place, 0) for place in places], flags)
    body = BytesIO()
    write_po(body, fresh, width=110, sort_by_file=True, include_lineno=False, omit_header=True)
    lines = "\n".join(f'"{line}\\n"' for line in _fields(language).splitlines())
    content = _HEADER.format(language=language, lines=lines).encode() + body.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return content


def load(language: str, package: Path = PACKAGE) -> Catalog:
    """Return the catalogue of `language` as people left it, empty if there is none yet."""
    path = po_file(language, package)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str, package: Path = PACKAGE) -> bytes:
    """Return the catalogue of `language` as the program reads it: GNU MO, sorted, without dates."""
    texts = {"": _fields(language)}
    for message in _messages(load(language, package)):
        if message.fuzzy or not _translated(message):
            continue
        name = message.id if isinstance(message.id, str) else "\0".join(message.id)
        texts[name] = "\0".join(_texts(message))
    pairs = sorted((text.encode(), translation.encode()) for text, translation in texts.items())
    start = 28 + 16 * len(pairs)
    originals: list[int] = []
    translations: list[int] = []
    data = b""
    for column, table in ((0, originals), (1, translations)):
        for pair in pairs:
            table += [len(pair[column]), start + len(data)]
            data += pair[column] + b"\0"
    head = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return struct.pack(f"<7I{4 * len(pairs)}I", *head, *originals, *translations) + data


def compile_(language: str, package: Path = PACKAGE) -> None:
    """Write what the program reads."""
    po_file(language, package).with_suffix(".mo").write_bytes(compiled(language, package))


def check(language: str, package: Path = PACKAGE) -> list[str]:
    """Return what keeps `language` from being complete, one line each; nothing when it is."""
    wrong = list(unreadable(package))
    template, catalogue = extract(package), load(language, package)
    for message in _messages(template):
        if catalogue.get(message.id) is None:
            wrong.append(f"missing: {_shown(message)}")
    for message in _messages(catalogue):
        if template.get(message.id) is None:
            wrong.append(f"stale: {_shown(message)}")
        elif message.fuzzy:
            wrong.append(f"fuzzy: {_shown(message)}")
        elif not _translated(message):
            wrong.append(f"untranslated: {_shown(message)}")
        else:
            wrong += _faults(message)
    binary = po_file(language, package).with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != compiled(language, package):
        wrong.append(f"not compiled: {binary.name}; run: make messages")
    return wrong


def unreadable(package: Path = PACKAGE) -> Iterator[str]:
    """Yield the calls whose message cannot be collected: put together at run time, or inside an f-string."""
    for path in sorted(package.rglob("*.py")):
        tree = ast.parse(path.read_text())
        hidden = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            count = {"_": 1, "N_": 1, "ngettext": 2, "counted": 2}.get(name, 0)
            for argument in node.args[:count]:
                joined = isinstance(argument, (ast.JoinedStr, ast.BinOp))
                formatted = (
                    isinstance(argument, ast.Call)
                    and isinstance(argument.func, ast.Attribute)
                    and argument.func.attr == "format"
                )
                inside = node in hidden and isinstance(argument, ast.Constant)
                if joined or formatted or inside or (name == "N_" and not isinstance(argument, ast.Constant)):
                    yield f"not a plain message: {path.relative_to(package.parent)}:{node.lineno}"


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _translated(message: Message) -> bool:
    return all(_texts(message))


def _texts(message: Message) -> list[str]:
    """Return the translations of a message: one, or one for each plural form."""
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string or ""]


def _shown(message: Message) -> str:
    return repr(message.id if isinstance(message.id, str) else message.id[0])


def _faults(message: Message) -> Iterator[str]:
    """Yield what a translation lost or added."""
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    wanted = [places(text) for text in ids]
    for text in _texts(message):
        try:
            found = places(text)
        except ValueError:
            yield f"broken braces: {_shown(message)}"
            continue
        # one language may not need to say the number where another does; the rest must be there
        spare = {"n"} if len(ids) > 1 else set()
        if all(found | spare != names | spare for names in wanted):
            names = sorted(set().union(*wanted))
            yield f"places differ: {_shown(message)} has {names}, its translation {sorted(found)}"
        if text[:1].isspace() != ids[0][:1].isspace() or text[-1:].isspace() != ids[0][-1:].isspace():
            yield f"space at an end differs: {_shown(message)}"


def places(text: str) -> set[str]:
    """Return the names of the ``{places}`` in a message."""
    return {name for _text, name, _format, _conversion in Formatter().parse(text) if name is not None}


def _fields(language: str) -> str:
    return "".join(f"{name}: {value.format(language=language)}\n" for name, value in _FIELDS.items())


def problems() -> list[str]:
    """Return what keeps the languages of the program from being complete: one line each, none when all is well."""
    return [f"{language}: {line}" for language in LANGUAGES for line in check(language)]


def main(arguments: list[str]) -> int:
    """Run one step for every language; 1 when a check finds something."""
    lines: list[str] = []
    match arguments:
        case ["update"]:
            for language in LANGUAGES:
                update(language)
        case ["compile"]:
            for language in LANGUAGES:
                compile_(language)
        case ["extract"]:
            lines = [_shown(message) for message in _messages(extract())]
        case ["missing"]:
            for language in LANGUAGES:
                lines += [_shown(message) for message in _messages(load(language)) if not _translated(message)]
        case ["check"]:
            lines = problems()
        case _:
            sys.stderr.write(f"{__doc__}")
            return 2
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return int(arguments == ["check"] and bool(lines))


def read_back(content: bytes) -> gettext.GNUTranslations:
    """Return the translations in a compiled catalogue, read as the program reads them."""
    return gettext.GNUTranslations(BytesIO(content))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
