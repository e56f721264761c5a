"""`qr-tui config`: where the settings are, what they are, changing one, and keeping a key."""

import sys
from typing import Any, Literal

import click
from click.shell_completion import CompletionItem

from qr_tui.cli import output, streams
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import DeclinedError, Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _, listed, sentences

_MOST_KEY_BYTES = 4_096


@click.group(
    help=_("Settings and the API key."),
    epilog=examples(
        "qr-tui config show", "qr-tui config set limits.videos_per_day 20", "qr-tui config set-key < key.txt"
    ),
)
def config() -> None:
    """The settings' own commands."""


@config.command(help=_("Print where settings, tasks, logs and videos are kept."), epilog=examples("qr-tui config path"))
@click.option("--json", "as_json", is_flag=True, help=_("Print a JSON object."))
@pass_cli_context
def path(context: CliContext, as_json: bool) -> int:
    """Print every folder and file."""
    places = {
        "config": context.paths.config_file,
        "keys": context.paths.key_file,
        "tasks": context.paths.store,
        "log": context.paths.log_file,
        "state": context.paths.state,
        "cache": context.paths.cache,
        "videos": context.paths.videos,
    }
    if as_json:
        output.document({name: str(place) for name, place in places.items()})
        return Exit.OK
    for line in output.table([{"name": name, "place": inert(str(place))} for name, place in places.items()]):
        output.line(line)
    return Exit.OK


@config.command(
    help=_("Print every setting: its value, its default, what it does."), epilog=examples("qr-tui config show --json")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print a JSON object of settings by name."))
@pass_cli_context
def show(context: CliContext, as_json: bool) -> int:
    """Print the settings in use; a bad file is an error that names the line."""
    import msgspec

    from qr_tui.config import DESCRIBE
    from qr_tui.config import value as value_of

    found = {setting.key: msgspec.to_builtins(value_of(context.settings, setting.key)) for setting in DESCRIBE}
    if as_json:
        output.document(found)
        return Exit.OK
    rows = []
    for setting in DESCRIBE:
        value = found[setting.key]
        changed = "" if value == setting.default else _("(default {value})").format(value=_spell(setting.default))
        help_text = " ".join(filter(None, (_(setting.help), changed)))
        rows.append({"key": setting.key, "value": _spell(value), "help": help_text})
    for line in output.table(rows):
        output.line(line)
    return Exit.OK


def _spell(value: Any) -> str:  # noqa: ANN401
    import msgspec

    return inert(value if isinstance(value, str) and value else msgspec.json.encode(value).decode(), limit=300)


def _complete(_ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from qr_tui.config import DESCRIBE

    return [
        CompletionItem(setting.key, help=_(setting.help)) for setting in DESCRIBE if setting.key.startswith(incomplete)
    ]


@config.command(
    "set",
    context_settings={"ignore_unknown_options": True},  # a value may be a negative number
    help=_("Set the setting KEY to VALUE in config.toml; your comments stay."),
    epilog=examples(
        "qr-tui config set ui.language zh_CN",
        "qr-tui config set prices.sora-2-pro 0.8",
        "qr-tui config set keys.tasks.copy_id 'y,ctrl+y'",
    ),
)
@click.argument("key", shell_complete=_complete)
@click.argument("value", required=False)
@click.option("--yes", is_flag=True, help=_("Remove a limit without asking."))
@pass_cli_context
def set_one(context: CliContext, key: str, value: str | None, yes: bool) -> int:
    """Write one setting; a limit that is set to nothing is asked about as one that is removed."""
    from qr_tui.config import from_text, is_limit, load, save
    from qr_tui.config import value as value_of

    _named_in_full(key)
    if value is None:  # what was left out by mistake must not remove a limit
        text = N_("{key}: the value is missing; to take the setting out: qr-tui config unset {key}")
        raise Trouble(Kind.USAGE, Message(text, {"key": inert(key)}))
    file, wanted = context.paths.config_file, from_text(key, value)
    if is_limit(key) and not wanted and not yes:
        _agree_to_no_limit(key, value_of(load(file), key))
    save(file, {key: wanted})
    output.say(_("written to {file}").format(file=inert(str(context.paths.config_file))))
    return Exit.OK


@config.command(
    help=_("Print what the setting KEY is now."),
    epilog=examples("qr-tui config get limits.videos_per_day", "qr-tui config get prices --json"),
)
@click.argument("key", shell_complete=_complete)
@click.option("--json", "as_json", is_flag=True, help=_("Print it as JSON."))
@pass_cli_context
def get(context: CliContext, key: str, as_json: bool) -> int:
    """Print one setting in use."""
    import msgspec

    from qr_tui.config import value as value_of

    found = msgspec.to_builtins(value_of(context.settings, key))
    if as_json:
        output.document(found)
    else:
        output.line(_spell(found))
    return Exit.OK


@config.command(
    help=_("Take the setting KEY out of config.toml: it has its default again. Asks before it removes a limit."),
    epilog=examples("qr-tui config unset ui.language", "qr-tui config unset limits.videos_per_day --yes"),
)
@click.argument("key", shell_complete=_complete)
@click.option("--yes", is_flag=True, help=_("Remove a limit without asking."))
@pass_cli_context
def unset(context: CliContext, key: str, yes: bool) -> int:
    """Remove one setting from the file, and say what that changed."""
    from qr_tui.config import is_limit, load, save
    from qr_tui.config import value as value_of

    _named_in_full(key)
    file = context.paths.config_file
    before = value_of(load(file), key)
    if is_limit(key) and not yes:
        _agree_to_no_limit(key, before)
    save(file, {key: None})
    after = value_of(load(file), key)
    old, new = (_("not set") if value is None else _spell(value) for value in (before, after))
    output.say(_("{key}: {old} → {new}").format(key=inert(key), old=old, new=new))
    return Exit.OK


def _agree_to_no_limit(key: str, before: object) -> None:
    """Ask before the limit `key` goes, which is `before` now; nothing where there is none.

    Raises:
        Trouble: USAGE, there is nobody to ask.
        DeclinedError: The answer is no.
    """
    if not before:
        return
    if not streams.can_ask():
        text = N_("{key} is a limit of your own; to remove it add --yes")
        raise Trouble(Kind.USAGE, Message(text, {"key": inert(key)}))
    said = _("{key} is {value} now; without it nothing limits what a day may cost")
    output.say(said.format(key=inert(key), value=_spell(before)), "yellow")
    if not click.confirm(_("Remove this limit?"), err=True):
        raise DeclinedError(_("nothing was changed"))


def _named_in_full(key: str) -> None:
    section, _dot, name = key.partition(".")
    if not section or not name:
        raise Trouble(Kind.USAGE, Message(N_("{key}: name a setting as qr-tui config show does"), {"key": inert(key)}))


@config.command(
    "set-key",
    help=_(
        "Keep an API key. It is read from the standard input, or asked for without showing it; never from an argument, "
        "which other users of this machine could see."
    ),
    epilog=examples("qr-tui config set-key", "qr-tui config set-key --test < key.txt"),
)
@click.option("--base-url", metavar="URL", help=_("The host it belongs to; default: the one in use."))
@click.option(
    "--keep",
    type=click.Choice(["file", "keyring"]),
    default="file",
    show_default=True,
    help=_("A file only you can read, or the system's keyring."),
)
@click.option("--test", is_flag=True, help=_("Ask the host first whether it takes the key."))
@pass_cli_context
def set_key(context: CliContext, base_url: str | None, keep: Literal["file", "keyring"], test: bool) -> int:
    """Read, perhaps test, and keep a key."""
    from qr_tui.core.address import is_insecure, normalise

    host = normalise(base_url) if base_url else context.base_url
    if is_insecure(host):
        output.say(_("{host} is not encrypted: the key can be read on the way").format(host=inert(host)), "yellow")
        if not context.settings.host.allow_plain_http:
            output.say(sentences(_(WORDS[Kind.PLAIN_HTTP].title), _(WORDS[Kind.PLAIN_HTTP].hint)), "yellow")
    value = _read_key()
    if test:
        _test(context, host, value)
    key = context.keys.save(host, value, keep)
    where = _("the keyring") if keep == "keyring" else inert(str(context.paths.key_file))
    output.say(_("key {account} for {host} is kept in {where}").format(account=key.account, host=host, where=where))
    return Exit.OK


@config.command(
    "forget-key",
    help=_("Forget the keys of a host."),
    epilog=examples("qr-tui config forget-key --base-url https://api.example.com"),
)
@click.option("--base-url", metavar="URL", help=_("The host; default: the one in use."))
@pass_cli_context
def forget_key(context: CliContext, base_url: str | None) -> int:
    """Drop what file and keyring hold for a host."""
    from qr_tui.core.address import normalise

    host = normalise(base_url) if base_url else context.base_url
    places = context.keys.forget(host)
    if places:
        output.say(_("forgotten: {host} ({places})").format(host=host, places=listed(places)))
    else:
        output.say(_("no key was kept for {host}").format(host=host))
    return Exit.OK


def _read_key() -> str:
    """Return the key from the standard input, asked for unseen where a person sits there."""
    if streams.can_ask():
        import getpass

        return getpass.getpass(_("API key: "), stream=sys.stderr)
    data = sys.stdin.buffer.read(_MOST_KEY_BYTES + 1)
    try:
        value = data.decode().strip()
    except UnicodeDecodeError:
        value = ""
    if not value or len(data) > _MOST_KEY_BYTES:
        raise Trouble(Kind.USAGE, Message(N_("no key came in on the standard input")))
    return value


def _test(context: CliContext, host: str, value: str) -> None:
    from qr_tui.cli import engine_session
    from qr_tui.services.decisions import KeyTest
    from qr_tui.services.studio import Studio

    async def work() -> KeyTest:
        studio = Studio(context.paths, context.settings, context.keys, sink=lambda _event: None)
        try:
            return await studio.test_key(host, value)
        finally:
            await studio.close()

    try:
        result = engine_session.run(work)
    except engine_session.Stopped as stopped:
        raise click.Abort from stopped
    count = len(result.models)
    output.say(_("the key works: {count} models").format(count=count))
