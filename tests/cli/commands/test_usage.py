import time

import pytest

from tests.support.cli import Shell


def prepared(live: Shell) -> None:
    live.paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    live.paths.config_file.write_text('[prices]\n"sora-2-pro" = 4\n"kling-v2-6" = { per_second = 0.07 }\n')
    for model in ("sora-2-pro", "kling-v2-6", "veo3.1-fast"):
        assert live("create", f"a boat [sim:seconds=0.1] {model}", "--model", model, "--wait").code == 0
    assert live("create", "a boat [sim:refused]").code == 1


def test_sums_by_day_and_by_model(live: Shell) -> None:
    prepared(live)
    found = live("usage", "--json").json
    today = time.strftime("%Y-%m-%d")
    total = {"asked": 4, "made": 3, "failed": 1, "unconfirmed": 0, "stopped": 0, "estimate": 4.35, "unknown": 1}
    assert found["rows"] == [{"day": today, **total}]
    assert found["total"] == total
    assert found["balance"] is None
    by_model = {row["model"]: row for row in live("usage", "--by", "model", "--all", "--json").json["rows"]}
    assert (by_model["veo3.1-fast"]["estimate"], by_model["veo3.1-fast"]["unknown"]) == (None, 1)
    assert by_model["kling-v2-6"]["estimate"] == 0.35
    # a changed price rewrites nothing
    live.paths.config_file.write_text('[prices]\n"sora-2-pro" = 400\n')
    assert live("usage", "--by", "model", "--json").json["total"]["estimate"] == 4.35
    (task,) = live("list", "model:kling", "--json").json
    assert task["estimate"] == 0.35
    live("remove", task["key"], "--yes")
    assert live("usage", "--json").json["total"]["asked"] == 4
    words = live("usage", "--by", "model").out
    assert "ESTIMATE" in words
    assert words.splitlines()[-1].split()[:2] == ["all", "4"]


def test_the_hosts_own_number_stands_apart(live: Shell) -> None:
    asked = live("usage", "--balance", "--json").json
    assert asked["balance"] is not None
    assert asked["balance"]["remaining"] == 1000
    assert "balance at the provider: 1000 credits, at " in live("usage").out


@pytest.mark.parametrize(
    ("args", "code"), [(("--since", "7d"), 0), (("--since", "2026-11"), 0), (("--since", "soon"), 2)]
)
def test_a_span_of_days(shell: Shell, args: tuple[str, ...], code: int) -> None:
    result = shell("usage", *args)
    assert result.code == code
    assert ("write a day like" in result.err) == (code == 2)
