"""Every fault of the simulator against the client: it never claims that nothing was made when something was."""

import asyncio

import pytest

from qr_tui.core.answers import CallFailed, Created, Delivery, QueryResult
from qr_tui.core.task import Status
from qr_tui.simulator.options import FAULTS, Options
from qr_tui.simulator.server import Simulator
from tests.support.servers import PATIENT, SECRET, Call, Server, create, outcome

SLOW = frozenset({"hang", "latency"})
SURE = frozenset({Delivery.NOT_SENT, Delivery.REFUSED, Delivery.RATE_LIMITED})


def strike(sim: Simulator, call: Call) -> object:
    host = Server()
    host.base_url = sim.url
    return asyncio.run(outcome(host, call, PATIENT._replace(create_whole=10, read_whole=10)))


@pytest.mark.parametrize("fault", sorted(FAULTS - SLOW))
def test_create(fault: str) -> None:
    with Simulator(Options()) as sim:
        sim.fault(f"create:{fault}")
        result = strike(sim, create)
        made = len(sim.tasks())
    if isinstance(result, CallFailed):
        assert not (made and result.delivery in SURE)
        assert SECRET not in f"{result} {result.raw}"
    else:
        assert isinstance(result, Created) and made == 1


@pytest.mark.parametrize("fault", sorted(FAULTS - SLOW))
def test_query_never_fails_a_task_that_runs(fault: str) -> None:
    with Simulator(Options()) as sim:
        created = strike(sim, create)
        assert isinstance(created, Created)
        sim.fault(f"query:{fault}")
        result = strike(sim, lambda client: client.query(created.id))
        after = strike(sim, lambda client: client.query(created.id))
    if not isinstance(result, CallFailed):
        assert isinstance(result, QueryResult) and result.status is not Status.FAILED
    assert isinstance(after, QueryResult) and after.status in (Status.WAITING, Status.RUNNING)
