import pytest

from qr_tui.cli import streams
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status, Task
from tests.support.cli import HOST, Shell, task


def lost(shell: Shell) -> Task:
    """Put one unconfirmed task into the store."""
    failure = Failure(kind=Kind.LOST_ANSWER, detail="reset")
    made = task("boat", base_url=shell.url, status=Status.UNCONFIRMED, failure=failure)
    shell.put(made)
    return made


def test_decide_drop(live: Shell) -> None:
    made = lost(live)
    result = live("decide", made.key, "--drop", "--json")
    assert (result.code, result.json[0]["status"]) == (0, "stopped")
    assert live.posts() == 0


def test_decide_send_again_sends_once(live: Shell) -> None:
    made = lost(live)
    result = live("decide", made.key[-6:], "--send-again", "--wait", "--json")
    assert (result.code, result.json[0]["status"], result.json[0]["key"]) == (0, "done", made.key)
    assert live.posts() == 1


def test_decide_adopt_asks_whether_the_id_is_known(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.fault("create:reset")
    made = live("create", "boat", "--json").json[0]
    unknown = live("decide", made["key"], "--adopt", "sora-2:task_nothing", "--json")
    assert unknown.code == 1
    assert unknown.json["error"]["kind"] == "not_found"
    assert live.stored()[0].status is Status.UNCONFIRMED
    (known,) = live.simulator.tasks()
    adopted = live("decide", made["key"], "--adopt", known["id"], "--wait", "--json")
    assert (adopted.code, adopted.json[0]["status"], adopted.json[0]["id"]) == (0, "done", known["id"])
    assert live.posts() == 1


def test_decide_needs_a_decision_and_only_one(live: Shell) -> None:
    made = lost(live)
    assert live("decide", made.key).code == 2
    assert live("decide", made.key, "--drop", "--send-again").code == 2
    assert live("decide", made.key, "--adopt", " ").code == 2
    assert live.stored()[0].status is Status.UNCONFIRMED


@pytest.mark.parametrize(
    ("typed", "status"), [("d\n", Status.STOPPED), ("x\nd\n", Status.STOPPED), ("s\n", Status.DONE)]
)
def test_decide_asks_on_a_terminal(live: Shell, monkeypatch: pytest.MonkeyPatch, typed: str, status: Status) -> None:
    monkeypatch.setattr(streams, "can_ask", lambda: True)
    made = lost(live)
    result = live("decide", made.key, "--wait", stdin=typed)
    assert result.code == 0, result.err
    assert "may cost twice" in result.err
    assert live.stored()[0].status is status


def test_only_an_unconfirmed_task_can_be_decided(live: Shell) -> None:
    made = task(base_url=live.url)
    live.put(made)
    result = live("decide", made.key, "--drop", "--json")
    assert result.code == 2
    assert result.json["error"]["kind"] == "not_now"


def test_a_task_is_decided_at_its_own_host(live: Shell) -> None:
    made = task("boat", base_url=HOST, status=Status.UNCONFIRMED)
    live.put(made)
    result = live("decide", made.key, "--adopt", "sora-2:task_x", "--json")
    assert result.code == 3
    assert result.json["error"]["kind"] == "no_key"


def test_rule_1_7_one_that_ended_as_unknown_can_be_adopted_and_is_not_made_again(live: Shell) -> None:
    assert live.simulator is not None
    failure = Failure(kind=Kind.NOT_FOUND, detail="task_not_exist")
    wrong = task("boat", base_url=live.url, status=Status.FAILED, id="4711", failure=failure)
    live.put(wrong)
    again = live("retry", wrong.key, "--yes")
    assert again.code == 2
    assert "adopt the right id" in again.err
    assert live("decide", wrong.key, "--send-again").code == 2
    assert live.posts() == 0
    live("create", "another boat", "--wait")
    (known,) = live.simulator.tasks()
    made = next(item for item in live.stored() if item.key != wrong.key)
    live("remove", made.key)
    adopted = live("decide", wrong.key, "--adopt", known["id"], "--wait", "--json")
    assert (adopted.code, adopted.json[0]["status"], adopted.json[0]["id"]) == (0, "done", known["id"])


def test_rule_3_what_finds_the_task_in_the_providers_records_is_said(live: Shell) -> None:
    made = lost(live)
    said = live("watch", made.key).err
    assert "with sora-2-pro: boat" in said
    assert f"qr-tui decide {made.key}" in said
