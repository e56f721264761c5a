"""Every fault of the simulator against the client: it never claims that nothing was made when something was."""

import asyncio

import httpx
import pytest

from qr_tui.api.json_body import RAW_LIMIT
from qr_tui.core.answers import CallFailed, Created, Delivery, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.links import may_follow
from qr_tui.core.task import Status
from qr_tui.simulator.options import FAULTS, Options
from qr_tui.simulator.server import Simulator
from tests.support.servers import PATIENT, SECRET, Call, Server, create, models, outcome

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


def test_rule_1_3_an_integer_beside_the_id_is_not_asked_by() -> None:
    with Simulator(Options()) as sim:
        sim.fault("create:int_id")
        created = strike(sim, create)
        assert isinstance(created, Created)
        assert created.candidates == (created.id, "4711")
        look = strike(sim, lambda client: client.query(created.id))
    assert isinstance(look, QueryResult)
    assert look.status is Status.WAITING


@pytest.mark.parametrize(
    ("fault", "kind"), [("json_in_message", Kind.MODEL_UNAVAILABLE), ("refused_200", Kind.BAD_REQUEST)]
)
def test_a_refusal_in_an_odd_dress_is_a_refusal(fault: str, kind: Kind) -> None:
    with Simulator(Options()) as sim:
        sim.fault(f"create:{fault}")
        failed = strike(sim, create)
    assert isinstance(failed, CallFailed)
    assert (failed.kind, failed.delivery) == (kind, Delivery.REFUSED)


@pytest.mark.parametrize("fault", ["content_link", "relative_link", "space_link", "huge_base64", "numeric_status"])
def test_a_finished_link_is_found_and_leads_to_the_video(fault: str) -> None:
    with Simulator(Options()) as sim:
        created = strike(sim, create)
        assert isinstance(created, Created)
        sim.force(created.id, status="completed")
        sim.fault(f"query:{fault}")
        look = strike(sim, lambda client: client.query(created.id))
        assert isinstance(look, QueryResult)
        assert look.video_url is not None and may_follow(look.video_url, sim.url)
        assert httpx.get(look.video_url).status_code == 200
    assert look.status is (None if fault == "numeric_status" else Status.DONE)
    assert bool(look.unreadable) is (fault == "numeric_status")
    assert len(look.raw) <= RAW_LIMIT


def test_rule_2_4_a_stray_401_of_a_look_leaves_the_models_readable() -> None:
    with Simulator(Options()) as sim:
        created = strike(sim, create)
        assert isinstance(created, Created)
        sim.fault("query:401")
        stray = strike(sim, lambda client: client.query(created.id))
        assert isinstance(stray, CallFailed) and stray.kind is Kind.KEY_REFUSED
        assert strike(sim, models)
        assert isinstance(strike(sim, lambda client: client.query(created.id)), QueryResult)
