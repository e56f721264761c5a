import pytest

from qr_tui.store import codec
from tests.support.cli import Shell, task


@pytest.mark.usefixtures("checkpoints")
def test_a_damaged_store_is_said_and_put_aside(shell: Shell) -> None:
    shell.put(task("first"))
    shell.put(task("second", ago=1))
    shell.paths.store.write_bytes(shell.paths.store.read_bytes()[:-40])
    result = shell("list", "--json")
    assert result.code == 0
    assert [item["prompt"] for item in result.json] == ["first"]
    assert "damaged" in result.err
    assert list(shell.paths.data.glob("tasks.json.damaged-*"))


def test_a_newer_store_is_refused_untouched(shell: Shell) -> None:
    shell.put(task())
    document = codec.decode(shell.paths.store.read_bytes())
    document["meta"]["1"]["schema"] = 9
    newer = codec.encode(document)
    shell.paths.store.write_bytes(newer)
    result = shell("list", "--json")
    assert result.code == 1
    assert result.json["error"]["kind"] == "store"
    assert shell.paths.store.read_bytes() == newer
