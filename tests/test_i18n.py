from collections.abc import Iterator
from pathlib import Path

import pytest

from qr_tui import i18n
from qr_tui.commands.registry import COMMANDS
from qr_tui.config.describe import HELP
from qr_tui.core.catalogue import BUILT_IN
from qr_tui.core.failures import WORDS
from qr_tui.core.sorting import ORDERS
from qr_tui.core.text.messages import N_
from tests.support.tools import messages

SOURCE = """
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _, ngettext

WORD = N_("kept")
def say(n, name):
    _("hello {name}").format(name=name)
    _("two "
      "halves")
    ngettext("{n} task", "{n} tasks", n).format(n=n)
    _(WORD)
"""


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.install("en")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "qr_tui"
    folder.mkdir()
    (folder / "code.py").write_text(SOURCE)
    return folder


def translate(package: Path, **texts: str) -> None:
    path = messages.po_file("zh_CN", package)
    lines = path.read_text().split("\n")
    for place, line in enumerate(lines):
        for word, translation in texts.items():
            if line.startswith(("msgid ", "msgid_plural ")) and word in line:
                slot = next(i for i in range(place, place + 3) if lines[i].startswith("msgstr"))
                lines[slot] = f'{lines[slot].split(" ")[0]} "{translation}"'
    path.write_text("\n".join(lines))


def complete(package: Path) -> None:
    messages.update("zh_CN", package)
    translate(package, kept="保留", hello="你好 {name}", halves="两半", tasks="{n} 个任务")
    messages.compile_("zh_CN", package)


# which language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "env", "language"),
    [
        ("", {}, "en"),
        ("auto", {"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ("", {"LANG": "C"}, "en"),
        ("", {"LANG": "de_DE.UTF-8"}, "en"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("zh_CN", {"LANG": "C", "QR_TUI_LANG": "en"}, "zh_CN"),
        ("auto", {"QR_TUI_LANG": "zh", "LANG": "en_US.UTF-8"}, "zh_CN"),
        ("auto", {"QR_TUI_LANG": "en", "LC_ALL": "zh_CN.UTF-8"}, "en"),
        ("auto", {"QR_TUI_LANG": "auto", "LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ("auto", {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ("auto", {"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh_CN"),
    ],
)
def test_choice(setting: str, env: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QR_TUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert i18n.choose(setting) == language
    assert language in i18n.LANGUAGES


def test_without_a_catalogue_it_speaks_english() -> None:
    i18n.install("tlh")
    assert i18n._("running") == "running"
    assert i18n._("") == ""
    assert i18n.ngettext("{n} task", "{n} tasks", 1) == "{n} task"
    assert i18n.ngettext("{n} task", "{n} tasks", 3) == "{n} tasks"
    assert N_("x") == "x"


def test_with_a_catalogue_it_speaks_its_language(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    complete(package)
    monkeypatch.setattr(i18n, "_LOCALE", package / "locale")
    i18n.install("zh_CN")
    assert i18n._("kept") == "保留"
    assert i18n._("hello {name}").format(name="x") == "你好 x"
    assert i18n._("two halves") == "两半"
    assert i18n.ngettext("{n} task", "{n} tasks", 1).format(n=1) == "1 个任务"
    assert i18n._("") == ""
    assert i18n._("never heard of") == "never heard of"
    i18n.install("en")
    assert i18n._("kept") == "kept"


# the tool --------------------------------------------------------------------------------------------------------


def test_extraction(package: Path) -> None:
    found = {message.id for message in messages.extract(package) if message.id}
    assert found == {"kept", "hello {name}", "two halves", ("{n} task", "{n} tasks")}


def test_what_the_program_marks_is_found() -> None:
    found = {message.id for message in messages.extract() if message.id}
    marked = {text for words in WORDS.values() for text in words}
    marked |= {text for command in COMMANDS for text in (command.title, command.help)}
    marked |= {text for model in BUILT_IN for text in (model.note, model.images_help) if text}
    for field in (field for model in BUILT_IN for field in model.fields):
        marked |= {text for text in (field.label, field.help, field.help_on, field.help_off) if text}
    marked |= {order.title for order in ORDERS.values()} | set(HELP.values())
    assert marked <= found


def test_every_message_of_the_program_is_plain() -> None:
    assert list(messages.unreadable()) == []


@pytest.mark.parametrize(
    "line", ['_(f"hello {n}")', '_("a" + n)', '_("a %s" % n)', '_("{a}".format(a=1))', "N_(word)", 'i18n._(f"{x}")']
)
def test_a_message_put_together_is_found_out(package: Path, line: str) -> None:
    (package / "other.py").write_text(f"\n{line}\n")
    assert list(messages.unreadable(package)) == ["not a plain message: qr_tui/other.py:2"]


def test_a_complete_catalogue_has_nothing_to_say(package: Path) -> None:
    complete(package)
    assert messages.check("zh_CN", package) == []


def test_update_keeps_translations_and_drops_what_is_gone(package: Path) -> None:
    complete(package)
    before = messages.po_file("zh_CN", package).read_bytes()
    assert messages.update("zh_CN", package) == before
    (package / "code.py").write_text(SOURCE.replace('N_("kept")', 'N_("fresh")'))
    messages.update("zh_CN", package)
    text = messages.po_file("zh_CN", package).read_text()
    assert "kept" not in text
    assert "你好 {name}" in text
    assert "个任务" in text
    assert "untranslated: 'fresh'" in messages.check("zh_CN", package)


def test_both_files_are_the_same_wherever_they_are_made(package: Path, tmp_path: Path) -> None:
    complete(package)
    twin = tmp_path / "elsewhere" / "qr_tui"
    twin.mkdir(parents=True)
    (twin / "code.py").write_text("\n\n\n" + SOURCE)
    complete(twin)
    for suffix in (".po", ".mo"):
        one, two = (messages.po_file("zh_CN", where).with_suffix(suffix) for where in (package, twin))
        assert one.read_bytes() == two.read_bytes()
    text = messages.po_file("zh_CN", package).read_text()
    assert "Date" not in text
    assert str(tmp_path) not in text


def test_the_compiled_catalogue_reads_back(package: Path) -> None:
    complete(package)
    found = messages.read_back(messages.compiled("zh_CN", package))
    assert found.gettext("kept") == "保留"
    assert found.ngettext("{n} task", "{n} tasks", 5) == "{n} 个任务"
    assert found.info()["language"] == "zh_CN"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"kept": ""}, "untranslated: 'kept'"),
        ({"tasks": ""}, "untranslated: '{n} task'"),
        ({"hello": "你好"}, "places differ: 'hello {name}' has ['name'], its translation []"),
        ({"hello": "你好 {nmae}"}, "places differ: 'hello {name}' has ['name'], its translation ['nmae']"),
        ({"hello": "你好 {name"}, "broken braces: 'hello {name}'"),
        ({"kept": "保留 {x}"}, "places differ: 'kept' has [], its translation ['x']"),
        ({"kept": " 保留"}, "space at an end differs: 'kept'"),
    ],
)
def test_a_faulty_translation_is_found_out(package: Path, texts: dict[str, str], said: str) -> None:
    complete(package)
    translate(package, **texts)
    messages.compile_("zh_CN", package)
    assert messages.check("zh_CN", package) == [said]


def test_fuzzy_stale_missing_and_uncompiled_are_found_out(package: Path) -> None:
    assert "missing: 'kept'" in messages.check("zh_CN", package)
    complete(package)
    path = messages.po_file("zh_CN", package)
    sound = path.read_text()
    path.write_text(sound.replace('msgid "kept"', '#, fuzzy\nmsgid "kept"'))
    messages.compile_("zh_CN", package)
    assert messages.check("zh_CN", package) == ["fuzzy: 'kept'"]
    assert messages.read_back(messages.compiled("zh_CN", package)).gettext("kept") == "kept"
    path.write_text(sound + '\nmsgid "gone"\nmsgstr "没了"\n')
    messages.compile_("zh_CN", package)
    assert messages.check("zh_CN", package) == ["stale: 'gone'"]
    path.write_text(sound.replace("保留", "留下"))
    messages.compile_("zh_CN", package)
    path.write_text(sound)
    assert messages.check("zh_CN", package) == ["not compiled: qr_tui.mo; run: make messages"]


def test_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.main(["extract"]) == 0
    assert "'The balance is used up'" in capsys.readouterr().out
    assert messages.main(["missing"]) == 0
    assert messages.main(["check"]) == bool(messages.problems())
    assert messages.main([]) == 2
    assert messages.main(["nonsense"]) == 2
    assert "update | compile | check | missing | extract" in capsys.readouterr().err
