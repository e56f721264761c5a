"""The terminal lent to another program for a while, and taken back whatever becomes of that program."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App, SuspendNotSupported

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Message
from qr_tui.terminal import editor

T = TypeVar("T")


async def suspended(app: App[Any], work: Callable[[], T]) -> T:
    """Do `work` in a thread while it has the terminal; the engine goes on meanwhile, the screen waits.

    Raises:
        Trouble: USAGE, this terminal cannot be handed over; or what `work` raises, once the screen is back.
    """
    done: list[T] = []
    failed: BaseException | None = None
    try:
        with app.batch_update(), app.suspend(), editor.leave_interrupts_to_editor():
            try:
                done.append(await asyncio.to_thread(work))
            except BaseException as error:  # what leaves `suspend` by an exception leaves the app without a terminal
                failed = error
    except SuspendNotSupported:
        raise Trouble(Kind.USAGE, Message(N_("this terminal cannot be handed over to an editor"))) from None
    if failed is not None:
        raise failed
    return done[0]
