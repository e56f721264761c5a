from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from tests.support.cli import Shell, failed, task


def test_retry_makes_a_new_task_of_a_failed_one(live: Shell) -> None:
    old = failed(Kind.PROVIDER_BUSY, base_url=live.url)
    live.put(old)
    result = live("retry", old.key, "--wait", "--json")
    (new,) = result.json
    assert (result.code, new["status"], new["parent"], new["prompt"]) == (0, "done", old.key, old.prompt)
    assert new["key"] != old.key
    assert {made.status for made in live.stored()} == {Status.FAILED, Status.DONE}


def test_retry_takes_failed_tasks_only(live: Shell) -> None:
    bad, good = failed(Kind.POLICY, base_url=live.url), task(base_url=live.url, status=Status.DONE)
    live.put(bad, good)
    assert live("retry", bad.key, good.key).code == 2
    assert live.posts() == 0
