"""`qr-tui import`: every line once, whatever happens."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cli import Shell

GOOD = 493


def boats(path: Path, count: int = 30) -> Path:
    path.write_text("".join(f"a paper boat, number {number} [sim:seconds=0.05]\n" for number in range(count)))
    return path


def sent(live: Shell) -> list[str]:
    assert live.simulator is not None
    return [call["body"]["prompt"] for call in live.simulator.stats()["creates"]]


def test_a_file_is_made_once_however_often_it_is_run(live: Shell, tmp_path: Path) -> None:
    file = boats(tmp_path / "boats.txt", 12)
    dry = live("import", str(file), "--dry-run", "--json").json
    assert (dry["lines"], dry["bad"], dry["videos"], dry["to_send"], dry["unpriced"]) == (12, 0, 12, 12, 12)
    assert sent(live) == []
    first = live("import", str(file), "--wait", "--json")
    assert first.code == 0, first.err
    assert [row["status"] for row in first.json] == ["done"] * 12
    assert [row["line"] for row in first.json] == list(range(1, 13))
    assert len(sent(live)) == 12
    again = live("import", str(file), "--json")
    assert again.code == 0
    assert not any(row["new"] for row in again.json)
    file.write_text("\n".join(reversed(file.read_text().splitlines())) + "\nanother boat [sim:seconds=0.05]\n")
    assert live("import", str(file), "--dry-run", "--json").json["to_send"] == 1
    assert live("import", str(file), "--wait").code == 0
    assert len(sent(live)) == 13
    (task, *_others) = live("list", "--json").json
    assert (task["batch"], bool(task["batch_line"])) == ("boats", True)


def test_bad_lines_are_named_and_nothing_is_sent(live: Shell, tmp_path: Path) -> None:
    file = tmp_path / "boats.csv"
    file.write_text(
        "prompt,model,duration,copies,images,oddness\n"
        "a boat,kling-v2-6,5,1,,\n"
        ",kling-v2-6,5,1,,\n"
        "a boat,kling-v2-6,5,0,,\n"
        "a boat,kling-v2-6,soon,1,,\n"
        "a boat,sora-2-pro,15,1,not-a-link,\n"
        "a boat,kling-v2-6,5,1,,very\n"
        "a boat,kling-v2-6,7,1,,\n"
    )
    dry = live("import", str(file), "--dry-run", "--json")
    assert dry.code == 2
    assert [(error["line"], error["field"]) for error in dry.json["errors"]] == [
        (3, "prompt"), (4, "copies"), (5, "duration"), (6, "images"), (7, "oddness"),
    ]  # fmt: skip
    refused = live("import", str(file))
    assert refused.code == 2
    assert "line 5: duration" in refused.err
    assert sent(live) == []
    assert live("import", str(file), "--skip-bad", "--json").code == 0
    assert len(sent(live)) == 2


def test_a_bad_setting_line_stops_everything(live: Shell, tmp_path: Path) -> None:
    file = tmp_path / "boats.txt"
    file.write_text("a boat\n@model\nanother\n")
    result = live("import", str(file), "--skip-bad")
    assert result.code == 2
    assert "every line after it" in result.err
    assert sent(live) == []


def test_a_lost_answer_is_left_to_the_person_and_never_sent_again(live: Shell, tmp_path: Path) -> None:
    assert live.simulator is not None
    live.simulator.fault("create:reset,after=2")
    file = boats(tmp_path / "boats.txt", 6)
    first = live("import", str(file), "--json")
    assert first.code == 5
    assert [row["status"] for row in first.json].count("unconfirmed") == 1
    again = live("import", str(file), "--json")
    assert again.code == 5
    assert len(sent(live)) == 6


def test_without_balance_the_rest_is_not_asked_for(live: Shell, tmp_path: Path) -> None:
    assert live.simulator is not None
    live.simulator.fault("create:no_balance:*,after=5")
    file = boats(tmp_path / "boats.txt", 60)
    first = live("import", str(file), "--json")
    assert first.code == 6
    states = [row["status"] for row in first.json]
    assert states.count("failed") <= 10
    assert None in states
    assert "go on with them" in first.err or "goes on with them" in first.err
    live.simulator.clear_faults()
    again = live("import", str(file), "--retry-failed", "--json")
    assert again.code == 0, again.err
    made = [call for call in live.simulator.stats()["creates"] if call["id"]]
    assert len(made) == len({call["body"]["prompt"] for call in made}) == 60


def test_a_limit_of_the_day_ends_it_and_tomorrow_goes_on(live: Shell, tmp_path: Path) -> None:
    live.paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    live.paths.config_file.write_text("[limits]\nvideos_per_day = 5\n")
    file = boats(tmp_path / "boats.txt", 9)
    assert live("import", str(file), "--dry-run", "--json").json["allowed_today"] == 5
    first = live("import", str(file))
    assert first.code == 6
    assert "4 left" in first.err
    assert len(sent(live)) == 5
    live.paths.config_file.write_text("")
    assert live("import", str(file)).code == 0
    assert len(set(sent(live))) == len(sent(live)) == 9


def test_an_id_is_one_thing_and_a_changed_option_asks(live: Shell, tmp_path: Path) -> None:
    file = tmp_path / "boats.csv"
    file.write_text("id,prompt\n1,a boat\n2,a ship\n2,a raft\n")
    assert live("import", str(file), "--dry-run", "--json").json["errors"][0]["field"] == "id"
    file.write_text("id,prompt\n1,a boat\n2,a ship\n")
    assert live("import", str(file)).code == 0
    file.write_text("id,prompt\n1,a boat with sails\n2,a ship\n")
    changed = live("import", str(file))
    assert changed.code == 2
    assert "used for something else" in changed.err
    plain = boats(tmp_path / "plain.txt", 4)
    assert live("import", str(plain)).code == 0
    other = live("import", str(plain), "--duration", "25")
    assert other.code != 0
    assert "look new to the batch plain" in other.err
    assert live("import", str(plain), "--duration", "25", "--yes").code == 0


def test_another_host_makes_nothing_anew(live: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = boats(tmp_path / "boats.txt", 5)
    assert live("import", str(file), "--wait").code == 0
    monkeypatch.setenv("QUICKROUTER_BASE_URL", live.url.replace("127.0.0.1", "localhost"))
    assert live("import", str(file), "--dry-run", "--json").json["to_send"] == 0


def test_an_encoding_and_a_pipe(live: Shell, tmp_path: Path) -> None:
    file = tmp_path / "boats.csv"
    file.write_bytes("提示词;份数\r\n一只纸船;2\r\n".encode("gb18030"))
    refused = live("import", str(file))
    assert refused.code == 2
    assert "--encoding gb18030" in refused.err
    assert live("import", str(file), "--encoding", "gb18030", "--json").code == 0
    assert sent(live) == ["一只纸船"] * 2
    assert live("import", "-", stdin="a\n").code == 2
    assert live("import", "-", "--batch", "piped", stdin="a boat\n").code == 0
    assert live("import", str(tmp_path / "nothing.txt")).code == 2


@pytest.mark.slow
def test_killed_again_and_again_every_line_is_sent_at_most_once(live: Shell, tmp_path: Path) -> None:
    """500 lines, 7 of them bad: after five kills and three more runs each good one was sent, none twice."""
    file = tmp_path / "many.csv"
    rows = [f"boat {number} [sim:stuck],1" for number in range(500)]
    for number in (3, 77, 140, 220, 301, 402, 499):
        rows[number] = f"boat {number},nought"
    file.write_text("prompt,copies\n" + "\n".join(rows) + "\n")
    dry = live("import", str(file), "--dry-run", "--json")
    assert (dry.code, len(dry.json["errors"]), dry.json["to_send"]) == (2, 7, GOOD)
    command = [sys.executable, "-m", "qr_tui", "import", str(file), "--skip-bad"]
    chance = random.Random(5)
    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(1.0, 2.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert live("import", str(file), "--skip-bad").code in (0, 5)
    head, *body = file.read_text().splitlines()
    chance.shuffle(body)
    file.write_text("\n".join([head, *body]) + "\n")
    assert live("import", str(file), "--skip-bad").code in (0, 5)
    prompts = sent(live)
    assert len(prompts) == len(set(prompts))
    unsent = {row["key"] for row in live("list", "is:needs-you", "--json").json}
    asked = {task["prompt"] for task in live("list", "--json").json}
    assert len(asked) == GOOD
    assert GOOD - len(unsent) <= len(prompts) <= GOOD


def test_an_interrupt_takes_back_what_was_not_sent(live: Shell, tmp_path: Path) -> None:
    assert live.simulator is not None
    file = boats(tmp_path / "boats.txt", 40)
    live.simulator.fault("create:latency:*,seconds=0.4")
    command = [sys.executable, "-m", "qr_tui", "import", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while len(live.simulator.stats()["creates"]) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "goes on where this one ended" in err
    assert live("list", "status:queued", "--json").json == []
    live.simulator.clear_faults()
    assert live("import", str(file)).code == 0
    prompts = sent(live)
    assert len(prompts) == len(set(prompts)) == 40


def test_detached_it_is_sent_by_a_watch_in_the_background(live: Shell, tmp_path: Path) -> None:
    file = boats(tmp_path / "boats.txt", 12)
    result = live("import", str(file), "--detach")
    assert result.code == 0, result.err
    deadline = time.monotonic() + 20
    while len(sent(live)) < 12 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(set(sent(live))) == len(sent(live)) == 12
    live("watch", "--stop")


def test_what_would_be_asked_before_one_video_is_asked_before_many(live: Shell, tmp_path: Path) -> None:
    live.paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    live.paths.config_file.write_text("[limits]\ncredits_per_day = 5.0\n[prices]\n'veo3.1-fast' = 2\n")
    file = tmp_path / "boats.txt"
    file.write_text("@model=veo3.1-fast\na boat\n@model=kling-v2-6\na ship\n")
    refused = live("import", str(file))
    assert refused.code != 0
    assert "does not say what kling-v2-6 costs" in refused.err
    assert sent(live) == []
    assert live("import", str(file), "--yes").code == 0
    assert len(sent(live)) == 2
    file.write_text("@model=veo3.1-fast\n" + "".join(f"boat {number}\n" for number in range(4)))
    over = live("import", str(file), "--batch", "more", "--yes")
    assert over.code == 6
    assert len(sent(live)) == 3


def test_lines_fill_a_preset_and_stand_for_several(live: Shell, tmp_path: Path) -> None:
    live.paths.config_file.parent.mkdir(parents=True, exist_ok=True)
    live.paths.config_file.write_text(
        "[presets.boat]\nprompt = 'a {{what}} boat in {{place}}'\nmodel = 'veo3.1-fast'\naspect_ratio = '9:16'\n"
        "tags = ['boats']\n[presets.boat.vars]\nplace = 'the rain'\n"
    )
    text = tmp_path / "words.txt"
    text.write_text("paper\ntin\n")
    assert live("import", str(text), "--preset", "boat").code == 0
    assert sorted(sent(live)) == ["a paper boat in the rain", "a tin boat in the rain"]
    assert live("import", str(text), "--preset", "boat", "--dry-run", "--json").json["to_send"] == 0
    table = tmp_path / "table.csv"
    table.write_text("what,place,duration\npaper,fog,\n,fog,\n")
    dry = live("import", str(table), "--preset", "boat", "--dry-run", "--json")
    assert [error["line"] for error in dry.json["errors"]] == [3]
    assert live("import", str(table), "--preset", "boat", "--skip-bad").code == 0
    assert "a paper boat in fog" in sent(live)
    variants = tmp_path / "variants.txt"
    variants.write_text("a {red|blue} boat\na {b\n")
    plain = live("import", str(variants), "--dry-run", "--json").json
    assert (plain["videos"], plain["bad"]) == (2, 0)  # letter by letter, unless somebody asks
    asked = live("import", str(variants), "--expand", "all", "--dry-run", "--json").json
    assert (asked["videos"], asked["errors"][0]["line"]) == (2, 2)
    assert live("import", str(variants), "--expand", "1", "--skip-bad").code == 2
    (task, *_others) = live("list", "batch:words", "--json").json
    assert (task["tags"], task["parameters"]["aspect_ratio"]) == (["boats"], "9:16")


@pytest.mark.parametrize("option", ["--batch", "--model", "--orientation", "--size", "--tag", "--preset"])
@pytest.mark.parametrize("how", [(), ("--dry-run",)])
def test_an_option_that_is_no_text_is_named_and_sends_nothing(
    live: Shell, tmp_path: Path, option: str, how: tuple[str, ...]
) -> None:
    file = tmp_path / "boats.txt"
    file.write_text("a paper boat\n")
    result = live("import", str(file), option, "x\udcff", *how)
    assert result.code == 2
    assert option in result.err or "there is no preset" in result.err
    assert "Traceback" not in result.err
    assert sent(live) == []
    assert live.stored() == []
