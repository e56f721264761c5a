"""What videos cost: estimates by a person's own prices, sums of what was sent, and the provider's own number."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from qr_tui.config import Settings
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.money import prices
from qr_tui.core.money.usage import Used, day_of, used
from qr_tui.core.task import Request, Task
from qr_tui.services.clock import Clock
from qr_tui.services.costs.balances import FILE, Balances, Sample
from qr_tui.services.hosts import Hosts
from qr_tui.services.task_index import TaskIndex
from qr_tui.store.purged_usage import PurgedUsage, path_of


class Money:
    """Everything that has a price; it sends nothing.

    Args:
        index: The tasks.
        hosts: The hosts, with their keys.
        store: The file of tasks.
        state: The folder of states.
        clock: The time.
        settings: Returns the settings of now.
        catalogue: Returns the models of now.
        host: Returns the base URL in use.
    """

    def __init__(
        self,
        index: TaskIndex,
        hosts: Hosts,
        *,
        store: Path,
        state: Path,
        clock: Clock,
        settings: Callable[[], Settings],
        catalogue: Callable[[], Catalogue],
        host: Callable[[], str],
    ) -> None:
        self._index = index
        self._hosts = hosts
        self._purged = PurgedUsage(path_of(store))
        self._balances = Balances(state / FILE, clock)
        self._settings = settings
        self._catalogue = catalogue
        self._host = host
        self._told_on = ""  # the day on which a low balance was told

    def estimate(self, request: Request) -> float | None:
        """Return the credits that one video of `request` costs by the prices of now, None where they do not say it."""
        catalogue = self._catalogue()
        return prices.estimate(self._settings().prices, catalogue.complete(request), catalogue)

    async def used(self) -> list[Used]:
        """Return what every task counts for in sums, removed ones and those that are gone too; reads the archives."""
        everything = await self._index.all_there_are()

        def price_of(task: Task) -> float | None:
            return self.estimate(task.request)

        return await asyncio.to_thread(lambda: [*(used(task, price_of) for task in everything), *self._purged.read()])

    async def ask_balance(self) -> Sample | None:
        """Ask the host in use what is left, and keep it; None where it does not tell.

        Raises:
            Trouble: It could not be asked.
        """
        host = self._host()
        key = await asyncio.to_thread(self._hosts.key, host)
        if key is None:
            raise Trouble(Kind.NO_KEY, host)
        balance = await (await self._hosts.client(key)).balance()
        if balance is None:
            return None
        return await asyncio.to_thread(self._balances.note, host, key.account, balance)

    def is_low(self, sample: Sample) -> bool:
        """Tell whether to speak of this balance: it is below a person's own limit, and they were not told today."""
        limit, day = self._settings().limits.warn_below, day_of(sample.at)
        if not limit or sample.remaining is None or sample.remaining >= limit or self._told_on == day:
            return False
        self._told_on = day
        return True

    def last_balance(self) -> Sample | None:
        """Return what the host in use has last said to be left."""
        key = self._hosts.key(self._host())
        return None if key is None else self._balances.last(self._host(), key.account)

    def used_at_provider(self, since: float) -> tuple[float, float] | None:
        """Return how many credits the account has used at the host, and since when, as far as it was asked."""
        key = self._hosts.key(self._host())
        return None if key is None else self._balances.used_since(self._host(), key.account, since)
