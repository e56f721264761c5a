"""Lines of a file whose prompts stand for others, or that fill the holes of a preset."""

from collections.abc import Mapping

import msgspec

from qr_tui.core.batch.lines import BadLine, BatchFile, BatchLine
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.prompts.expansion import ExpansionError, Lists, Template
from qr_tui.core.prompts.preset import Preset
from qr_tui.core.text.messages import N_, Message
from qr_tui.services.prompts import expanded


def stands_for(
    file: BatchFile,
    *,
    preset: Preset | None,
    values: Mapping[str, str],
    lists: Lists,
    how: str,
    seed: int | None,
) -> BatchFile:
    """Return the lines that those of `file` stand for, each with the number of its own.

    With a preset a column fills the hole of its name, and a line without columns the one hole that has no value.

    Args:
        file: The lines as they stand there.
        preset: What they fill; None where each line is a prompt itself.
        values: What the command line puts into holes.
        lists: Reads a list.
        how: ``all``, or how many of each line by chance.
        seed: What chance begins with.

    Raises:
        Trouble: USAGE, the preset itself cannot be read.
    """
    lines: list[BatchLine] = []
    bad = list(file.bad)
    for line in file.lines:
        try:
            text, rest, filled = _filled(line, preset, values, lists)
            prompts = expanded(text, filled, lists, how, seed).prompts
        except Trouble as trouble:
            detail = (
                trouble.detail if isinstance(trouble.detail, Message) else Message("{why}", {"why": trouble.detail})
            )
            bad.append(BadLine(number=line.number, kind="prompt", detail=detail, field="prompt"))
            continue
        for place, prompt in enumerate(prompts, 1):
            name = f"{line.id}/{place}" if line.id and len(prompts) > 1 else line.id
            lines.append(msgspec.structs.replace(line, prompt=prompt, id=name, values=rest))
    return BatchFile(tuple(lines), tuple(bad))


def _filled(
    line: BatchLine, preset: Preset | None, values: Mapping[str, str], lists: Lists
) -> tuple[str, dict[str, str | int | float | bool | None], dict[str, str]]:
    """Return the text of a line, what stands in it besides, and what goes into its holes."""
    if preset is None:
        return line.prompt, line.values, dict(values)
    try:
        holes = Template(preset.prompt, lists).holes
    except ExpansionError as error:
        raise Trouble(Kind.USAGE, error.message) from None
    given = {**preset.vars, **values}
    given |= {name: str(line.values[name]) for name in holes if name in line.values}
    rest = {name: value for name, value in line.values.items() if name not in holes}
    if line.prompt.strip():
        free = [name for name in holes if name not in given]
        if len(free) != 1:
            raise Trouble(
                Kind.USAGE, Message(N_("a line fills one hole, and here {n} have no value"), {"n": len(free)})
            )
        given[free[0]] = line.prompt
    return preset.prompt, {**preset.parameters, **rest}, given
