import json
from pathlib import Path

import pytest

from tests.cli.commands.test_create import body
from tests.support.cli import Shell

ROUTES = {
    "unified": ("veo3.1-fast", "/v1/video/create"),
    "volc-tasks": ("doubao-seedance-1-5-pro-251215", "/volc/v1/contents/generations/tasks"),
    "volc-tasks-2": ("doubao-seedance-2-0-260128", "/api/v3/contents/generations/tasks"),
    "kling": ("kling-v2-6", "/kling/v1/videos/text2video"),
    "hailuo": ("MiniMax-Hailuo-02", "/minimax/v1/video_generation"),
    "openai-videos": ("veo_3_1-fast", "/v1/videos"),
}


def test_without_a_host_nothing_is_known_of_it(shell: Shell) -> None:
    result = shell("models", "--offline", "--json")
    assert result.code == 0
    found = {model["id"]: model for model in result.json}
    assert found["kling-v2-6"]["route"] == "kling"
    assert {model["available"] for model in result.json} == {None}
    assert found["sora-2-pro"]["retired"] == "2026-09-24"
    duration = next(field for field in found["kling-v2-6"]["fields"] if field["setting"] == "duration")
    assert duration == {
        "name": "duration", "setting": "duration", "values": ["5", "10"], "default": "5", "optional": False,
    }  # fmt: skip


def test_the_host_marks_what_it_has_and_is_asked_once(live: Shell) -> None:
    (live.paths.config_file.parent).mkdir(parents=True, exist_ok=True)
    live.paths.config_file.write_text('[prices]\n"kling-v2-6" = 0.35\n')
    result = live("models", "--json")
    found = {model["id"]: model for model in result.json}
    assert (found["kling-v2-6"]["available"], found["kling-v2-6"]["price"]) == (True, 0.35)
    assert (found["kling-v3"]["available"], found["kling-v3"]["price"]) == (False, None)
    assert found["doubao-seedance-2-0-fast-260128"]["route"] == "volc-tasks-2"
    words = live("models", "kling")
    lines = words.out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        ["yes", "kling-v2-6"], ["yes", "kling-v2-5-turbo"], ["no", "kling-v3"],
    ]  # fmt: skip
    assert "0.35" in lines[1]
    assert "duration 5|10" in lines[1]
    assert live.simulator is not None
    assert live.simulator.stats()["requests"]["models"] == 1


def test_a_host_that_cannot_be_asked_is_said_and_the_list_is_there(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.fault("models:500")
    result = live("models", "--json")
    assert result.code == 0
    assert "could not be asked" in result.err
    assert result.json[0]["available"] is None


@pytest.mark.parametrize("route", ROUTES)
def test_a_dry_run_shows_the_route_and_what_would_be_sent(shell: Shell, route: str) -> None:
    model, path = ROUTES[route]
    shown = shell("create", "a boat", "--model", model, "--dry-run", "--json").json
    assert (shown["route"], shown["url"]) == (route, f"https://api.example.com{path}")
    assert f"POST https://api.example.com{path}" in shown["curl"]
    assert json.loads(shown["curl"].partition("--data-raw '")[2].removesuffix("'")) == shown["body"]
    assert shown["warnings"] == []


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_makes_a_video(live: Shell, route: str) -> None:
    model, _path = ROUTES[route]
    result = live("create", "a boat [sim:seconds=0.2]", "--model", model, "--download", "--json")
    assert result.code == 0, result.err
    (task,) = result.json
    assert (task["status"], task["route"], task["file_state"]) == ("done", route, "saved")


def test_options_are_neutral_and_params_raw(shell: Shell, tmp_path: Path) -> None:
    kling = ("a boat", "--model", "kling-v2-6")
    said = body(shell, *kling, "--duration", "10", "--size", "1080p", "--sound", "--orientation", "portrait")
    assert (said["duration"], said["mode"], said["sound"], said["aspect_ratio"]) == ("10", "pro", "on", "9:16")
    raw = body(shell, *kling, "--param", "duration=10", "--param", "watermark_info.enabled=true")
    assert (raw["duration"], raw["watermark_info"]) == ("10", {"enabled": True})
    seedance = ("a boat", "--model", "doubao-seedance-2-0-260128")
    assert body(shell, *seedance, "--no-watermark", "--silent", "--param", "seed=7")["seed"] == 7
    refused = shell("create", *seedance, "--watermark", "--dry-run")
    assert refused.code == 2
    assert "--param watermark=true" in refused.err
    frames = body(shell, *seedance, "--first-frame", "https://a/1.png", "--last-frame", "https://a/2.png")
    assert [part.get("role") for part in frames["content"]] == [None, "first_frame", "last_frame"]
    missing = shell("create", *kling, "--first-frame", str(tmp_path / "no.png"), "--dry-run")
    assert missing.code != 0
    assert "No such file" in missing.err
    links = shell("create", "a boat", "--image", str(tmp_path / "no.png"), "--dry-run")
    assert links.code != 0
    assert "takes links only" in links.err
