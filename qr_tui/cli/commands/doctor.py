"""`qr-tui doctor`: what is right and wrong here, each line with the way to mend it."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

import click

from qr_tui.cli import engine_session, output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _, clauses

if TYPE_CHECKING:
    from qr_tui.services.doctor import Check
    from qr_tui.terminal.detect import Terminal

_STATES: Final = {"ok": (N_("ok"), "green"), "warn": (N_("warn"), "yellow"), "fail": (N_("fail"), "red")}
# what the checks are called, marked here for the catalogue; JSON keeps the English
NAMES: Final = (
    *(N_("python"), N_("versions"), N_("settings"), N_("disk"), N_("tasks"), N_("decisions"), N_("polling")),
    *(N_("folder config"), N_("folder data"), N_("folder state"), N_("folder cache"), N_("folder videos")),
    *(N_("folder of films"), N_("room for films"), N_("pictures"), N_("player")),
    *(N_("address"), N_("key"), N_("key environment"), N_("key keyring"), N_("key file"), N_("key test")),
    *(N_("host"), N_("balance"), N_("models"), N_("terminal"), N_("terminal size"), N_("colours"), N_("letters")),
    *(N_("copying"), N_("copy desktop"), N_("copy tmux"), N_("copy terminal"), N_("copy file"), N_("notices")),
)


@click.command(
    help=_(
        "Check Python, versions, folders, tasks, key, host and terminal; exit code 1 when something must be mended.\n\n"
        "The output holds no key and no link, so it can be put into a bug report."
    ),
    epilog=examples("qr-tui doctor", "qr-tui doctor --offline", "qr-tui doctor --json"),
)
@click.option("--offline", is_flag=True, help=_("Ask no host."))
@click.option("--json", "as_json", is_flag=True, help=_("Print a JSON array of checks."))
@pass_cli_context
def doctor(context: CliContext, offline: bool, as_json: bool) -> int:
    """Look at everything and print it."""
    from qr_tui.services import doctor as engine_doctor

    settings, problem = context.lenient_settings
    checks = engine_doctor.local(context.paths, settings, problem, context.keys)
    checks += terminal_checks(settings.notify.mode, settings.open.player)
    if not offline:
        try:
            checks += engine_session.run(lambda: engine_doctor.remote(settings, context.keys))
        except engine_session.Stopped as stopped:
            return stopped.exit_code
    if as_json:
        output.document(checks)
    else:
        for text in lines(checks):
            output.line(text)
    return Exit.FAILED if engine_doctor.is_failed(checks) else Exit.OK


def lines(checks: "list[Check]") -> Iterator[str]:
    """Yield a line a check, and under it how to mend what is not right."""
    from qr_tui.core.text.display import cells

    words = {state: _(word) for state, (word, _colour) in _STATES.items()}
    names = output.table([{"state": words[item.state], "name": _(item.name), "end": "|"} for item in checks])
    for item, row in zip(checks, names, strict=True):
        head = row.removesuffix("|")
        state = words[item.state]
        painted = output.paint(state, _STATES[item.state][1], sys.stdout)
        yield painted + head[len(state) :] + item.found
        if item.mend:
            yield " " * cells(words["ok"]) + "    " + _("to mend it: {way}").format(way=item.mend)


def terminal_checks(mode: Literal["off", "bell", "full"] = "full", player: str = "") -> "Iterator[Check]":
    """Yield what this terminal is and which routes a copy has from here."""
    from qr_tui.services.doctor import check
    from qr_tui.terminal.clipboard import routes
    from qr_tui.terminal.detect import detect
    from qr_tui.terminal.player import known_player

    terminal = detect()
    yield _kind(terminal)
    size = f"{terminal.columns}×{terminal.rows}"
    if terminal.tty and terminal.too_small:
        yield check("terminal size", size, "warn", _("make it at least 40 by 10"))
    else:
        yield check("terminal size", size)
    yield check("colours", terminal.colours)
    if terminal.utf8:
        yield check("letters", "UTF-8")
    else:
        yield check(
            "letters", _("not UTF-8: ASCII signs are used"), "warn", _("set LANG to a UTF-8 locale, like C.UTF-8")
        )
    found = routes(terminal)
    for route in found:
        usable = _("yes") if route.usable else _("no")
        yield check(f"copy {route.name}", _("{title}: {detail}").format(title=usable, detail=route.why))
    if not any(route.usable for route in found if route.name != "file"):
        yield check(
            "copying",
            _("only into a file"),
            "warn",
            _("run qr-tui in a terminal that takes OSC 52, in tmux, or on a desktop"),
        )
    yield check("notices", notices(terminal, mode))
    named = known_player(player, terminal)
    yield check("player", named or _("none here; install mpv, or name one in open.player"))


def notices(terminal: "Terminal", mode: Literal["off", "bell", "full"] = "full") -> str:
    """Return by which way a finished video makes itself known here, read off the bytes that would be sent."""
    import asyncio

    from qr_tui.core.task import Task
    from qr_tui.terminal.notify import Notifier

    sent: list[str] = []
    notifier = Notifier(terminal, sent.append, mode, set_timer=lambda _seconds, _work: None)
    notifier.notify([Task(key="", model="", prompt="", base_url="", created_at=0.0)])
    asyncio.run(notifier.flush())
    told = "".join(sent)
    found = [_("a notice by OSC {code}").format(code=code) for code in ("99", "777", "9") if f"]{code};" in told]
    if told.endswith("\a") and (not found or told.count("\a") > 1):
        found.append(_("the bell"))
    return clauses(found) or _("none: switched off in the settings")


def _kind(terminal: "Terminal") -> "Check":
    from qr_tui.services.doctor import check

    words = [terminal.term or _("TERM is not set"), terminal.kind]
    words += [terminal.multiplexer] if terminal.multiplexer and terminal.multiplexer != terminal.kind else []
    words += ["SSH"] if terminal.ssh else []
    found = ", ".join(words)
    if not terminal.tty:
        return check("terminal", _("{found}; output does not go to a terminal").format(found=found))
    if terminal.dumb:
        return check("terminal", found, "fail", _("set TERM to what your terminal is, like xterm-256color"))
    return check("terminal", found)
