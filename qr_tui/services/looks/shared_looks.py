"""One look at several tasks, on routes that have such a call: it saves looks, and is never needed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from qr_tui.core.answers import CallFailed, QueryResult
from qr_tui.core.routes import Route
from qr_tui.core.task import Task
from qr_tui.services.clock import Clock

if TYPE_CHECKING:
    from qr_tui.api.client import QuickRouter

FRESH: Final = 5.0  # seconds that an answer about a task stands for a look at it
AT_ONCE: Final = 20  # tasks asked for together


class _Way(NamedTuple):
    """Whom the tasks that may be asked for together have in common."""

    base_url: str
    account: str
    path: str


class SharedLooks:
    """Asks for a task, and for others that are due with it where the route can.

    A route is asked for several only after it has answered about one: an odd answer is then the call's, not the
    route's. When it fails once it is not tried again, and each task is looked at alone.

    Args:
        route_of: Returns the route of a name.
        clock: Seconds.
    """

    def __init__(self, route_of: Callable[[str], Route | None], clock: Clock) -> None:
        self._route_of = route_of
        self._clock = clock
        self._proved: set[_Way] = set()
        self._refused: set[_Way] = set()
        self._answers: dict[str, tuple[float, QueryResult]] = {}

    async def query(
        self, client: "QuickRouter", task: Task, account: str, due: Callable[[], Sequence[Task]]
    ) -> QueryResult:
        """Look at `task`.

        Args:
            client: For its host, with its key.
            task: The task.
            account: The account that asks.
            due: Returns the tasks that are due with it.

        Raises:
            CallFailed: The look failed.
        """
        at, known = self._answers.pop(task.key, (0.0, None))
        if known is not None and self._clock.steady() - at <= FRESH:
            return known
        way = _Way(task.base_url, account, task.looked_at)
        many = self._path(task)
        if many and way in self._proved and way not in self._refused:
            found = await self._ask(client, task, way, many, due())
            if found is not None:
                return found
        result = await client.query(task.id or "", task.looked_at)
        if many:
            self._proved.add(way)
        return result

    async def _ask(
        self, client: "QuickRouter", task: Task, way: _Way, path: str, due: Sequence[Task]
    ) -> QueryResult | None:
        same = [other for other in due if other.key != task.key and other.id and self._is_on(other, way)]
        if not same:
            return None
        asked = [task, *same[: AT_ONCE - 1]]
        try:
            found = await client.query_many([one.id or "" for one in asked], path)
        except CallFailed:
            self._refused.add(way)
            return None
        now = self._clock.steady()
        self._answers = {key: kept for key, kept in self._answers.items() if now - kept[0] <= FRESH}
        self._answers |= {one.key: (now, found[one.id]) for one in same if one.id in found}
        return found.get(task.id or "")

    def _is_on(self, task: Task, way: _Way) -> bool:
        return (task.base_url, task.account, task.looked_at) == way

    def _path(self, task: Task) -> str:
        """Return where several tasks like `task` are asked for, empty where they cannot be."""
        route = self._route_of(task.route)
        if route is None or not route.query_many or not task.looked_at.endswith("/{id}"):
            return ""
        return route.query_many.replace("{create}", task.looked_at.removesuffix("/{id}"))
