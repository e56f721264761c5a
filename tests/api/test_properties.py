"""Bytes of every kind end in a result or in CallFailed, and only a status word fails a task."""

import contextlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.api import reader, statuses
from qr_tui.api.json_body import RAW_LIMIT, TEXT_LIMIT
from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status

EXAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "examples").iterdir())]
FAILED_WORDS = {word for word, status in statuses.MEANING.items() if status is Status.FAILED}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([*statuses.MEANING, " FAILED ", "https://a.example/v.mp4?se=x&Expires=9", "1e999", "50%"])
)
FIELDS = """
    id task_id status data detail pending_info draft_info encodings source thumbnail path url video_url result_url
    output metadata result generations error message code type success progress progress_pct failure_reason fail_reason
    expires_at width height enhanced_prompt hard_limit_usd total_usage
"""
names = st.sampled_from(FIELDS.split())
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner, max_size=6),
    max_leaves=25,
)


def encoded(tree: object) -> bytes:
    return json.dumps(tree).encode()


def check_look(body: bytes) -> None:
    try:
        seen = reader.read_look(body)
    except CallFailed as failed:
        assert len(str(failed.detail)) <= TEXT_LIMIT and len(failed.raw) <= RAW_LIMIT
        msgspec.json.encode(str(failed.detail) + failed.raw)
        return
    msgspec.json.encode(seen)  # it can be kept: no lone surrogates, no NaN
    assert seen.progress is None or 0 <= seen.progress <= 100
    assert len(seen.raw) <= RAW_LIMIT
    assert len(str(seen.failure.detail) if seen.failure else "") <= TEXT_LIMIT
    assert (seen.failure is not None) == (seen.status is Status.FAILED)
    if seen.status is Status.FAILED:
        tree = json.loads(body.decode("utf-8-sig", "replace"))
        data = tree.get("data")
        inner = data.get("status") if isinstance(data, dict) else None
        detail = tree["detail"] if isinstance(tree.get("detail"), dict) else {}
        pending = detail["pending_info"] if isinstance(detail.get("pending_info"), dict) else {}
        places = (tree.get("status"), inner, detail.get("status"), pending.get("status"))
        assert any(isinstance(word, str) and word.strip().lower() in FAILED_WORDS for word in places)
    for url in (seen.video_url, seen.thumbnail_url, seen.gif_url):
        assert url is None or (url.lower().startswith(("http://", "https://")) and url.isprintable())


def check_created(body: bytes) -> None:
    try:
        created = reader.read_created(body)
    except CallFailed as failed:
        assert failed.delivery in (Delivery.REFUSED, Delivery.RATE_LIMITED, Delivery.UNKNOWN)
        msgspec.json.encode(str(failed.detail) + failed.raw)
        return
    assert created.id.isprintable() and not created.id.isspace() and created.id
    msgspec.json.encode(created)


@settings(deadline=None)
@given(trees)
def test_any_json(tree: object) -> None:
    body = encoded(tree)
    check_look(body)
    check_created(body)
    reader.read_balance(body, body)
    with contextlib.suppress(CallFailed):
        reader.read_models(body)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    check_look(body)
    check_created(body)
    reader.read_balance(body, body)


@settings(deadline=None)
@given(st.sampled_from(EXAMPLES), st.data())
def test_mutated_examples(body: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 12)))
        body = body[:start] + data.draw(st.binary(max_size=6)) + body[end:]
    check_look(body)
    check_created(body)


@settings(deadline=None)
@given(st.sampled_from(EXAMPLES), st.data())
def test_examples_with_any_value_replaced(body: bytes, data: st.DataObject) -> None:
    tree = json.loads(body)
    spot: Any = tree
    while True:
        name = data.draw(st.sampled_from(sorted(spot)))
        if isinstance(spot[name], dict) and spot[name] and data.draw(st.booleans()):
            spot = spot[name]
            continue
        spot[name] = data.draw(trees)
        break
    check_look(encoded(tree))
    check_created(encoded(tree))


@pytest.mark.parametrize("name", ["query-pending-sora", "query-pending-minimal", "query-completed-sora"])
def test_every_truncation_fails_the_look_and_never_the_task(name: str) -> None:
    body = (Path(__file__).parent / "examples" / f"{name}.json").read_bytes().rstrip()
    for end in range(len(body)):
        with pytest.raises(CallFailed) as caught:
            reader.read_look(body[:end])
        assert caught.value.kind is Kind.BAD_ANSWER


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"status":' + b"9" * 10_000 + b"}",
        b'{"id":' + b"9" * 10_000 + b"}",
        b'{"status":"\\ud800","detail":{"url":"\\ud800"},"progress":NaN}',
        b'{"status":"failed","error":"\\ud800\\udfff' + b"x" * 10_000 + b'"}',
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"status":"pending"}',
        b"null",
        b"",
        b"<html><title>502</title></html>",
    ],
)
def test_hostile_bodies(body: bytes) -> None:
    check_look(body)
    check_created(body)
