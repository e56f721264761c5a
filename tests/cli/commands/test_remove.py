import pytest

from qr_tui.cli import streams
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from tests.support.cli import Shell, failed, task


def test_remove_and_bring_back(shell: Shell) -> None:
    one, two = task("one", status=Status.DONE, id="t-one"), failed(Kind.POLICY, "two")
    shell.put(one, two)
    result = shell("remove", "one", two.key)
    assert result.code == 0
    assert f"qr-tui remove --undo {one.key}" in result.out
    assert shell("list", "--json").json == []
    assert shell("remove", "one").code == 2
    back = shell("remove", "--undo", "t-one", "--json")
    assert [item["prompt"] for item in back.json] == ["one"]
    assert [item["prompt"] for item in shell("list", "--json").json] == ["one"]


def test_an_unfinished_task_is_not_removed_by_accident(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    made = task(id="t-x")
    shell.put(made)
    assert shell("remove", "t-x").code == 2
    monkeypatch.setattr(streams, "can_ask", lambda: True)
    assert shell("remove", "t-x", stdin="n\n").code == 130
    assert len(shell.stored()) == 1
    monkeypatch.setattr(streams, "can_ask", lambda: False)
    assert shell("remove", "t-x", "--yes").code == 0
    assert shell.stored() == []
