import json
import os
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.core.routes import UNIFIED, built_in
from qr_tui.core.task import Request
from qr_tui.core.wire.curl import body_text, curl
from qr_tui.core.wire.images import ImageFile
from tests.support.wire import body, wire

HOST = "https://api.quickrouter.ai"


def test_a_request_as_a_person_reads_it() -> None:
    request = Request(
        model="sora-2-pro", prompt="一只纸船, it's 'quoted'", parameters={"duration": 15, "private": True}
    )
    assert curl(UNIFIED, request, HOST) == (
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
    text = body_text(wire(request))
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
    done = subprocess.run(
        ["sh", "-c", curl(UNIFIED, request, f"{HOST}/it's")], env=environment, capture_output=True, check=True
    )
    arguments = done.stdout.decode().split("\0")[:-1]
    assert arguments[:4] == ["--request", "POST", f"{HOST}/it's/v1/video/create", "--header"]
    assert arguments[4] == "Authorization: Bearer the-key"
    assert arguments[-2] == "--data-raw"
    assert json.loads(arguments[-1]) == body(request)


def test_a_picture_is_read_by_the_command_itself(tmp_path: Path) -> None:
    picture = tmp_path / "it's $HOME.png"
    picture.write_bytes(b"\x89PNG" + bytes(range(256)) * 900)  # longer than a shell lets an argument be
    stand_in = tmp_path / "curl"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\0" "$@" >&2\ncat\n')
    stand_in.chmod(0o700)
    file = ImageFile(path=str(picture), size=picture.stat().st_size, sha256="", type="png")
    asked = Request(
        model="kling-v2-6", prompt="$HOME `id` \\ it's", images=(file.path,), files={file.path: file}, route="kling"
    )
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "QUICKROUTER_API_KEY": "the-key", "LC_ALL": "C.UTF-8"}
    kling, volc = built_in("kling"), built_in("volc-tasks")
    assert kling is not None
    assert volc is not None
    for route, head in ((kling, ""), (volc, "data:image/png;base64,")):
        command = ["sh", "-c", curl(route, asked, HOST)]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        assert b"--data-binary\0@-" in done.stderr
        sent = json.loads(done.stdout)
        encoded = head + b64encode(picture.read_bytes()).decode()
        assert encoded in (
            sent.get("image"),
            *(part.get("image_url", {}).get("url") for part in sent.get("content", ())),
        )
        assert "$HOME `id` \\ it's" in (sent.get("prompt"), *(part.get("text") for part in sent.get("content", ())))


def test_a_form_names_its_file_and_its_fields(tmp_path: Path) -> None:
    stand_in = tmp_path / "curl"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
    stand_in.chmod(0o700)
    file = ImageFile(path='/tmp/a,b; "c".png', size=1, sha256="", type="png")
    openai = built_in("openai-videos")
    assert openai is not None
    asked = Request(model="veo_3_1", prompt="@/etc/passwd", images=(file.path,), files={file.path: file})
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "QUICKROUTER_API_KEY": "the-key", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["sh", "-c", curl(openai, asked, HOST)], env=environment, capture_output=True, check=True)
    arguments = done.stdout.decode().split("\0")[:-1]
    assert "prompt=@/etc/passwd" in arguments
    assert arguments[arguments.index("prompt=@/etc/passwd") - 1] == "--form-string"
    assert arguments[-2:] == ["--form", 'input_reference=@"/tmp/a,b; \\"c\\".png";type=image/png']
