"""What is right and wrong with an installation, as data: each check with its finding and the way to mend it.

No finding holds a key or the signature of a link, so that a bug report can be made of it.
"""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from qr_tui import config
from qr_tui.core import address
from qr_tui.core.catalogue import DEFAULT_MODEL, Catalogue
from qr_tui.core.environment import API_KEY
from qr_tui.core.failures import WORDS, Kind, Trouble, shell_hint
from qr_tui.core.schedule import SILENCE
from qr_tui.core.task import Status, Task
from qr_tui.core.text.display import inert, size
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _, listed, ngettext, span, translate
from qr_tui.paths import Paths
from qr_tui.secrets import Key, KeyRing, hide
from qr_tui.services import installation
from qr_tui.services.films.download_rules import rules

if TYPE_CHECKING:
    from qr_tui.store.lease import Owner

LIBRARIES: Final = ("textual", "httpx", "tinydb", "msgspec", "click", "pyperclip", "platformdirs", "tomlkit")
LEAST_PYTHON: Final = (3, 11)
LITTLE_SPACE: Final = 200 * 1024 * 1024  # bytes: less than a few videos
FEW_CREDITS: Final = 0.0
_HOST_KINDS: Final = frozenset({Kind.UNREACHABLE, Kind.TLS, Kind.TIMEOUT, Kind.UPSTREAM, Kind.WRONG_ADDRESS})
# where a key comes from, in words
_SOURCES: Final = {
    "environment": API_KEY,
    "keyring": N_("the keyring of this system"),
    "file": N_("the key file"),
    "memory": N_("this session"),
}


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at. `name` is stable English; `found` and `mend` are in the language in use."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    mend: str = ""


def check(name: str, found: str, state: Literal["ok", "warn", "fail"] = "ok", mend: str = "") -> Check:
    """Return a check whose words are inert and free of secrets."""
    return Check(name, state, inert(hide(found), limit=1_000), "" if state == "ok" else inert(mend, limit=1_000))


def failed(name: str, trouble: Trouble, state: Literal["warn", "fail"] = "fail") -> Check:
    """Return the check that `trouble` came of."""
    words = WORDS[trouble.kind]
    found = ": ".join(filter(None, (_(words.title), translate(trouble.detail))))
    return check(name, found, state, _(shell_hint(trouble.kind)))


def local(folders: Paths, settings: config.Settings, problem: Trouble | None, keys: KeyRing) -> list[Check]:
    """Return every check that needs no network; `problem` is what is wrong with the configuration file."""
    return [
        *_program(),
        _settings(folders, problem),
        *_folders(folders),
        *_films(settings, folders),
        *_store(folders),
        *_keys(settings, keys),
    ]


def _program() -> Iterator[Check]:
    version = platform.python_version()
    where = f"{version}, {platform.system()} {platform.machine()}"
    if sys.version_info < LEAST_PYTHON:
        yield check("python", where, "fail", _("use Python 3.11 or newer"))
    else:
        yield check("python", where)
    missing = []
    found = []
    for name in ("qr-tui", *LIBRARIES):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        words = _("missing: {names}").format(names=listed(missing))
        yield check("versions", words, "fail", _("install qr-tui again with pip or pipx"))
    else:
        yield check("versions", listed(found))


def _settings(folders: Paths, problem: Trouble | None) -> Check:
    if problem is not None:
        return failed("settings", problem)
    file = folders.config_file
    return check("settings", str(file) if file.exists() else _("{file} (none: defaults)").format(file=file))


def _folders(folders: Paths) -> Iterator[Check]:
    for name in ("config", "data", "state", "cache", "videos"):
        yield _folder(f"folder {name}", getattr(folders, name), private=name != "videos")
    home = _existing(folders.data)
    try:
        free = shutil.disk_usage(home).free
    except OSError as error:
        yield check("disk", error.strerror or str(error), "warn", _("look at the disk"))
        return
    words = _("{size} free at {folder}").format(size=size(free), folder=folders.data)
    state: Literal["ok", "warn"] = "ok" if free >= LITTLE_SPACE else "warn"
    yield check("disk", words, state, _("make room: tasks and videos are written there"))


def _films(settings: config.Settings, folders: Paths) -> Iterator[Check]:
    """Yield whether films can be kept where they go, and whether pictures of them can be made."""
    kept = rules(settings.downloads, folders)
    if not kept.is_usual:
        if kept.folder.is_dir():
            yield _folder("folder of films", kept.folder, private=False)
        else:
            words, mend = _("{folder} is not there"), _("make it, or choose another: downloads.folder")
            yield check("folder of films", words.format(folder=kept.folder), "fail", mend)
    try:
        free = shutil.disk_usage(_existing(kept.folder)).free
    except OSError as error:
        yield check("room for films", error.strerror or str(error), "warn", _("look at the disk"))
    else:
        room = max(0, free - kept.keep_free)
        words = _("{size} besides the {kept} that stay free").format(size=size(room), kept=size(kept.keep_free))
        state: Literal["ok", "warn"] = "ok" if room >= LITTLE_SPACE else "warn"
        yield check("room for films", words, state, _("make room, or lower downloads.keep_free"))
    if installation.has("preview"):
        yield check("pictures", _("films can be looked at here"))
    else:
        words = _("not installed; add them with: {command}").format(command=installation.command_for("preview"))
        yield check("pictures", words)


def _existing(folder: Path) -> Path:
    """Return `folder`, or the nearest one above it that exists."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path("/"))


def _folder(name: str, folder: Path, *, private: bool) -> Check:
    near = _existing(folder)
    if not os.access(near, os.W_OK | os.X_OK):
        words = _("{folder} cannot be written").format(folder=near)
        return check(name, words, "fail", _("give yourself the right to write there, or set QR_TUI_HOME"))
    if near != folder:
        return check(name, _("{folder} (made when needed)").format(folder=folder))
    mode = stat.S_IMODE(folder.stat().st_mode)
    if private and mode & 0o077:
        words = _("{folder} is open to others ({mode})").format(folder=folder, mode=f"{mode:o}")
        return check(name, words, "warn", _("run: chmod 700 {folder}").format(folder=folder))
    return check(name, str(folder))


def _store(folders: Paths) -> Iterator[Check]:
    from qr_tui.store.id_journal import IdJournal
    from qr_tui.store.lease import Lease
    from qr_tui.store.names import IDS
    from qr_tui.store.peek import is_blank
    from qr_tui.store.tasks import TaskStore

    if is_blank(folders.store, folders.state):
        yield check("tasks", _("{file} (none yet)").format(file=folders.store))
        return
    store = TaskStore(folders.store, state=folders.state)
    try:
        notices = store.open()
        tasks = [*store.tasks(), *(row for row in store.archived if row.removed_at is None)]
        notices += store.take_notices()
        store.close()
    except Trouble as trouble:
        yield failed("tasks", trouble)
        return
    for notice in notices:
        yield check(
            "tasks", translate(notice.detail), "warn", _("keep the file that was put aside until nothing is missing")
        )
    if not notices:
        yield check("tasks", _count(tasks, folders.store))
    if not (journal := IdJournal(folders.state / IDS)).is_empty:
        words = _("{file} holds ids that the task file could not take yet").format(file=journal.path)
        yield check("ids", words, "warn", _("make room on the disk or end what keeps the file, then: qr-tui list"))
    waiting = [task for task in tasks if task.status is Status.UNCONFIRMED]
    if waiting:
        words = ngettext("{n} task needs your decision", "{n} tasks need your decision", len(waiting))
        mend = _("look at them with qr-tui list status:unconfirmed, then: qr-tui decide {key}").format(
            key=waiting[0].key
        )
        yield check("decisions", words.format(n=len(waiting)), "warn", mend)
    yield _polling(Lease(folders.store.with_name("poller.lock")).owner())


def _polling(owner: "Owner | None") -> Check:
    if owner is None:
        return check("polling", _("nobody polls right now"))
    if owner.silent is None:
        return check("polling", owner.words)
    if owner.silent < SILENCE:
        words = _("{owner}; alive, last sign {ago} ago")
        return check("polling", words.format(owner=owner.words, ago=span(owner.silent)))
    words = _("{owner}; silent for {ago}: stopped, or stuck")
    mend = _("start qr-tui, or qr-tui watch: it takes over; then end the silent process")
    return check("polling", words.format(owner=owner.words, ago=span(owner.silent)), "warn", mend)


def _count(tasks: list[Task], file: Path) -> str:
    unfinished = sum(not task.final for task in tasks)
    words = _("{file}: whole, {total} tasks, {unfinished} unfinished, {size}")
    return words.format(file=file, total=len(tasks), unfinished=unfinished, size=size(file.stat().st_size))


def _keys(settings: config.Settings, keys: KeyRing) -> Iterator[Check]:
    try:
        host = config.base_url(settings)
    except Trouble as trouble:
        yield failed("address", trouble)
        return
    if address.is_insecure(host) and not settings.host.allow_plain_http:
        words = _("{host}: not encrypted, so the key is not sent there").format(host=host)
        yield check("address", words, "fail", _(WORDS[Kind.PLAIN_HTTP].hint))
    elif address.is_insecure(host):
        words = _("{host}: not encrypted, the key can be read on the way").format(host=host)
        yield check("address", words, "warn", _("use an https:// address"))
    else:
        yield check("address", host)
    key = keys.key_for(host)
    for source in keys.sources(host):
        if source.note:
            state: Literal["ok", "warn"] = "warn" if not source.works and source.place != "keyring" else "ok"
            yield check(f"key {source.place}", translate(source.note), state, _("see the key's source"))
    if key is None:
        words = _("no key for {host}").format(host=host)
        yield check("key", words, "fail", _("set QUICKROUTER_API_KEY, or run: qr-tui config set-key"))
    else:
        words = _("from {source}, account {account}").format(source=_(_SOURCES[key.source]), account=key.account)
        yield check("key", words)


async def remote(settings: config.Settings, keys: KeyRing) -> list[Check]:
    """Return the checks that ask the host: reachable, key taken, balance, models."""
    try:
        host = config.base_url(settings)
    except Trouble:
        return []  # `local` has said so
    key = keys.key_for(host)
    if key is None:
        return [check("host", _("not asked: there is no key"), "warn", _("keep a key first"))]
    return await _ask(settings, host, key)


async def _ask(settings: config.Settings, host: str, key: Key) -> list[Check]:
    from qr_tui.api.client import QuickRouter

    try:
        client = QuickRouter(host, key, ca_file=settings.host.ca_file, allow_plain_http=settings.host.allow_plain_http)
    except Trouble as trouble:
        return [failed("host", trouble)]
    found: list[Check] = []
    try:
        try:
            models = await client.models()
        except Trouble as trouble:
            if trouble.kind in _HOST_KINDS:
                return [failed("host", trouble)]
            return [check("host", _("{host} answers").format(host=host)), failed("key test", trouble)]
        found.append(check("host", _("{host} answers").format(host=host)))
        found.append(check("key test", _("the host takes the key")))
        try:
            balance = await client.balance()
        except Trouble as trouble:
            found.append(failed("balance", trouble, "warn"))
        else:
            found.append(_balance(balance.remaining if balance else None, known=balance is not None))
        found.append(_models([model.id for model in models], config.catalogue(settings)))
    finally:
        await client.aclose()
    return found


def _balance(remaining: float | None, *, known: bool) -> Check:
    if not known:
        return check("balance", _("this host does not tell"))
    if remaining is None:
        return check("balance", _("unlimited"))
    words = _("{credits} credits left").format(credits=f"{remaining:g}")
    return check("balance", words, "ok" if remaining > FEW_CREDITS else "fail", _("top up the account"))


def _models(offered: Iterable[str], catalogue: Catalogue) -> Check:
    names = set(offered)
    known = [model.id for model in catalogue if model.id in names]
    words = _("{count} models offered, {known} of them video models known here: {names}").format(
        count=len(names), known=len(known), names=listed(known[:12]) or "-"
    )
    if not known:
        return check("models", words, "warn", _("ask the provider which video models this key may use"))
    if DEFAULT_MODEL not in names:
        mend = _("{model}, the default, is not offered; choose with --model or F2").format(model=DEFAULT_MODEL)
        return check("models", words, "warn", mend)
    return check("models", words)


def is_failed(checks: Iterable[Check]) -> bool:
    """Tell whether anything must be mended."""
    return any(item.state == "fail" for item in checks)
