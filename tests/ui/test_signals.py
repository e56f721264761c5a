"""Ending and sleeping: is the terminal there, is there a shell to come back to, and does a signal save everything."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from qr_tui.ui import signals
from qr_tui.ui.app import QrTui
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_app_context, make_task


def test_a_terminal_is_there_until_its_other_end_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs) as stdin:
        monkeypatch.setattr(sys, "__stdin__", stdin)
        assert signals.terminal_there()
        os.close(ours)
        assert not signals.terminal_there()


def test_no_standard_input_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stdin__", None)
    assert not signals.terminal_there()


@pytest.mark.parametrize(
    ("session", "group", "may"),
    [(7, 1, True), (8, 1, False), (7, 2, False)],
    ids=["a shell with job control", "no shell of our session", "our parent stops with us"],
)
def test_sleep_only_where_a_shell_can_wake_us(
    monkeypatch: pytest.MonkeyPatch, session: int, group: int, may: bool
) -> None:
    monkeypatch.setattr(os, "getppid", lambda: 100)
    monkeypatch.setattr(os, "getsid", lambda pid: session if pid else 7)
    monkeypatch.setattr(os, "getpgid", lambda _pid: group)
    monkeypatch.setattr(os, "getpgrp", lambda: 2)
    assert signals.may_suspend() is may


def test_a_signal_closes_the_engine_once_and_ends_with_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guards: list[tuple[float, Any]] = []

    class Guard:
        daemon = False

        def __init__(self, seconds: float, _function: object, args: tuple[int]) -> None:
            guards.append((seconds, args))

        def start(self) -> None:
            """Nobody is ended by a test."""

    monkeypatch.setattr("qr_tui.ui.signals.threading.Timer", Guard)
    studio = FakeStudio([make_task()])
    app = QrTui(make_app_context(tmp_path, studio))

    async def go() -> None:
        async with app.run_test() as pilot:
            while app._studio is None:
                await pilot.pause(0.01)
            app._signals.leave(int(signal.SIGHUP))
            app._signals.leave(int(signal.SIGTERM))
            while not studio.closed:
                await pilot.pause(0.01)

    asyncio.run(go())
    assert app.return_code == 128 + signal.SIGHUP
    assert guards == [(signals.GRACE, (128 + signal.SIGHUP,))]


def test_sleep_without_a_shell_says_so(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("ctrl+z")
        assert it.toasts == ["there is no shell here to come back from"]
        assert it.studio.called("suspend") == []

    run(tmp_path, [make_task()], script)


def test_waking_up_resumes_the_engine(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.app.app_resume_signal.publish(it.app)
        await it.settle()
        assert it.studio.called("resume") == [None]

    run(tmp_path, [make_task()], script)
