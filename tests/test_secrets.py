import copy
import json
import logging
import pickle
import stat
import sys
import threading
import traceback
import types
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest

from qr_tui import paths
from qr_tui.core.failures import Kind, Trouble
from qr_tui.secrets import Key, KeyRing, clean, hide, keyring_works, system

HOST = "https://api.quickrouter.ai"
OTHER = "https://relay.example"
ONE = "sk-first-0123456789abcdef"
TWO = "sk-second-0123456789abcde"


@pytest.fixture
def where(tmp_path: Path) -> paths.Paths:
    return paths.under(tmp_path)


@pytest.fixture
def ring(where: paths.Paths) -> KeyRing:
    return KeyRing(where, {})


def value(key: Key | None) -> str:
    assert key is not None
    return key.reveal()


# one key ---------------------------------------------------------------------------------------------------------


def test_a_key_never_shows() -> None:
    key = Key(ONE, "file", HOST)
    shown = [
        repr(key),
        str(key),
        f"{key}",
        f"{key!r}",
        repr([key]),
        repr({"k": key}),
        repr(vars(types.SimpleNamespace(k=key))),
    ]
    assert not any(ONE in text for text in shown)
    assert key.account in repr(key)
    assert len(key.account) == 12
    for write in (
        pickle.dumps,
        msgspec.json.encode,
        msgspec.to_builtins,
        msgspec.msgpack.encode,
        json.dumps,
        vars,
    ):
        with pytest.raises(TypeError) as caught:
            write(key)
        assert ONE not in "".join(traceback.format_exception(caught.value))
    try:
        raise ValueError(key)
    except ValueError as error:
        assert ONE not in "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def test_copies_are_the_key_itself() -> None:
    key = Key(ONE, "file", HOST)
    assert copy.copy(key) is key
    assert copy.deepcopy([key])[0] is key


def test_keys_are_equal_by_value_and_host() -> None:
    assert Key(ONE, "file", HOST) == Key(ONE, "memory", HOST)
    assert hash(Key(ONE, "file", HOST)) == hash(Key(ONE, "memory", HOST))
    assert Key(ONE, "file", HOST) != Key(TWO, "file", HOST)
    assert Key(ONE, "file", HOST) != Key(ONE, "file", OTHER)
    assert Key(ONE, "file", HOST) != ONE
    assert Key(ONE, "file", HOST).account != Key(TWO, "file", HOST).account


@pytest.mark.parametrize(
    "bad", ["", "  \n", "sk-hunter2 key", "sk-hunter2\x00", "sk-hunter2-é", "密钥", "x\u200by", "k" * 5000]
)
def test_what_cannot_be_a_key_is_refused_without_repeating_it(bad: str) -> None:
    with pytest.raises(Trouble) as caught:
        clean(bad)
    assert caught.value.kind is Kind.USAGE
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    assert clean(f" {ONE}\n") == ONE


def test_every_key_held_is_hidden() -> None:
    odd = "Zq9-odd-shaped-key-without-prefix"
    assert odd in hide(f"before {odd} after")
    Key(odd, "memory", HOST)
    assert odd not in hide(f"before {odd} after")


# which key -------------------------------------------------------------------------------------------------------


def test_without_any_key(ring: KeyRing) -> None:
    assert ring.key_for(HOST) is None
    assert ring.key_for(HOST, "abc") is None


def test_the_environments_key_goes_to_one_host_only(where: paths.Paths) -> None:
    env = {"QUICKROUTER_API_KEY": f" {ONE}\n"}
    ring = KeyRing(where, env, base_url=f"{OTHER}/v1/")
    assert value(ring.key_for(OTHER)) == ONE
    assert ring.key_for(HOST) is None
    assert value(KeyRing(where, env).key_for(HOST)) == ONE
    named = KeyRing(where, env | {"QUICKROUTER_BASE_URL": OTHER})
    assert named.key_for(HOST) is None
    assert value(named.key_for(OTHER)) == ONE


def test_order_and_the_key_that_paid(where: paths.Paths) -> None:
    ring = KeyRing(where, {"QUICKROUTER_API_KEY": "sk-environment-0123456789"})
    in_file = KeyRing(where, {}).save(HOST, ONE, "file")
    assert in_file.source == "file"
    used = ring.key_for(HOST)
    assert used is not None
    assert used.source == "environment"
    # a task paid with the key on file is looked at with that one
    assert value(ring.key_for(HOST, in_file.account)) == ONE
    assert ring.key_for(HOST, "not-at-hand") == used
    # a key typed now is used now, whatever the environment says: it may be the one that was refused
    ring.save(HOST, TWO, "memory")
    assert value(ring.key_for(HOST)) == TWO
    assert value(ring.key_for(HOST, used.account)) == used.reveal()


def test_several_keys_of_a_host_newest_first(where: paths.Paths, ring: KeyRing) -> None:
    one = ring.save(HOST, ONE, "file")
    ring.save(f"{HOST}/v1", TWO, "file")
    later = KeyRing(where, {})
    assert value(later.key_for(HOST)) == TWO
    assert value(later.key_for(HOST, one.account)) == ONE
    ring.save(HOST, ONE, "file")
    assert value(later.key_for(HOST)) == ONE  # another process's save is seen
    for number in range(20):
        ring.save(HOST, f"sk-many-{number:020}", "file")
    assert where.key_file.read_text().count("sk-") == 8


def test_memory_is_forgotten_with_the_process(where: paths.Paths, ring: KeyRing) -> None:
    ring.save(HOST, ONE, "memory")
    assert value(ring.key_for(HOST)) == ONE
    assert not where.key_file.exists()
    assert KeyRing(where, {}).key_for(HOST) is None


def test_a_bad_key_is_not_saved(where: paths.Paths, ring: KeyRing) -> None:
    for place in ("file", "memory"):
        with pytest.raises(Trouble):
            ring.save(HOST, "two words", place)
    assert ring.key_for(HOST) is None
    assert not where.key_file.exists()


def test_a_mangled_variable_is_said_and_not_used(where: paths.Paths) -> None:
    ring = KeyRing(where, {"QUICKROUTER_API_KEY": "sk-hunter2 x"})
    assert ring.key_for(HOST) is None
    source = ring.sources(HOST)[0]
    assert not source.works
    assert source.note
    assert "hunter2" not in repr(ring.sources(HOST))


def test_forget(where: paths.Paths) -> None:
    ring = KeyRing(where, {"QUICKROUTER_API_KEY": "sk-environment-0123456789"})
    ring.save(HOST, ONE, "file")
    ring.save(OTHER, TWO, "file")
    assert ring.forget(HOST) == ["memory", "file"]
    assert ring.forget(HOST) == []
    used = ring.key_for(HOST)
    assert used is not None
    assert used.source == "environment"
    assert value(KeyRing(where, {}).key_for(OTHER)) == TWO
    assert ONE not in where.key_file.read_text()


def test_sources_tell_which_key_never_the_key(where: paths.Paths) -> None:
    ring = KeyRing(where, {"QUICKROUTER_API_KEY": ONE})
    ring.save(HOST, TWO, "file")
    by_place = {source.place: source for source in ring.sources(HOST)}
    assert list(by_place) == ["environment", "keyring", "file"]
    assert by_place["environment"].account == Key(ONE, "file", HOST).account
    assert by_place["file"].account == Key(TWO, "file", HOST).account
    assert by_place["keyring"].account == ""
    assert "for another host" in str(ring.sources(OTHER)[0].note)
    assert ONE not in repr(ring.sources(HOST))


# the file --------------------------------------------------------------------------------------------------------


def test_the_file_is_private_and_readable_toml(where: paths.Paths, ring: KeyRing) -> None:
    import tomllib

    ring.save(HOST, ONE, "file")
    assert stat.S_IMODE(where.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(where.config.stat().st_mode) == 0o700
    assert tomllib.loads(where.key_file.read_text()) == {"hosts": {HOST: [ONE]}}
    assert [found.name for found in where.config.iterdir()] == ["keys.toml"]


def test_rights_that_are_too_wide_are_mended_and_said(where: paths.Paths, ring: KeyRing) -> None:
    ring.save(HOST, ONE, "file")
    where.key_file.chmod(0o644)
    later = KeyRing(where, {})
    assert value(later.key_for(HOST)) == ONE
    assert stat.S_IMODE(where.key_file.stat().st_mode) == 0o600
    assert "0600" in str(later.sources(HOST)[2].note)
    where.config.chmod(0o755)
    later.save(HOST, TWO, "file")
    assert stat.S_IMODE(where.config.stat().st_mode) == 0o700


def test_a_file_written_by_hand(where: paths.Paths, ring: KeyRing) -> None:
    paths.make(where.config)
    where.key_file.write_text(f'[hosts]\n"{HOST}/v1/" = " {ONE} "\n"{OTHER}" = ["two words", "{TWO}"]\n')
    assert value(ring.key_for(HOST)) == ONE
    assert value(ring.key_for(OTHER)) == TWO


@pytest.mark.parametrize(
    "text",
    [
        "[hosts\n",
        '[hosts]\n"sk-hunter2" = = ',
        "hosts = 3",
        "[hosts]\na = 3",
        "keyring = 5",
        '[hosts]\n"ftp://x" = []',
        "\xff",
    ],
)
def test_a_damaged_file_is_said_never_quoted_never_overwritten(where: paths.Paths, text: str) -> None:
    paths.make(where.config)
    where.key_file.write_bytes(text.encode("latin-1"))
    ring = KeyRing(where, {"QUICKROUTER_API_KEY": ONE})
    assert value(ring.key_for(HOST)) == ONE
    source = ring.sources(HOST)[2]
    assert not source.works
    assert str(where.key_file) in str(source.note)
    for change in (lambda: ring.save(HOST, TWO, "file"), lambda: ring.forget(HOST)):
        with pytest.raises(Trouble) as caught:
            change()
        assert caught.value.kind is Kind.CONFIG
        assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    assert where.key_file.read_bytes() == text.encode("latin-1")
    where.key_file.unlink()
    ring.save(HOST, TWO, "file")
    assert ring.sources(HOST)[2].works


def test_a_line_is_named_where_it_is_known(where: paths.Paths, ring: KeyRing) -> None:
    paths.make(where.config)
    where.key_file.write_text("[hosts]\n\nbroken\n")
    with pytest.raises(Trouble, match="line 3"):
        ring.save(HOST, ONE, "file")


def test_a_file_that_may_not_be_read_holds_no_keys(where: paths.Paths, ring: KeyRing) -> None:
    where.key_file.mkdir(parents=True)
    assert ring.key_for(HOST) is None


# the keyring -----------------------------------------------------------------------------------------------------


class Vault:
    """A system keyring that lives in memory."""

    held: ClassVar[dict[tuple[str, str], str]] = {}
    asked: ClassVar[list[str]] = []

    @staticmethod
    def get_password(service: str, name: str) -> str | None:
        Vault.asked.append(name)
        return Vault.held.get((service, name))

    @staticmethod
    def set_password(service: str, name: str, secret: str) -> None:
        Vault.held[service, name] = secret

    @staticmethod
    def delete_password(service: str, name: str) -> None:
        del Vault.held[service, name]


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Vault]]:
    Vault.held, Vault.asked = {}, []
    monkeypatch.setattr(system, "backend", lambda: Vault)
    monkeypatch.setattr(system, "keyring_works", lambda: (True, ""))
    yield Vault


def test_keys_in_the_keyring(where: paths.Paths, ring: KeyRing, vault: type[Vault]) -> None:
    one = ring.save(HOST, ONE, "keyring")
    ring.save(HOST, TWO, "keyring")
    assert ONE not in where.key_file.read_text()
    later = KeyRing(where, {})
    assert value(later.key_for(HOST)) == TWO
    found = later.key_for(HOST, one.account)
    assert found is not None
    assert (found.reveal(), found.source) == (ONE, "keyring")
    later.save(OTHER, ONE, "file")
    assert value(KeyRing(where, {}).key_for(HOST)) == TWO
    assert later.forget(HOST) == ["keyring"]
    assert vault.held == {}
    assert KeyRing(where, {}).key_for(HOST) is None


def test_the_keyring_is_asked_once_and_only_for_hosts_it_holds(
    where: paths.Paths, ring: KeyRing, vault: type[Vault]
) -> None:
    assert ring.key_for(HOST) is None
    assert vault.asked == []
    ring.save(HOST, ONE, "keyring")
    later = KeyRing(where, {})
    vault.asked.clear()
    assert [value(later.key_for(HOST)) for _ in range(3)] == [ONE] * 3
    assert vault.asked == [HOST]


def test_a_keyring_that_does_not_work_keeps_nothing(
    where: paths.Paths, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "keyring_works", lambda: (False, "locked"))
    with pytest.raises(Trouble, match="locked"):
        ring.save(HOST, ONE, "keyring")
    assert ring.key_for(HOST) is None
    assert not where.key_file.exists()


def test_a_keyring_that_refuses_is_said(ring: KeyRing, vault: type[Vault], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(service: str, name: str, secret: str) -> None:
        raise RuntimeError(f"no room for {secret}")

    monkeypatch.setattr(vault, "set_password", staticmethod(refuse))
    with pytest.raises(Trouble, match="refused the key") as caught:
        ring.save(HOST, ONE, "keyring")
    assert ONE not in "".join(traceback.format_exception(caught.value))


def test_a_keyring_that_hangs_is_left_alone() -> None:
    gate = threading.Event()
    try:
        assert system.ask(gate.wait, timeout=0.01) is None
    finally:
        gate.set()


def fake_library(monkeypatch: pytest.MonkeyPatch, backend: object, answer: object = None) -> None:
    import keyring

    def get(service: str, name: str) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(keyring, "get_password", get)


def test_whether_the_keyring_works(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends import chainer, fail, null

    for kind in (fail.Keyring, null.Keyring):
        fake_library(monkeypatch, kind())
        works, reason = keyring_works()
        assert (works, "no keyring" in str(reason)) == (False, True)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [])
    fake_library(monkeypatch, chainer.ChainerBackend())  # type: ignore[no-untyped-call]
    assert not keyring_works()[0]
    fake_library(monkeypatch, object())
    assert keyring_works() == (True, "")
    fake_library(monkeypatch, object(), RuntimeError("locked"))
    works, reason = keyring_works()
    assert (works, "locked" in str(reason)) == (False, True)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    works, reason = keyring_works()
    assert (works, "qr-tui[keyring]" in str(reason)) == (False, True)


def test_the_library_is_imported_only_when_asked(where: paths.Paths) -> None:
    import subprocess

    code = (
        "import sys; from qr_tui import paths, secrets; from pathlib import Path;"
        f"ring = secrets.KeyRing(paths.under(Path({str(where.config.parent)!r})), {{}});"
        "ring.save('https://x.example', 'sk-0123456789', 'file'); ring.key_for('https://x.example');"
        "print('keyring' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_nothing_is_logged_about_a_key(ring: KeyRing, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ring.save(HOST, ONE, "file")
        ring.key_for(HOST)
    assert ONE not in caplog.text
