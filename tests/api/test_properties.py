"""Bytes of every kind end in a result or in CallFailed, and only a status word fails a task."""

import contextlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qr_tui.api import names, reader
from qr_tui.api.json_body import RAW_LIMIT, TEXT_LIMIT
from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from qr_tui.simulator import create_request, shapes
from qr_tui.simulator.scenarios import FAILURES
from qr_tui.simulator.task import SimTask
from tests.support.simulator import GROK, SORA, VEO

EXAMPLES = [path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.json"))]
FAILED_WORDS = {word for word, status in names.MEANING.items() if status is Status.FAILED}

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([*names.MEANING, " FAILED ", "https://a.example/v.mp4?se=x&Expires=9", "1e999", "50%"])
)
FIELDS = """
    id task_id status task_status state task output content data detail
    pending_info draft_info encodings source thumbnail path url video_url result_url
    output metadata result generations error message code type success progress progress_pct failure_reason fail_reason
    expires_at width height enhanced_prompt hard_limit_usd total_usage
"""
field_names = st.sampled_from(FIELDS.split())
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(field_names | st.text(max_size=3), inner, max_size=6),
    max_leaves=25,
)


def encoded(tree: object) -> bytes:
    return json.dumps(tree).encode()


def said(tree: Any) -> set[str]:
    """Return every text that stands under the name of a status, wherever it is."""
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    words = [tree[name] for name in names.STATUS if name in tree] if isinstance(tree, dict) else []
    return {str(word).strip().lower() for word in words}.union(*map(said, inner))


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
        assert FAILED_WORDS & said(json.loads(body.decode("utf-8-sig", "replace")))
    for url in (seen.video_url, seen.thumbnail_url, seen.gif_url):
        assert url is None or (url.lower().startswith(("http://", "https://")) and url.isprintable())


def check_created(body: bytes) -> None:
    try:
        created = reader.read_created(body)
    except CallFailed as failed:
        assert failed.delivery in (Delivery.REFUSED, Delivery.RATE_LIMITED, Delivery.UNKNOWN)
        msgspec.json.encode(str(failed.detail) + failed.raw)
        return
    assert created.candidates[0] == created.id
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


# every container under every name -------------------------------------------------------------------------------
WORDS = {status: [word for word in names.MEANING if names.MEANING[word] is status] for status in Status}
ids = st.text("abcdefgh0123456789:_-", min_size=1, max_size=20).filter(lambda text: not text.isdecimal())
anywhere = st.sampled_from([("data",) * depth for depth in range(4)] + [("task",), ("output",), ("data", "task")])


def wrapped(path: tuple[str, ...], inside: dict[str, Any], envelope: dict[str, Any]) -> bytes:
    tree: dict[str, Any] = inside
    for name in reversed(path):
        tree = {**envelope, name: tree}
    return encoded(tree)


envelopes = st.sampled_from(
    [
        {},
        {"code": 0, "message": "SUCCEED"},
        {"code": "success", "message": ""},
        {"status": "success"},
        {"status": "failed", "message": "the coat's own word"},
        {"success": True},
    ]
)


@settings(deadline=None)
@given(anywhere, envelopes, st.sampled_from(names.STATUS), st.sampled_from(names.IDS), ids, st.data())
def test_rule_1_3_a_running_task_is_never_failed_whatever_its_coat(
    path: tuple[str, ...], envelope: dict[str, Any], status_name: str, id_name: str, task_id: str, data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from([*WORDS[Status.RUNNING], *WORDS[Status.WAITING], "a word nobody knows"]))
    seen = reader.read_look(wrapped(path, {id_name: task_id, status_name: word, "error": "stale"}, envelope))
    assert (seen.status, seen.provider_status, seen.failure) == (names.MEANING.get(word), word, None)


@settings(deadline=None)
@given(anywhere, envelopes, st.sampled_from(names.STATUS), st.sampled_from(names.IDS), ids, st.data())
def test_rule_1_3_a_failed_task_says_why_whatever_its_coat(
    path: tuple[str, ...], envelope: dict[str, Any], status_name: str, id_name: str, task_id: str, data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from(WORDS[Status.FAILED]))
    place = data.draw(st.sampled_from([name for name in (*names.REASON, *names.REMARK) if name != "data"]))
    inside: dict[str, Any] = {id_name: task_id, status_name: word}
    spot = inside
    for name in place.split(".")[:-1]:
        inner: dict[str, Any] = {}
        spot[name.removesuffix("[]")] = [inner] if name.endswith("[]") else inner
        spot = inner
    spot[place.split(".")[-1]] = "why it was"
    seen = reader.read_look(wrapped(path, inside, envelope))
    assert seen.status is Status.FAILED and seen.failure is not None
    assert seen.failure.detail == "why it was"


@settings(deadline=None)
@given(anywhere, envelopes, st.sampled_from(names.IDS), ids)
def test_rule_1_3_an_id_is_found_whatever_its_coat(
    path: tuple[str, ...], envelope: dict[str, Any], id_name: str, task_id: str
) -> None:
    created = reader.read_created(wrapped(path, {id_name: task_id, "status": "queued"}, envelope))
    assert (created.id, created.candidates) == (task_id, (task_id,))


REFUSALS: list[dict[str, Any]] = [
    {"code": 1201, "message": "invalid parameter: duration", "data": None},
    {"code": 1201},
    {"code": -1, "message": "no"},
    {"code": 1, "message": "duration is wrong", "data": None},
    {"base_resp": {"status_code": 1026, "status_msg": "judged sensitive"}, "task_id": ""},
    {"error": {"code": 1302, "message": ""}},
    {"error": {"message": "no such size"}},
    {"success": False, "message": "no such size"},
    {"error_code": 110, "error_msg": "no such size"},
]


@settings(deadline=None)
@given(st.sampled_from(REFUSALS), st.integers(0, 3), st.sampled_from([{}, {"code": "success"}, {"code": 0}]))
def test_rule_1_3_a_refusal_is_never_lost(refusal: dict[str, Any], depth: int, coat: dict[str, Any]) -> None:
    with pytest.raises(CallFailed) as caught:
        reader.read_created(wrapped(("data",) * depth, refusal, coat))
    assert caught.value.delivery is Delivery.REFUSED


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "code": st.sampled_from([0, 1, 200, "success", "0", 10000]),
            "message": st.sampled_from(["", "ok", "success", "SUCCEED", "submitted", "提交成功"]),
            "data": st.none() | st.just({}) | st.just({"status": "queued", "progress": 0}),
            "result": st.just({"queue": 3}),
            "base_resp": st.just({"status_code": 0, "status_msg": "success"}),
            "status": st.sampled_from(sorted(names.MEANING)),
            "success": st.just(True),
            "error": st.none() | st.just("") | st.just({}),
        },
    )
)
@example({"code": 10000})
def test_rule_1_3_a_lost_answer_is_never_refused(tree: dict[str, Any]) -> None:
    with pytest.raises(CallFailed) as caught:
        reader.read_created(encoded(tree))
    assert caught.value.delivery is Delivery.UNKNOWN


# the simulator's own answers --------------------------------------------------------------------------------------
@settings(deadline=None)
@given(
    st.sampled_from([SORA, VEO, GROK]),
    st.sampled_from(["", "[sim:dto]", "[sim:no_progress]", "[sim:unknown_status]", "[sim:no_url]"]),
    st.floats(0.0, 1.2),
    st.sampled_from(["", *FAILURES]),
)
def test_rule_1_3_every_answer_of_the_simulator_is_read_as_what_is_true_there(
    order: dict[str, Any], scenario: str, share: float, failure: str
) -> None:
    request = create_request.read(order | {"prompt": f"a boat {scenario}"}, "r")
    task = SimTask(request, seed=1, number=1, now=0.0, speed=1.0)
    task.failure = failure
    now = share * task.length
    stage = task.stage(now)
    seen = reader.read_look(msgspec.json.encode(shapes.looked_at(task, now, "http://127.0.0.1:1")))
    true = {"pending": Status.WAITING, "processing": Status.RUNNING, "completed": Status.DONE, "failed": Status.FAILED}
    if seen.provider_status == shapes.UNKNOWN_WORD:
        assert (seen.status, stage) == (None, "processing")
    else:
        assert seen.status is true[stage]
    assert bool(seen.video_url) is (stage == "completed" and scenario != "[sim:no_url]")
    assert (seen.failure is not None) is (stage == "failed")
