import pytest

from tests.support.cli import Shell

SECRET = "sk-another-secret-key-987654"


def test_config_set_keeps_comments_and_shows(shell: Shell) -> None:
    shell.paths.config.mkdir(parents=True)
    shell.paths.config_file.write_text('# mine\n[ui]\ntheme = "light" # bright\n')
    assert shell("config", "set", "ui.language", "zh_CN").code == 0
    text = shell.paths.config_file.read_text()
    assert "# mine" in text
    assert "# bright" in text
    shown = shell("config", "show", "--json").json
    assert (shown["ui.theme"], shown["ui.language"], shown["poll.first"]) == ("light", "zh_CN", 10.0)
    assert shell("config", "unset", "ui.language").code == 0
    assert shell("config", "show", "--json").json["ui.language"] == "auto"
    assert "light" in shell("config", "show").out


@pytest.mark.parametrize(
    ("key", "value"),
    [("poll.first", "0"), ("poll.first", "soon"), ("ui.theme", "pink"), ("ui.thme", "dark"), ("nonsense", "1"),
     ("host.base_url", "ftp://x"), ("host.ca_file", "/nowhere/ca.pem"), ("ui", "x"),
     ("limits.videos_per_day", "-5")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_and_nothing_written(shell: Shell, key: str, value: str) -> None:
    result = shell("config", "set", key, value)
    assert result.code == 2
    assert key.partition(".")[0] in result.err
    assert "0 or more" in result.err or value != "-5"
    assert not shell.paths.config_file.exists()


def test_set_key_from_stdin_into_a_private_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUICKROUTER_API_KEY")
    result = shell("config", "set-key", stdin=f"{SECRET}\n")
    assert result.code == 0
    assert SECRET not in result.out + result.err
    assert shell.paths.key_file.stat().st_mode & 0o777 == 0o600
    assert SECRET in shell.paths.key_file.read_text()
    from qr_tui.secrets import KeyRing

    key = KeyRing(shell.paths, {}, base_url=shell.url).key_for(shell.url)
    assert key is not None
    assert key.reveal() == SECRET
    assert shell("config", "forget-key").code == 0
    assert SECRET not in shell.paths.key_file.read_text()


@pytest.mark.parametrize("given", ["", "\n", "two words", "ключ", "x" * 5000])
def test_what_cannot_be_a_key_is_refused(shell: Shell, given: str) -> None:
    result = shell("config", "set-key", stdin=given)
    assert result.code == 2
    assert not given.strip() or given not in result.err
    assert not shell.paths.key_file.exists()


def test_set_key_tests_before_it_keeps(live: Shell) -> None:
    refused = live("config", "set-key", "--test", stdin="sk-refused")
    assert refused.code == 3
    assert not live.paths.key_file.exists()
    good = live("config", "set-key", "--test", stdin=SECRET)
    assert good.code == 0
    assert "models" in good.err


def test_no_option_takes_a_key(shell: Shell) -> None:
    assert shell("config", "set-key", SECRET).code == 2
    assert SECRET not in shell("config", "set-key", "--help").out


def test_rule_1_10_a_value_that_was_left_out_removes_no_limit(shell: Shell) -> None:
    assert shell("config", "set", "limits.videos_per_day", "20").code == 0
    result = shell("config", "set", "limits.videos_per_day")
    assert result.code == 2
    assert "qr-tui config unset limits.videos_per_day" in result.err
    assert shell("config", "get", "limits.videos_per_day").out == "20\n"


def test_rule_1_10_unset_asks_before_it_removes_a_limit_and_says_what_it_was(shell: Shell) -> None:
    assert shell("config", "set", "limits.videos_per_day", "20").code == 0
    refused = shell("config", "unset", "limits.videos_per_day")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert shell("config", "get", "limits.videos_per_day", "--json").json == 20
    removed = shell("config", "unset", "limits.videos_per_day", "--yes")
    assert removed.code == 0
    assert "limits.videos_per_day: 20 → 0" in removed.err
    assert shell("config", "get", "limits.videos_per_day").out == "0\n"


@pytest.mark.parametrize("nothing", ["0", "0.0"])
def test_rule_1_10_a_limit_set_to_nothing_is_a_limit_removed(shell: Shell, nothing: str) -> None:
    key = "limits.credits_per_day"
    assert shell("config", "set", key, "20").code == 0
    refused = shell("config", "set", key, nothing)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert shell("config", "get", key).out == "20.0\n"
    assert shell("config", "set", key, nothing, "--yes").code == 0
    assert shell("config", "set", key, nothing).code == 0, "there is none any more"


def test_unset_of_what_is_no_limit_asks_nothing(shell: Shell) -> None:
    assert shell("config", "set", "prices.sora-2-pro", "0.8").code == 0
    assert "prices.sora-2-pro: 0.8 → not set" in shell("config", "unset", "prices.sora-2-pro").err
    assert shell("config", "unset", "limits.videos_per_day").code == 0  # there was none


@pytest.mark.parametrize("command", ["get", "unset"])
def test_a_setting_that_does_not_exist_is_named(shell: Shell, command: str) -> None:
    result = shell("config", command, "limits.video_per_day")
    assert result.code == 2
    assert "videos_per_day" in result.err


def test_rule_1_11_create_over_plain_http_says_how_it_is_allowed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUICKROUTER_BASE_URL", "http://relay.example.com")
    result = shell("create", "a boat")
    assert result.code == 2
    assert "qr-tui config set host.allow_plain_http true" in result.err
    assert shell.stored() == []
    assert "host.allow_plain_http" in shell("config", "set-key", stdin="sk-abc-0123456789").err
