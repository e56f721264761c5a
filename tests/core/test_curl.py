import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.core.curl import body_text, curl
from qr_tui.core.task import Request

HOST = "https://api.quickrouter.ai"


def test_a_request_as_a_person_reads_it() -> None:
    request = Request(
        model="sora-2-pro", prompt="一只纸船, it's 'quoted'", parameters={"duration": 15, "private": True}
    )
    assert curl(request, HOST) == (
        "curl --request POST https://api.quickrouter.ai/v1/video/create \\\n"
        '  --header "Authorization: Bearer $QUICKROUTER_API_KEY" \\\n'
        "  --header 'Accept: application/json' \\\n"
        "  --header 'Content-Type: application/json' \\\n"
        "  --data-raw '{\n"
        '    "images": [],\n'
        '    "model": "sora-2-pro",\n'
        "    \"prompt\": \"一只纸船, it'\\''s '\\''quoted'\\''\",\n"
        '    "duration": 15,\n'
        '    "private": true\n'
        "}'"
    )


@settings(deadline=None)
@given(st.text(st.characters()))
def test_the_body_means_the_same_and_nothing_in_it_acts(prompt: str) -> None:
    request = Request(model="m", prompt=prompt)
    text = body_text(request)
    assert json.loads(text)["prompt"] == request.prompt
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "prompt",
    ["it's $HOME `id` $(id) \\ ! \" & ; | > < * ~", "two\nlines\tand a tab", "@/etc/passwd", "\x1b[2J\u202e纸船🚢"],
)
def test_a_shell_hands_curl_exactly_this(prompt: str, tmp_path: Path) -> None:
    stand_in = tmp_path / "curl"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    stand_in.chmod(0o700)
    request = Request(model="m", prompt=prompt, images=("https://a.example/x.png?a=1&b='2'",))
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "QUICKROUTER_API_KEY": "the-key", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["sh", "-c", curl(request, f"{HOST}/it's")], env=environment, capture_output=True, check=True)
    arguments = done.stdout.decode().split("\0")[:-1]
    assert arguments[:4] == ["--request", "POST", f"{HOST}/it's/v1/video/create", "--header"]
    assert arguments[4] == "Authorization: Bearer the-key"
    assert arguments[-2] == "--data-raw"
    assert json.loads(arguments[-1]) == request.body()
