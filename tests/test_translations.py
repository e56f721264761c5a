"""The catalogues are complete, and what they say fits where it is shown."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qr_tui import i18n
from qr_tui.cli import task_words
from qr_tui.cli.main import run as command_line
from qr_tui.commands.registry import COMMANDS
from qr_tui.core.catalogue import BUILT_IN, Catalogue
from qr_tui.core.failures import WORDS, Kind
from qr_tui.core.status_words import STATUS_WORDS
from qr_tui.core.task import Failure, FileState, Status
from qr_tui.core.text.display import cells, inert
from qr_tui.i18n import _, clauses, listed, sentences, span
from qr_tui.ui.tasks.task_row import STATE_CELLS, TITLES, USUAL, layout, render_row
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.glyphs import UNICODE
from qr_tui.ui.theme.palettes import DARK
from tests.support import driving
from tests.support.driving import Run
from tests.support.fake_app import NOW, make_task
from tests.support.tools import messages

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    i18n.install("en")


@pytest.fixture(params=i18n.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    i18n.install(request.param)
    return str(request.param)


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QR_TUI_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    i18n.install(i18n.choose())


# the catalogues --------------------------------------------------------------------------------------------------


def test_every_message_is_translated_and_compiled() -> None:
    assert messages.problems() == []


ENGINE_ROOMS = ("core", "api", "store", "services", "config", "secrets")
CARRIERS = {"Trouble", "CallFailed", "Failure", "Notice", "Concern", "HostChanged", "FileTrouble", "Mistake", "lost"}


@pytest.mark.parametrize("room", ENGINE_ROOMS)
def test_the_engine_says_nothing_in_a_language(room: str) -> None:
    """A detail is a `Message` or words from outside: a marked text alone would be shown untranslated for ever."""
    for path in (messages.PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CARRIERS:
                for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                    inner = argument.func if isinstance(argument, ast.Call) else None
                    assert not (isinstance(inner, ast.Name) and inner.id in ("_", "N_")), f"{path}:{node.lineno}"


def test_each_language_offered_has_its_catalogue() -> None:
    assert set(i18n.LANGUAGES) == {"en", *messages.LANGUAGES}


def test_only_names_and_frames_stay_without_chinese() -> None:
    kept = {"python", "id", "ID", "curl", "JSON", "↑↓ enter · esc", "up down enter, esc"}
    for text, translation in _pairs():
        left = re.sub(r"\{\w*\}|qr-tui", "", text)
        assert HAN.search(translation) or text in kept or left in ("", " of ") or not re.search("[a-z]", left), text


def test_sentences_have_chinese_punctuation() -> None:
    for text, translation in _pairs():
        if "tab next, " not in text and "enter copy, " not in text:  # these two are for terminals without Unicode
            assert not re.search("[\u4e00-\u9fff][,;!?]|您", translation), translation


def _pairs() -> Iterator[tuple[str, str]]:
    for message in messages.load("zh_CN"):
        if message.id:
            text = message.id if isinstance(message.id, str) else message.id[0]
            yield from ((text, translation) for translation in messages._texts(message))


# what is put together of them ------------------------------------------------------------------------------------


def test_sentences_are_joined_as_the_language_does(chinese: None) -> None:
    assert sentences("没有密钥", "请先保存。") == "没有密钥。请先保存。"
    assert sentences("是 https 吗？", "", "请检查。") == "是 https 吗？ 请检查。"
    assert clauses(["已移除 2 个", "按 u 恢复"]) == "已移除 2 个，按 u 恢复"
    assert listed(["dark", "light"]) == "dark、light"
    i18n.install("en")
    assert sentences("No key", "", "Keep one.") == "No key. Keep one."
    assert sentences("Is it https?", "Check it.") == "Is it https? Check it."
    assert clauses(["removed 2", "u brings back", "1 kept"]) == "removed 2, u brings back, 1 kept"
    assert listed(["dark", "light"]) == "dark, light"
    assert (sentences(), clauses([]), listed([])) == ("", "", "")


# where it is shown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
def test_a_failure_fits_its_cell_of_the_list(language: str, kind: Kind) -> None:
    assert 0 < cells(_(WORDS[kind].short)) <= STATE_CELLS - 2


def test_the_list_has_every_column_at_80_cells(language: str) -> None:
    form = layout(80)
    assert set(dict(form.columns)) == {"state", *USUAL, "prompt"}
    for name, width in form.columns:
        room = width - 2 if name == "state" else width
        assert cells(_(TITLES[name])) <= room, name
    assert all(2 + cells(_(word)) <= STATE_CELLS for word in STATUS_WORDS.values())


@pytest.mark.parametrize("seconds", [59, 59 * 60, 12 * 3_600, 45 * 86_400])
def test_an_age_fits_its_cell_of_the_list(language: str, seconds: float) -> None:
    assert cells(span(seconds)) <= dict(layout(80).columns)["age"]


def test_a_row_is_chinese_and_exact(chinese: None) -> None:
    look = Appearance(UNICODE, DARK, Catalogue())

    def row(status: Status, **fields: Any) -> str:
        strip = render_row(make_task(status=status, **fields), layout(80), look, NOW)
        assert strip.cell_length == 80
        return strip.text

    assert "● 40% " in row(Status.RUNNING, progress=40.0)
    assert "● 3分/3–5分" in row(Status.RUNNING, progress=None, submitted_at=NOW - 180)
    assert " 2分 " in row(Status.WAITING, created_at=NOW - 120)
    assert "9:16 15s" in row(Status.RUNNING, parameters={"orientation": "portrait", "duration": 15})
    assert "✗ 含有真人" in row(Status.FAILED, failure=Failure(kind=Kind.REAL_PEOPLE))
    assert "✓ 已保存" in row(Status.DONE, file="/videos/a.mp4", file_state=FileState.SAVED)
    assert "! 回复丢失" in row(Status.UNCONFIRMED, id=None)


@pytest.mark.parametrize("status", list(Status))
def test_the_command_line_calls_a_status_as_the_app_does(language: str, status: Status) -> None:
    assert task_words.status_word(status) == _(STATUS_WORDS[status])


def test_titles_of_commands_are_short(language: str) -> None:
    for command in COMMANDS:
        assert cells(_(command.title)) <= 14, command.id
        if command.footer and language == "zh_CN":
            assert cells(_(command.title)) <= 9, command.id


def test_choices_of_a_form_are_told_apart(language: str) -> None:
    for model in BUILT_IN:
        labels = [_(field.label) for field in model.fields]
        assert len(set(labels)) == len(labels)
        for field in model.fields:
            shown = [inert(_(value)) for value in field.values if isinstance(value, str)]
            assert len(set(shown)) == len(shown)


@pytest.mark.usefixtures("chinese")
def test_the_footer_is_chinese_and_fits(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        footer = it.line[-1] or it.line[-2]
        assert cells(footer) == 80
        for words_ in ("n 新建", "y 复制 id", "enter 详情", "/ 筛选", "? 帮助", "q 退出"):
            assert words_ in footer
        assert "1 个生成中" in it.line[0]
        assert it.line[1].split()[:4] == ["状态", "已过", "画幅", "ID"]

    driving.run(tmp_path, [make_task(progress=40.0)], script)


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_help_is_chinese_and_fits(
    chinese: None,
    columns: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("QR_TUI_HOME", str(tmp_path))
    assert command_line(["--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("用法: qr-tui")
    for heading in ("选项:", "命令:", "示例:", "退出码："):
        assert heading in said
    assert "Options" not in said
    assert "Show this" not in said
    ours = [text for text in said.split("\n") if not text.startswith("    qr-tui")]
    # click itself keeps two cells free, and breaks no line that is narrower than fifty
    assert max(map(cells, ours)) <= max(50, min(columns, 100))
    assert not any(text.lstrip().startswith(("，", "。", "；", "、", "：", "）")) for text in ours)


@pytest.mark.usefixtures("chinese")
def test_a_slip_is_told_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QR_TUI_HOME", str(tmp_path))
    assert command_line(["list", "--lmit", "3"]) == 2
    assert "没有选项 '--lmit'。 是不是 '--limit'？" in capsys.readouterr().err
    assert command_line(["show", "nothing-like-it"]) == 2
    said = capsys.readouterr().err
    assert "没有这个任务：" in said
    assert "查看 id：qr-tui list" in said
