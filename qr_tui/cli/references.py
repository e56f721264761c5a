"""How a person names a task on the command line: its key, its id or a unique tail; and how the shell completes one."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from qr_tui.cli.context import CliContext
from qr_tui.core import task as tasks_core
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Task
from qr_tui.core.text.messages import N_, Message

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_CANDIDATES = 8
_COMPLETIONS = 50  # more are of no use to anybody


def one(tasks: Sequence[Task], reference: str) -> Task:
    """Return the one task that `reference` names.

    Raises:
        Trouble: UNKNOWN_TASK, or AMBIGUOUS naming the candidates.
    """
    found = tasks_core.find(tasks, reference.strip())
    if len(found) == 1:
        return found[0]
    if not found:
        raise Trouble(Kind.UNKNOWN_TASK, reference)
    raise ambiguous(reference, found)


def ambiguous(reference: str, found: Sequence[Task]) -> Trouble:
    """Return the trouble that names the tasks `reference` could mean."""
    names = [task.id or task.key for task in found[:_CANDIDATES]]
    more = "" if len(found) <= _CANDIDATES else " …"
    return Trouble(Kind.AMBIGUOUS, f"{reference}: {', '.join(names)}{more}")


def several(named: Callable[[str], Sequence[Task]], references: Sequence[str]) -> list[Task]:
    """Return the tasks that `references` name, each once, in that order; raises as `one`.

    Args:
        named: Returns the tasks that one of them may mean.
        references: Ids, keys or their ends.
    """
    found = {task.key: task for task in (one(named(reference.strip()), reference) for reference in references)}
    return list(found.values())


def ids_or_filter(tasks: Sequence[Task], words: Sequence[str]) -> list[Task]:
    """Return the tasks meant by `words`: each names one, or all together are a filter.

    Raises:
        Trouble: USAGE for a filter that cannot be read, UNKNOWN_TASK when nothing fits.
    """
    found = [tasks_core.find(tasks, word) for word in words]
    if all(len(hits) == 1 for hits in found):
        return list({hits[0].key: hits[0] for hits in found}.values())
    # what ends more than one task and is no filter either is a tail that is too short
    matching = filtered(tasks, words)
    if matching:
        return matching
    for word, hits in zip(words, found, strict=True):
        if len(hits) > 1:
            raise ambiguous(word, hits)
    raise Trouble(Kind.UNKNOWN_TASK, " ".join(words))


def filtered(tasks: Sequence[Task], words: Sequence[str]) -> list[Task]:
    """Return the tasks that the filter language finds.

    Raises:
        Trouble: USAGE, pointing at the word that cannot be read.
    """
    text = " ".join(words).strip()
    if not text:
        return list(tasks)
    from qr_tui.core.query import QueryError, parse

    try:
        query = parse(text)
    except QueryError as error:
        place = text[error.start : error.end]
        problem = Message(N_("filter: {word}: {problem}"), {"word": place, "problem": error.message})
        raise Trouble(Kind.USAGE, problem) from None
    return query.select(tasks, now=time.time())


def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Return the ids and keys that begin with what is typed, each with its prompt as help."""
    from click.shell_completion import CompletionItem

    from qr_tui.cli import stored_tasks
    from qr_tui.core.text.display import cut, inert

    context = ctx.find_object(CliContext) or CliContext()
    try:
        tasks = stored_tasks.read(context).beginning(incomplete, _COMPLETIONS)
    except (Trouble, OSError):
        return []  # a completion that complains on the prompt line helps nobody
    found = []
    for task in tasks:
        name = next(name for name in (task.id, task.key) if name and name.startswith(incomplete))
        found.append(CompletionItem(name, help=cut(inert(task.prompt, limit=200), 60)))
    return found
