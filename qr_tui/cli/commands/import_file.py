"""`qr-tui import`: make every line of a file, each once, however often it is run."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit, NeedsYesError, of_kind, of_tasks, worst
from qr_tui.cli.main import examples
from qr_tui.cli.options import clean, preset_of, setting_options, timeout_option, variable
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.cli.task_words import status_word
from qr_tui.core import tags as tagging
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.task import FileState, Parameter, Request, Status, Task
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Detail, Message
from qr_tui.i18n import _, clauses, ngettext, translate

if TYPE_CHECKING:
    from qr_tui.core.batch.lines import BadLine
    from qr_tui.services.batches.run import Batch, Outcome, Plan
    from qr_tui.services.checks import Concern
    from qr_tui.services.studio import Studio


@click.command(
    name="import",
    help=_(
        "Make a video of every line of FILE: one prompt a line, a table (CSV) or objects (JSONL). A line is made once, "
        "however often the file is run: what was asked for before is found again, so a run that was cut short is "
        "simply started again. Every bad line is named, and nothing is sent then, unless --skip-bad."
    ),
    epilog=examples(
        "qr-tui import prompts.txt --dry-run",
        "qr-tui import boats.csv --model kling-v2-6 --duration 10 --wait",
        "qr-tui import boats.csv --encoding gb18030 --skip-bad --json",
        "cat prompts.jsonl | qr-tui import - --format jsonl --batch november",
    ),
)  # fmt: skip
@click.argument("file", metavar="FILE")
@click.option("--batch", metavar="NAME", help=_("The name of the batch; else that of the file."))
@click.option("--format", "format_", type=click.Choice(("txt", "csv", "jsonl")), help=_("Else by the file's name."))
@click.option("--encoding", default="utf-8", show_default=True, metavar="NAME", help=_("What the file is written in."))
@click.option("--model", metavar="MODEL", help=_("The model of lines that name none."))
@setting_options
@click.option("--preset", "preset_name", metavar="NAME", help=_("Let the lines fill the holes of a preset."))
@click.option("--var", "variables", multiple=True, metavar="NAME=TEXT", help=_("What goes into a hole {{NAME}}."))
@click.option("--expand", metavar="all|N", help=_("Make every prompt that a line stands for, or N of them by chance."))
@click.option("--seed", type=int, metavar="N", help=_("What the chance of --expand N begins with."))
@click.option("--tag", "tags", multiple=True, metavar="WORD", help=_("A tag of your own; may be given again."))
@click.option("--dry-run", is_flag=True, help=_("Judge the file and say what it would make; send and write nothing."))
@click.option("--skip-bad", is_flag=True, help=_("Send the good lines although others are bad."))
@click.option("--retry-failed", is_flag=True, help=_("Make lines again whose videos failed."))
@click.option("--wait", is_flag=True, help=_("Wait until every task is final."))
@click.option("--download", is_flag=True, help=_("Wait for the films too, until each is on the disk; implies --wait."))
@timeout_option()
@click.option(
    "--detach", is_flag=True, help=_("Write down all at once and leave; a watch in the background sends them.")
)
@click.option("--yes", is_flag=True, help=_("Answer yes where a question would be."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the outcome of each line as a JSON array."))
@pass_cli_context
def import_file(
    context: CliContext,
    file: str,
    batch: str | None,
    format_: str | None,
    encoding: str,
    model: str | None,
    given: dict[str, Parameter],
    preset_name: str | None,
    variables: tuple[str, ...],
    expand: str | None,
    seed: int | None,
    tags: tuple[str, ...],
    dry_run: bool,
    skip_bad: bool,
    retry_failed: bool,
    wait: bool,
    download: bool,
    timeout: float | None,
    detach: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Judge the file, then run it."""
    from qr_tui import config
    from qr_tui.services.batches.run import plan

    name = clean(batch or (Path(file).stem if file != "-" else ""), "--batch")
    if not name:
        raise Trouble(Kind.USAGE, Message(N_("a file from the standard input needs a name: --batch NAME")))
    words = tagging.read(" ".join(clean(tag, "--tag") for tag in tags))
    preset = preset_of(context, preset_name)
    found = _read(file, format_, encoding, needs_prompt=preset is None)
    if preset is not None or expand is not None or variables:
        from qr_tui.services.batches.prompts import stands_for
        from qr_tui.services.prompts import lists_in

        if expand is not None and expand != "all" and seed is None:
            # by chance, and still the same the next time: else no line would be known again
            raise Trouble(
                Kind.USAGE, Message(N_("--expand {n} needs --seed here: a line is known by its prompts"), {"n": expand})
            )
        found = stands_for(
            found,
            preset=preset,
            values=dict(map(variable, variables)),
            lists=lists_in(context.paths.config_file.parent / "lists"),
            how=expand or "all",
            seed=seed,
        )
    of_preset = preset.model if preset is not None else ""
    usual = clean(model or of_preset or context.settings.create.model, "--model")
    words = tuple(dict.fromkeys((*words, *(preset.tags if preset is not None else ()))))
    judged = plan(found, config.catalogue(context.settings), usual, given)
    has_setting_mistake = any(bad.kind == "setting" for bad in judged.bad)
    if dry_run:
        return _show(context, name, judged, retry_failed=retry_failed, as_json=as_json)
    if judged.bad and (has_setting_mistake or not skip_bad):
        _say_bad(judged.bad)
        wish = N_("nothing was sent; mend them, or send the others with --skip-bad")
        if has_setting_mistake:
            wish = N_("nothing was sent; a bad @ line would change every line after it")
        raise Trouble(Kind.USAGE, Message(wish))
    _say_bad(judged.bad)
    run = _Run(
        context, name, judged, words, retry_failed=retry_failed, wait=wait or download, download=download, yes=yes
    )
    return run.go(timeout=timeout, detach=detach, as_json=as_json)


def _read(file: str, format_: str | None, encoding: str, *, needs_prompt: bool) -> Any:  # noqa: ANN401 -- a BatchFile, imported late
    from qr_tui.core.batch import reading
    from qr_tui.core.batch.lines import MOST_BYTES

    try:
        if file == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Trouble(Kind.USAGE, f"{inert(file)}: {error.strerror}") from None
    kind: Any = format_ or reading.format_of(file)
    try:
        return reading.read(reading.decoded(data, encoding), kind, needs_prompt=needs_prompt)
    except reading.BatchError as error:
        detail: Detail = Message("{file}: {reason}", {"file": inert(file), "reason": error.message})
        raise Trouble(Kind.USAGE, detail) from None


def _say_bad(bad: "Sequence[BadLine]") -> None:
    for one in bad:
        place = _("line {number}").format(number=one.number)
        if one.column is not None:
            place = _("line {number}, column {column}").format(number=one.number, column=one.column)
        parts = [place, one.field and inert(one.field, limit=60), inert(translate(one.detail), limit=300)]
        output.say(": ".join(filter(None, parts)), "yellow")


def _show(context: CliContext, name: str, judged: "Plan", *, retry_failed: bool, as_json: bool) -> int:
    """Print what a run would do; the exit code says whether lines are bad."""
    from qr_tui import config
    from qr_tui.cli import stored_tasks
    from qr_tui.core.money.prices import estimate
    from qr_tui.services.batches.run import Batch, same_content

    tasks = [task for task in stored_tasks.read(context).all() if task.batch == name]
    bad = [*judged.bad, *same_content(tasks, judged)]
    batch = Batch(None, name, judged.wishes, retry_failed=retry_failed)
    left = batch.match(tasks)
    catalogue, prices = config.catalogue(context.settings), context.settings.prices
    to_send = [outcome.wish for outcome in batch.outcomes if outcome.is_left]
    costs = [estimate(prices, wish.request, catalogue) for wish in to_send]
    known = [cost for cost in costs if cost is not None]
    found = {
        "lines": len({wish.line.number for wish in judged.wishes} | {one.number for one in bad}),
        "bad": len({one.number for one in bad}),
        "videos": len(judged.wishes),
        "done_before": len(judged.wishes) - left,
        "to_send": left,
        "estimate": round(sum(known), 6) if known else None,
        "unpriced": len(costs) - len(known),
        "allowed_today": _allowed_today(context),
        "errors": [_bad_json(one) for one in bad],
    }
    if as_json:
        output.document(found)
        return Exit.USAGE if bad else Exit.OK
    parts = [
        _("{n} lines").format(n=found["lines"]),
        _("{n} bad").format(n=found["bad"]),
        _("{n} videos ({before} asked for before, {left} to send)").format(
            n=found["videos"], before=found["done_before"], left=left
        ),
    ]
    if known:
        parts.append(_("about {credits} credits").format(credits=f"{sum(known):g}"))
    if found["unpriced"]:
        parts.append(_("{n} without a price").format(n=found["unpriced"]))
    if found["allowed_today"] is not None:
        parts.append(_("today's limit allows {n}").format(n=found["allowed_today"]))
    output.line(clauses(parts))
    _say_bad(bad)
    for number, note in judged.notes[:20]:
        output.say(_("line {number}: note: {text}").format(number=number, text=inert(translate(note), limit=300)))
    return Exit.USAGE if bad else Exit.OK


def _allowed_today(context: CliContext) -> int | None:
    """Return how many videos the person's own limit still allows today, None without one."""
    import time

    from qr_tui.cli import stored_tasks
    from qr_tui.core.money import ledger
    from qr_tui.services.checks import day_start

    most = context.settings.limits.videos_per_day
    if not most:
        return None
    everything = stored_tasks.read(context).all()
    made = ledger.since(day_start(time.time()), everything, lambda _task: None).videos
    return max(0, most - made)


def _bad_json(one: "BadLine") -> dict[str, Any]:
    return {
        "line": one.number,
        "column": one.column,
        "field": one.field or None,
        "kind": one.kind,
        "detail": str(one.detail),
    }


class _Run:
    """One run of a file in this process."""

    def __init__(
        self,
        context: CliContext,
        name: str,
        judged: "Plan",
        tags: tuple[str, ...],
        *,
        retry_failed: bool,
        wait: bool,
        download: bool,
        yes: bool,
    ) -> None:
        self._context = context
        self._name = name
        self._judged = judged
        self._tags = tags
        self._retry_failed = retry_failed
        self._wait = wait
        self._download = download
        self._yes = yes
        self._batch: Batch | None = None
        self._latest: dict[str, Task] = {}

    def go(self, *, timeout: float | None, detach: bool, as_json: bool) -> int:
        """Run it, print what became of each line, and return the exit code that needs the most care."""
        from qr_tui.cli import engine_session
        from qr_tui.cli.watching.narrator import Narrator

        narrator = Narrator([])

        async def work(studio: "Studio") -> None:
            await self._work(studio, narrator, timeout, everything=detach)

        try:
            engine_session.run(
                lambda: engine_session.following(self._context, narrator, self._latest, work, download=self._download)
            )
        except engine_session.Stopped as stop:
            self._print(as_json=as_json)
            output.say(_("interrupted; the same command goes on where this one ended"))
            return stop.exit_code
        except engine_session.IdsLostError as lost:
            self._print(as_json=as_json)
            output.tell(lost, json=False)
            return Exit.FAILED
        if detach:
            from qr_tui.cli.watching import background

            background.start(self._context, timeout=None, as_json=False)
        self._print(as_json=as_json)
        code = self._code()
        return Exit.OK if detach and code is Exit.UNFINISHED else code

    async def _work(self, studio: "Studio", narrator: Any, timeout: float | None, *, everything: bool) -> None:  # noqa: ANN401, ASYNC109
        from qr_tui.cli.watching import waiting
        from qr_tui.services.batches.run import AHEAD, Batch, same_content

        before = await studio.batch_tasks(self._name)
        if bad := same_content(before, self._judged):
            _say_bad(bad)
            raise Trouble(Kind.USAGE, Message(N_("nothing was sent")))
        batch = Batch(studio, self._name, self._judged.wishes, tags=self._tags, retry_failed=self._retry_failed)
        self._batch = batch
        left = batch.match(before)
        self._ask(before, left)
        self._consider(studio, batch)
        output.say(
            ngettext(
                "{n} video to send, {before} asked for before", "{n} videos to send, {before} asked for before", left
            ).format(n=left, before=len(self._judged.wishes) - left)
        )

        def told(outcome: "Outcome") -> None:
            narrator.keys = {*narrator.keys, outcome.key}

        batch.told = told
        try:
            await batch.run(ahead=10**9 if everything else AHEAD, wait=not everything)
        except BaseException:
            await batch.stop()
            raise
        keys = [outcome.key for outcome in batch.outcomes if outcome.key]
        if self._wait and not everything:
            deadline = waiting.Deadline(timeout)
            end = await waiting.until_final(studio, keys, deadline)
            if self._download and end is waiting.WaitOutcome.FINAL:
                done = [key for key in keys if (task := studio.get(key)) and task.status is Status.DONE]
                await studio.downloader.request([key for key in done if _lacks_film(studio.get(key))])
                await waiting.until_saved(studio, keys, deadline)
        for key in keys:
            task = studio.get(key)
            if task is not None:
                self._latest[key] = task

    def _ask(self, before: Sequence[Task], left: int) -> None:
        """Ask back where most of a file that was run before looks new: an option was changed, perhaps by mistake.

        Raises:
            Trouble: Nobody could be asked, or the answer was no.
        """
        lines = {wish.identity for wish in self._judged.wishes}
        foreign = any(task.batch_line not in lines for task in before)
        if not before or not foreign or left * 2 <= len(lines) or self._yes:
            return
        detail = Message(
            N_("{n} of {all} lines look new to the batch {name}; add --yes, or name another --batch"),
            {"n": left, "all": len(lines), "name": self._name},
        )
        raise NeedsYesError(Kind.DUPLICATE, detail)

    def _consider(self, studio: "Studio", batch: "Batch") -> None:
        """Ask what would be asked before a single video of the kind: no price under a limit, a model that was refused.

        One of each model is asked about, and one without a price. A limit of the day asks nothing here: the run goes
        as far as it allows.

        Raises:
            Trouble: Something forbids it, or nobody could be asked.
        """
        from qr_tui.cli.sending import consider

        kinds: dict[tuple[str, bool], Request] = {}
        for outcome in batch.outcomes:
            if outcome.is_left:
                request = outcome.wish.request
                kinds.setdefault((request.model, studio.money.estimate(request) is None), request)
        found: list[Concern] = []
        for request in kinds.values():
            for concern in studio.check(request):
                is_meant = concern.weight != "note" and concern.kind not in (Kind.DUPLICATE, Kind.OVER_LIMIT)
                if is_meant and concern not in found:
                    found.append(concern)
        consider(found, confirmed=self._yes)

    def _print(self, *, as_json: bool) -> None:
        if self._batch is None:
            return
        rows = [self._row(outcome) for outcome in self._batch.outcomes]
        if as_json:
            output.document(rows)
            return
        for row, outcome in zip(rows, self._batch.outcomes, strict=True):
            task = self._latest.get(outcome.key)
            state = status_word(task) if task is not None else _("not sent")
            words = [str(row["line"]), state, row["task_id"] or row["key"] or "", row["file"] or ""]
            output.line("  ".join(inert(word, limit=400) for word in words if word))

    def _row(self, outcome: "Outcome") -> dict[str, Any]:
        task = self._latest.get(outcome.key)
        failure = task.failure if task is not None else None
        return {
            "line": outcome.wish.line.number,
            "id": outcome.wish.line.id or None,
            "key": outcome.key or None,
            "task_id": task.id if task is not None else None,
            "status": task.status.value if task is not None else None,
            "new": outcome.is_new,
            "file": task.file if task is not None and task.file_state is FileState.SAVED else None,
            "error": None if failure is None else {"kind": failure.kind.value, "title": WORDS[failure.kind].title},
        }

    def _code(self) -> Exit:
        batch = self._batch
        if batch is None:
            return Exit.OK
        codes = [of_tasks(list(self._latest.values()), waited=self._wait)]
        if batch.trouble is not None:
            text = inert(translate(batch.trouble.detail), limit=400)
            output.say(clauses([_(WORDS[batch.trouble.kind].title), text]), "yellow")
            output.say(_("{n} left; the same command goes on with them").format(n=batch.left))
            codes.append(of_kind(batch.trouble.kind))
        return worst(codes)


def _lacks_film(task: Task | None) -> bool:
    return task is not None and task.file_state in (FileState.NONE,)
