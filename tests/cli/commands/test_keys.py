from tests.support.cli import Shell


def test_keys_follow_the_settings(shell: Shell) -> None:
    assert shell("config", "set", "keys.tasks.copy_id", "ctrl+y").code == 0
    rows = {row["id"]: row for row in shell("keys", "--json").json}
    assert rows["tasks.copy_id"]["keys"] == ["ctrl+y"]
    assert rows["app.help"]["keys"][0] == "?"
    words = shell("keys").out
    assert all(identity in words for identity in rows)
