"""The key queue by itself: what is kept, what is handed out, what goes nowhere."""

import asyncio
from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App

from qr_tui.ui.textual_fixes.typeahead import EscapeThen, KeyQueue


class Bench:
    """A queue over an app that does nothing with keys."""

    def __init__(self) -> None:
        self.app: App[None] = App()
        self.delivered: list[str] = []
        self.unseen: list[str] = []
        self.can_see = True
        self.queue = KeyQueue(
            self.app,
            self.deliver,
            binds=lambda key: key == "alt+j",
            can_see=lambda: self.can_see,
            unseen=self.unseen.append,
        )

    async def deliver(self, event: events.Event) -> None:
        self.delivered.append(event.key if isinstance(event, events.Key) else "paste")

    async def type(self, *keys: str) -> None:
        for key in keys:
            await self.queue.take(events.Key(key, key))

    def run(self, script: Callable[[], Awaitable[None]]) -> None:
        async def go() -> None:
            async with self.app.run_test() as pilot:
                await script()
                while not self.queue.all_read:
                    await pilot.pause(0.01)

        asyncio.run(go())


def test_a_key_waits_until_the_one_before_it_has_been_dealt_with() -> None:
    bench = Bench()

    async def script() -> None:
        await bench.type("a", "b")
        assert bench.delivered == ["a"]
        assert bench.queue.touched

    bench.run(script)
    assert bench.delivered == ["a", "b"]


def test_what_is_held_is_let_go_once_all_who_hold_it_agree() -> None:
    bench = Bench()

    async def script() -> None:
        first, second = bench.queue.hold(), bench.queue.hold()
        await bench.type("a")
        first()
        first()
        await asyncio.sleep(0)
        assert bench.delivered == []
        second()

    bench.run(script)
    assert bench.delivered == ["a"]


def test_a_screen_that_is_ready_lets_everything_go() -> None:
    bench = Bench()

    async def script() -> None:
        bench.queue.hold()
        bench.queue.hold()
        await bench.type("a")
        bench.queue.release_all()

    bench.run(script)
    assert bench.delivered == ["a"]


def test_what_cannot_be_seen_is_not_handed_out() -> None:
    bench = Bench()

    async def script() -> None:
        bench.can_see = False
        await bench.type("q")
        await bench.queue.take(events.Paste("text"))
        bench.can_see = True
        await bench.type("a")

    bench.run(script)
    assert bench.unseen == ["q"]
    assert bench.delivered == ["a"]


def test_alt_with_a_key_is_one_key_only_where_a_command_has_it() -> None:
    bench = Bench()

    async def script() -> None:
        await bench.queue.take(EscapeThen("alt+j", "j"))
        await bench.queue.take(EscapeThen("alt+k", "k"))

    bench.run(script)
    assert bench.delivered == ["alt+j", "escape", "k"]
