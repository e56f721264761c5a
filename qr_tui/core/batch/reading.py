"""Bytes of a batch file to its lines: the encoding, then the format."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from qr_tui.core.batch.lines import (
    FIELDS,
    LONGEST_LINE,
    MOST_BYTES,
    MOST_LINES,
    NAMES,
    BadLine,
    BatchFile,
    BatchLine,
    Value,
)
from qr_tui.core.text.messages import N_, Message
from qr_tui.core.text.messages import Value as PlainValue

Format = Literal["txt", "csv", "jsonl"]
_DEEPEST: Final = 8  # objects in objects
_MARK: Final = "﻿"


class BatchError(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def format_of(name: str) -> Format:
    """Return the format that a file's name says; a text, one prompt a line, for anything else."""
    ending = name.lower().rpartition(".")[2]
    return "csv" if ending in ("csv", "tsv") else "jsonl" if ending in ("jsonl", "ndjson", "json") else "txt"


def decoded(data: bytes, encoding: str = "utf-8") -> str:
    """Return the text of a file.

    Raises:
        BatchError: It is too large, holds NUL, or is not in this encoding: then its place is named, and what else it
            may be.
    """
    if len(data) > MOST_BYTES:
        raise BatchError(Message(N_("the file has more than {most} MiB"), {"most": MOST_BYTES // 2**20}))
    try:
        text = data.decode(encoding).removeprefix(_MARK)
    except LookupError:
        raise BatchError(Message(N_("there is no encoding called {name}"), {"name": encoding})) from None
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(encoding, "replace")) + 1
        values: dict[str, PlainValue] = {"line": line, "column": column, "encoding": encoding}
        text_ = N_("line {line}, column {column}: not {encoding}; if a spreadsheet wrote it: --encoding gb18030")
        raise BatchError(Message(text_, values)) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise BatchError(Message(N_("line {line} holds a NUL: this is no text"), {"line": line}))
    return text


def read(text: str, format_: Format, *, needs_prompt: bool = True) -> BatchFile:
    """Return the lines of a file; with a preset they need no prompt of their own, and `needs_prompt` is False.

    Raises:
        BatchError: There are too many, one is too long, or there is no heading to read the others by.
    """
    for number, one in enumerate(text.split("\n"), 1):
        if len(one) > LONGEST_LINE:
            raise BatchError(
                Message(N_("line {line} is longer than {most} characters"), {"line": number, "most": LONGEST_LINE})
            )
    found = {"txt": _texts, "csv": _table, "jsonl": _objects}[format_](text, needs_prompt=needs_prompt)
    if len(found.lines) + len(found.bad) > MOST_LINES:
        raise BatchError(Message(N_("more than {most} lines"), {"most": MOST_LINES}))
    return found


# one prompt a line ---------------------------------------------------------------------------------------------
def _texts(text: str, *, needs_prompt: bool) -> BatchFile:
    lines: list[BatchLine] = []
    bad: list[BadLine] = []
    settings: dict[str, Any] = {}
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            try:
                settings = _settings_of(line[1:])
            except ValueError as error:
                # the lines after it would be made with the wrong settings, so nothing of the file is
                bad.append(BadLine(number=number, kind="setting", detail=_written(str(error)), field="@"))
            continue
        prompt = line.removeprefix("\\") if line.startswith(("\\#", "\\@", "\\\\")) else line
        lines += _made(number, {**settings, "prompt": prompt}, bad, needs_prompt=needs_prompt)
    return BatchFile(tuple(lines), tuple(bad))


def _settings_of(words: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for word in words.split():
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise ValueError(word)
        name = NAMES.get(name, name)
        if name in ("tags", "images") and name in found:
            found[name] = f"{found[name]} {value}"
        else:
            found[name] = value
    return found


def _written(word: str) -> Message:
    return Message(N_("{word}: write NAME=VALUE"), {"word": word})


# a table -------------------------------------------------------------------------------------------------------
def _table(text: str, *, needs_prompt: bool) -> BatchFile:
    separator, start = _separator(text)
    body = text[start:]
    first = text[:start].count("\n")
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    lines: list[BatchLine] = []
    bad: list[BadLine] = []
    heading: list[str] = []
    begun = 0
    while True:
        number = first + begun + 1
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            bad.append(BadLine(number=number, kind="table", detail=str(error)))
            break
        finally:
            begun = reader.line_num
        if not any(cell.strip() for cell in row):
            continue
        if not heading:
            heading = [
                NAMES.get(name := cell.strip(), name.lower() if name.lower() in FIELDS else name) for cell in row
            ]
            if needs_prompt and "prompt" not in heading:
                raise BatchError(Message(N_("the first line must name the columns, and one of them prompt")))
            continue
        if len(row) > len(heading):
            detail = Message(N_("{n} cells, and the heading has {most}"), {"n": len(row), "most": len(heading)})
            bad.append(BadLine(number=number, kind="table", detail=detail))
            continue
        cells = {name: cell for name, cell in zip(heading, row, strict=False) if cell.strip()}
        lines += _made(number, cells, bad, needs_prompt=needs_prompt)
    return BatchFile(tuple(lines), tuple(bad))


def _column(name: str) -> str:
    known = NAMES.get(name) or NAMES.get(name.lower())
    return known or (name.lower() if name.lower() in FIELDS else name)


def _separator(text: str) -> tuple[str, int]:
    """Return the sign between cells, and where the table begins: a spreadsheet may say it in a line of its own."""
    head, _, _rest = text.partition("\n")
    said = re.fullmatch(r"sep=(.)\r?", head)
    if said:
        return said.group(1), len(head) + 1
    counts = {sign: head.count(sign) for sign in (",", ";", "\t")}
    return max(counts, key=lambda sign: counts[sign]) if any(counts.values()) else ",", 0


# objects -------------------------------------------------------------------------------------------------------
class _OddError(ValueError):
    """An object that cannot be meant."""


def _objects(text: str, *, needs_prompt: bool) -> BatchFile:
    lines: list[BatchLine] = []
    bad: list[BadLine] = []
    for number, raw in enumerate(text.split("\n"), 1):
        if not raw.strip():
            continue
        try:
            found = json.loads(raw, object_pairs_hook=_pairs, parse_constant=_constant)
            if _depth(found) > _DEEPEST:
                raise _OddError(N_("objects too deep in each other"))
        except json.JSONDecodeError as error:
            bad.append(BadLine(number=number, kind="json", detail=error.msg, column=error.colno))
            continue
        except (_OddError, RecursionError) as error:
            bad.append(
                BadLine(number=number, kind="json", detail=Message(str(error) or N_("objects too deep in each other")))
            )
            continue
        if isinstance(found, str):
            found = {"prompt": found}
        if not isinstance(found, dict):
            bad.append(BadLine(number=number, kind="json", detail=Message(N_("a line must be an object or a text"))))
            continue
        lines += _made(number, _flat(found), bad, needs_prompt=needs_prompt)
    return BatchFile(tuple(lines), tuple(bad))


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """Return one object with everything at its top: what other tools put into ``body`` and ``parameters`` too."""
    body, inner = found.pop("body", None), found.pop("parameters", None)
    for more in (body, inner):
        if isinstance(more, dict):
            found = {**_flat(more), **found}
    for drop in ("method", "url"):  # of an envelope of other tools
        found.pop(drop, None)
    return {NAMES.get(name, name): value for name, value in found.items()}


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _OddError(N_("a name stands twice in an object"))
    return found


def _constant(_name: str) -> float:
    raise _OddError(N_("NaN and Infinity are no JSON"))


def _depth(value: object) -> int:
    inner: Sequence[object] = ()
    if isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, list):
        inner = value
    else:
        return 0
    return 1 + max(map(_depth, inner), default=0)


# what all have in common ---------------------------------------------------------------------------------------
def _made(number: int, found: dict[str, Any], bad: list[BadLine], *, needs_prompt: bool) -> Iterator[BatchLine]:
    """Yield the line of `found`, or put into `bad` why there is none."""

    def wrong(field: str, text: str) -> None:
        bad.append(BadLine(number=number, kind="value", detail=Message(text), field=field))

    prompt = found.pop("prompt", None if needs_prompt else "")
    if not isinstance(prompt, str) or (needs_prompt and not prompt.strip()):
        wrong("prompt", N_("the prompt is empty"))
        return
    copies = _whole(found.pop("copies", 1))
    if copies is None:
        wrong("copies", N_("must be a whole number"))
        return
    texts: dict[str, str] = {}
    for name in ("id", "model", "first_frame", "last_frame"):
        value = found.pop(name, "")
        if not isinstance(value, str | int) or isinstance(value, bool):
            wrong(name, N_("must be a text"))
            return
        texts[name] = str(value).strip()
    lists = {name: _words(found.pop(name, ""), "|" if name == "images" else ",") for name in ("images", "tags")}
    for name, words in lists.items():
        if words is None:
            wrong(name, N_("must be a text or a list of texts"))
            return
    for name, value in found.items():
        if not (value is None or isinstance(value, str | int | float | bool)):
            wrong(name, N_("must be a text, a number, true or false"))
            return
    values: dict[str, Value] = {name: value for name, value in found.items() if value not in ("", None)}
    yield BatchLine(
        number=number,
        prompt=prompt.strip("\r\n"),
        copies=copies,
        images=tuple(lists["images"] or ()),
        tags=tuple(lists["tags"] or ()),
        values=values,
        **texts,
    )


def _whole(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,6}\s*", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _words(value: object, sign: str) -> list[str] | None:
    if isinstance(value, str):
        return [word for word in re.split(rf"[\s{re.escape(sign)}]+", value) if word]
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return [word.strip() for word in value if word.strip()]
    return None
