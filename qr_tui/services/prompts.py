"""Prompts that stand for several: the lists of this machine, and what a person asked to be made of one."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.prompts.expansion import ExpansionError, Lists, Template, entries
from qr_tui.core.text.messages import N_, Message


class Expanded(NamedTuple):
    """The prompts that one stands for; `seed` is what chance began with, None where there was none."""

    prompts: list[str]
    seed: int | None = None


def lists_in(folder: Path) -> Lists:
    """Return what reads the lists of a folder: a file ``light.txt`` for the list ``__light__``, each file once."""
    known: dict[str, list[str]] = {}

    def read(name: str) -> list[str] | None:
        if name in known:
            return known[name]
        try:
            known[name] = entries((folder / f"{name}.txt").read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Trouble(Kind.USAGE, Message("{path}: {reason}", {"path": name, "reason": reason})) from None
        return known[name]

    return read


def expanded(text: str, values: Mapping[str, str], lists: Lists, how: str, seed: int | None = None) -> Expanded:
    """Return the prompts that `text` stands for.

    Args:
        text: With holes, variants and lists.
        values: What goes into the holes.
        lists: Reads a list.
        how: ``all``, or how many by chance.
        seed: What chance begins with; a new one where None is given.

    Raises:
        Trouble: USAGE, with the column: it cannot be read, a hole has no value, or it stands for too many.
    """
    try:
        template = Template(text, lists)
        if how == "all":
            return Expanded(list(template.every(values)))
        if not (how.isdecimal() and 1 <= int(how) <= 10_000):
            raise Trouble(Kind.USAGE, Message(N_("write all, or how many: {text}"), {"text": how}))
        seed = secrets.randbelow(1_000_000) if seed is None else seed
        return Expanded(template.some(int(how), seed, values), seed)
    except ExpansionError as error:
        detail = Message(N_("the prompt, column {column}: {reason}"), {"column": error.column, "reason": error.message})
        raise Trouble(Kind.USAGE, detail) from None
