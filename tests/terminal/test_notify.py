import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status, Task
from qr_tui.terminal.detect import detect
from qr_tui.terminal.notify import Mode, Notifier, notice_text
from tests.support.fake_programs import put, put_tmux

BOAT = "a paper boat"


def task(prompt: str = BOAT, status: Status = Status.DONE, failure: Failure | None = None) -> Task:
    return Task(
        key="k",
        model="sora-2-pro",
        prompt=prompt,
        base_url="https://x",
        created_at=0.0,
        status=status,
        failure=failure,
    )


class Rig:
    """A notifier over a terminal of the test's making; `fire` lets its timer go off."""

    def __init__(self, env: Mapping[str, str], mode: Mode = "full", *, utf8: bool = True) -> None:
        locale = {"LANG": "en_US.UTF-8" if utf8 else "C"}
        self.written: list[str] = []
        self.timers: list[tuple[float, Callable[[], Awaitable[None]]]] = []
        terminal = detect({"TERM": "xterm-256color", **locale, **env}, size=(80, 24), tty=True, platform="linux")
        self.notifier = Notifier(
            terminal,
            self.written.append,
            mode,
            set_timer=lambda seconds, call: self.timers.append((seconds, call)),
        )

    def notice(self, *tasks: Task) -> str:
        self.notifier.notify(tasks or [task()])
        self.fire()
        return "".join(self.written)

    def fire(self) -> None:
        for _seconds, call in self.timers:
            asyncio.run(self._await(call))
        self.timers.clear()

    @staticmethod
    async def _await(call: Callable[[], Awaitable[None]]) -> None:
        await call()


@pytest.mark.parametrize(
    ("env", "sent"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, "\x1b]9;qr-tui: video ready: a paper boat\a"),
        ({"TERM_PROGRAM": "WezTerm"}, "\x1b]9;qr-tui: video ready: a paper boat\a"),
        ({"TERM": "xterm-ghostty"}, "\x1b]9;qr-tui: video ready: a paper boat\a"),
        ({"TERM": "foot"}, "\x1b]777;notify;qr-tui;video ready: a paper boat\a"),
        # these may ignore it, so the bell rings as well
        ({"VTE_VERSION": "7600"}, "\x1b]777;notify;qr-tui;video ready: a paper boat\a\a"),
        ({"TERM": "rxvt-unicode"}, "\x1b]777;notify;qr-tui;video ready: a paper boat\a\a"),
        ({}, "\a"),
        ({"TERM": "linux"}, "\a"),
        ({"WT_SESSION": "1"}, "\a"),
    ],
)
def test_each_terminal_gets_the_notice_it_knows(env: dict[str, str], sent: str) -> None:
    assert Rig(env).notice() == sent


def test_kitty_gets_title_and_body_in_base64() -> None:
    head, body, rest = Rig({"TERM": "xterm-kitty"}).notice().split("\x1b\\")
    assert rest == ""
    assert head == "\x1b]99;i=qr-tui:d=0:e=1;" + base64.b64encode(b"qr-tui").decode()
    assert body == "\x1b]99;i=qr-tui:d=1:p=body:e=1;" + base64.b64encode(b"video ready: a paper boat").decode()


def test_modes() -> None:
    assert Rig({"TERM": "xterm-kitty"}, "off").notice() == ""
    assert Rig({"TERM": "xterm-kitty"}, "bell").notice() == "\a"


def test_the_mode_may_be_changed_while_a_notice_gathers() -> None:
    rig = Rig({})
    rig.notifier.notify([task()])
    rig.notifier.mode = "off"
    rig.fire()
    assert rig.written == []


def test_what_finishes_together_is_one_notice() -> None:
    rig = Rig({"TERM_PROGRAM": "WezTerm"})
    rig.notifier.notify([task()])
    rig.notifier.notify([task(), task(status=Status.FAILED)])
    assert len(rig.timers) == 1
    rig.fire()
    assert rig.written == ["\x1b]9;qr-tui: 2 videos ready · 1 failed\a"]
    rig.notifier.notify([task()])
    rig.fire()
    assert rig.written[1:] == ["\x1b]9;qr-tui: video ready: a paper boat\a"]


def test_words_say_why_one_failed() -> None:
    failure = Failure(kind=Kind.REAL_PEOPLE, detail="…")
    assert notice_text([task(status=Status.FAILED, failure=failure)]) == "video failed (real people): a paper boat"
    assert notice_text([task(status=Status.FAILED)] * 2) == "2 failed"


HOSTILE = "x\x1b]52;c;aGk=\a\x1b[2J\x9b31m\u202e;5;\nnext"


@pytest.mark.parametrize(
    "env", [{"TERM_PROGRAM": "iTerm.app"}, {"TERM": "foot"}, {"TERM": "xterm-kitty"}, {"VTE_VERSION": "1"}]
)
def test_a_hostile_prompt_cannot_break_out(env: dict[str, str]) -> None:
    sent = Rig(env).notice(task(HOSTILE))
    inner = sent.replace("\x1b]9;", "").replace("\x1b]777;", "").replace("\x1b]99;", "")
    inner = inner.replace("\x1b\\", "").removesuffix("\a").removesuffix("\a")
    assert inner.isprintable(), inner
    if "notify" in inner:
        assert inner.count(";") == 2


def test_without_utf8_a_notice_is_ascii() -> None:
    sent = Rig({"TERM_PROGRAM": "iTerm.app"}, utf8=False).notice(task("一只纸船"))
    assert sent == "\x1b]9;qr-tui: video ready: ????\a"


@pytest.mark.parametrize(
    ("passthrough", "answer", "sent"),
    [
        ("on", "WezTerm 2024", "\x1bPtmux;\x1b\x1b]9;qr-tui: video ready: a paper boat\a\x1b\\\a"),
        ("on", "", "\a"),
        ("0", "WezTerm 2024", "\a"),
    ],
)
def test_inside_tmux_it_is_wrapped_where_that_is_allowed_and_the_bell_marks_the_window(
    tmp_path: Path, passthrough: str, answer: str, sent: str
) -> None:
    put_tmux(tmp_path, passthrough=passthrough, answer=answer)
    inside = {"TMUX": "/tmp/none,1,0", "TERM": "tmux-256color", "PATH": str(tmp_path)}
    assert Rig(inside).notice() == sent


def test_inside_a_tmux_that_does_not_answer_the_bell_is_left(tmp_path: Path) -> None:
    put(tmp_path, "tmux", "sys.exit(1)")
    assert Rig({"TMUX": "/tmp/none,1,0", "TERM": "screen", "PATH": str(tmp_path)}).notice() == "\a"


def test_inside_screen_it_is_wrapped_without_an_inner_end() -> None:
    sent = Rig({"STY": "1.x", "TERM": "screen.xterm-kitty"}).notice()
    assert sent.endswith("\a")
    for piece in sent.removesuffix("\a").split("\x1b\\")[:-1]:
        assert piece.startswith("\x1bP")
    assert "qr-tui:d=0" in sent


def test_the_title_is_set_once_per_change_and_given_back() -> None:
    rig = Rig({})
    rig.notifier.set_title("3 running")
    rig.notifier.set_title("3 running")
    rig.notifier.set_title("")
    rig.notifier.close()
    rig.notifier.close()
    assert rig.written == [
        "\x1b[22;2t\x1b]2;qr-tui: 3 running\x1b\\",
        "\x1b]2;qr-tui\x1b\\",
        "\x1b]2;\x1b\\\x1b[23;2t",
    ]


def test_a_title_that_was_never_set_is_not_taken_back() -> None:
    rig = Rig({})
    rig.notifier.close()
    assert rig.written == []


@pytest.mark.parametrize("env", [{"TERM": "linux"}, {"TERM": "dumb"}])
def test_no_title_where_there_is_none(env: dict[str, str]) -> None:
    rig = Rig(env)
    rig.notifier.set_title("3 running")
    assert rig.written == []


def test_screen_keeps_no_stack_of_titles() -> None:
    rig = Rig({"STY": "1.x", "TERM": "screen"})
    rig.notifier.set_title("x")
    rig.notifier.close()
    assert rig.written == ["\x1b]2;qr-tui: x\x1b\\", "\x1b]2;\x1b\\"]


def test_a_hostile_title_is_inert() -> None:
    rig = Rig({})
    rig.notifier.set_title("x\x1b\\\x1b]52;c;aGk=\a")
    assert rig.written == ["\x1b[22;2t\x1b]2;qr-tui: x·\\·]52;c;aGk=·\x1b\\"]


def test_a_terminal_that_is_gone_hurts_nobody() -> None:
    rig = Rig({})

    def gone(_text: str) -> None:
        raise OSError(5, "Input/output error")

    rig.notifier._write = gone
    rig.notice()
    rig.notifier.set_title("x")
    rig.notifier.close()
