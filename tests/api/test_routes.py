"""The answers of every route, in every coat, through the one reader; and small inputs that once went wrong."""

from pathlib import Path

import pytest

from qr_tui.api import errors, reader
from qr_tui.core.answers import CallFailed, Created, Delivery, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from qr_tui.core.text.messages import Message

HERE = Path(__file__).parent
ROUTES = HERE / "examples" / "routes"
BASE = "https://relay.example"
NOT_ANSWERS = {"create-request", "query-many", "vendor-file-retrieve"}  # what is sent; what is no answer to one look


def route(name: str) -> bytes:
    return (ROUTES / f"{name}.json").read_bytes()


def look(body: bytes) -> QueryResult:
    return reader.read_look(body, base_url=BASE)


def case(name: str) -> bytes:
    return (HERE / "cases" / f"{name}.json").read_bytes()


CREATED = {
    "hailuo/create-answer": ("400000000000001", ""),
    "kling/create-answer": ("900000000000000001", "submitted"),
    "kling/create-answer.openai-object": ("task_example02", "queued"),
    "openai-videos/create-answer": ("video_00000000-0000-4000-8000-000000000011", "queued"),
    "volc-tasks/create-answer": ("cgt-20261120101500-ab1cd", "submitted"),
    "volc-tasks/create-answer.vendor": ("cgt-20261120101500-ab1cd", ""),
}
REFUSED = {
    "hailuo/create-refused": (Kind.POLICY, "the prompt was judged sensitive"),
    "kling/create-refused": (Kind.BAD_REQUEST, "invalid parameter: duration"),
}
UNFINISHED = {
    "hailuo/query-pending": (Status.WAITING, "QUEUED", None),
    "hailuo/query-running": (Status.RUNNING, "IN_PROGRESS", None),
    "hailuo/vendor-query-pending": (Status.WAITING, "Preparing", None),
    "hailuo/vendor-query-running": (Status.RUNNING, "Processing", None),
    "kling/query-pending": (Status.WAITING, "submitted", None),
    "kling/query-running": (Status.RUNNING, "processing", None),
    "kling/query-running.3-0-turbo": (Status.RUNNING, "processing", None),
    "openai-videos/query-pending": (Status.WAITING, "queued", 0.0),
    "openai-videos/query-running": (Status.RUNNING, "in_progress", 45.0),
    "volc-tasks/query-pending": (Status.WAITING, "queued", None),
    "volc-tasks/query-running": (Status.RUNNING, "running", None),
}
DONE = {
    "hailuo/query-done": ("https://mmcdn.example.com/boat.mp4", 1795036100.0),
    "hailuo/vendor-query-done": (None, None),  # only a file id: the link is behind another call
    "hailuo/vendor-h3-query-done": ("https://mmcdn.example.com/boat.mp4", 1795036100.0),
    "kling/query-done": ("https://kcdn.example.com/boat.mp4", None),
    "kling/query-done.flat-envelope": ("https://media.example.com/boat.mp4", None),
    "openai-videos/query-done": ("https://cdn.example.com/v/boat.mp4", None),
    "volc-tasks/query-done": ("https://tos.example.com/seedance/boat.mp4", 1795256180.0),
    "volc-tasks/query-done.last-frame": ("https://tos.example.com/seedance/boat.mp4", 1795256180.0),
    "volc-tasks/query-done.wrapped": ("https://tos.example.com/seedance/boat.mp4", 1795256180.0),
}
FAILED = {
    "hailuo/vendor-query-failed": (Kind.POLICY, "the result was judged sensitive"),
    "kling/query-failed": (Kind.PROVIDER_FAILED, "the content check said no"),
    "openai-videos/query-failed": (Kind.POLICY, "the request was refused"),
    "volc-tasks/query-failed": (Kind.POLICY, "the result was judged sensitive"),
}


def test_every_answer_has_its_row() -> None:
    found = {str(path.relative_to(ROUTES).with_suffix("")) for path in ROUTES.rglob("*.json")}
    answers = {name for name in found if name.split("/")[1].split(".")[0] not in NOT_ANSWERS}
    assert answers == {*CREATED, *REFUSED, *UNFINISHED, *DONE, *FAILED}


@pytest.mark.parametrize("name", CREATED)
def test_created(name: str) -> None:
    created = reader.read_created(route(name))
    assert (created.id, created.provider_status) == CREATED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_under_a_good_status(name: str) -> None:
    with pytest.raises(CallFailed) as caught:
        reader.read_created(route(name))
    assert (caught.value.kind, caught.value.detail) == REFUSED[name]
    assert caught.value.delivery is Delivery.REFUSED


@pytest.mark.parametrize("name", UNFINISHED)
def test_unfinished(name: str) -> None:
    seen = look(route(name))
    assert (seen.status, seen.provider_status, seen.progress) == UNFINISHED[name]
    assert (seen.video_url, seen.failure, seen.unreadable) == (None, None, None)


@pytest.mark.parametrize("name", DONE)
def test_done(name: str) -> None:
    seen = look(route(name))
    link = seen.video_url.partition("?")[0] if seen.video_url else None
    assert (seen.status, link, seen.expires_at) == (Status.DONE, *DONE[name])
    assert seen.failure is None


@pytest.mark.parametrize("name", FAILED)
def test_failed(name: str) -> None:
    seen = look(route(name))
    assert seen.status is Status.FAILED and seen.failure is not None
    assert (seen.failure.kind, seen.failure.detail) == FAILED[name]


def test_the_size_of_a_video_under_a_vendors_own_name() -> None:
    seen = look(route("hailuo/query-done"))
    assert (seen.width, seen.height) == (1366, 768)


def test_a_list_of_several_tasks_is_no_answer_to_one_look() -> None:
    with pytest.raises(CallFailed) as caught:
        look(route("volc-tasks/query-many"))
    assert caught.value.kind is Kind.BAD_ANSWER


def test_the_answer_of_a_file_call_holds_its_link() -> None:
    found = reader.read_link(route("hailuo/vendor-file-retrieve"))
    assert found is not None and found.startswith("https://mmcdn.example.com/boat.mp4")


# small inputs that once went wrong -------------------------------------------------------------------------------
def test_rule_1_3_a_text_id_beats_a_number() -> None:
    created = reader.read_created(case("create-int-id-beside-task-id"))
    assert created == Created(
        id="task_5b0cb42da78e416489ab5a0f",
        candidates=("task_5b0cb42da78e416489ab5a0f", "4711"),
        provider_status="NOT_START",
        raw=case("create-int-id-beside-task-id").decode(),
    )


@pytest.mark.parametrize(
    ("body", "candidates"),
    [
        (b'{"id":4711,"task_id":815}', ("815", "4711")),
        (b'{"id":"4711","task_id":"task_a"}', ("task_a", "4711")),
        (b'{"id":4711,"data":{"task_id":"task_a"}}', ("task_a", "4711")),
        (b'{"id":"a","task_id":"b","data":{"id":"c"}}', ("a", "b", "c")),
        (b'{"data":[{"task_id":"task_a"}]}', ("task_a",)),
        (b'{"data":{"data":{"data":{"id":"deep"}}}}', ("deep",)),
        (b'{"task":{"id":"t"}}', ("t",)),
        (b'{"output":{"task_id":"t","task_status":"PENDING"},"request_id":"r"}', ("t",)),
        (b'{"code":"success","data":"bare"}', ("bare",)),
        (b'{"id":12345678901234567890123}', ("12345678901234567890123",)),
    ],
)
def test_rule_1_3_every_candidate_is_kept(body: bytes, candidates: tuple[str, ...]) -> None:
    created = reader.read_created(body)
    assert (created.id, created.candidates) == (candidates[0], candidates)


def test_json_inside_a_message_decides() -> None:
    failed = errors.create_failed(400, {}, case("create-400-json-in-message"))
    assert (failed.kind, failed.delivery, failed.request_id) == (Kind.MODEL_UNAVAILABLE, Delivery.REFUSED, None)
    assert failed.detail == "分组 default 下模型 sora-2-pro 无可用渠道 (request id: R)"


def test_json_inside_a_failed_tasks_reason_decides() -> None:
    seen = look(
        rb'{"id":"T","status":"failed","fail_reason":"upstream: {\"error\":{\"code\":\"content_policy_violation\",'
        rb'\"message\":\"it was refused\"}}"}'
    )
    assert seen.failure is not None
    assert (seen.failure.kind, seen.failure.detail) == (Kind.POLICY, "it was refused")


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("done-link-in-content", "https://cdn.example.com/v.mp4"),
        ("done-link-with-space", "https://cdn.example.com/my%20video%201.mp4"),
        ("done-relative-link", "https://relay.example/cdn/v.mp4"),
    ],
)
def test_finished_links(name: str, link: str) -> None:
    seen = look(case(name))
    assert (seen.status, seen.video_url) == (Status.DONE, link)


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("fail-numeric-code", Message("code {code}", {"code": "1302"})),
        ("fail-detail-string", "words in detail"),
        ("fail-data-error", "words in data.error"),
    ],
)
def test_reasons(name: str, detail: object) -> None:
    seen = look(case(name))
    assert seen.status is Status.FAILED and seen.failure is not None
    assert (seen.failure.kind, seen.failure.detail) == (Kind.PROVIDER_FAILED, detail)


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ('"error":{"message":{"en":"too dark","zh":"x"}}', "too dark"),
        ('"errors":["too dark"]', "too dark"),
        ('"reason":[{"text":"too dark"}]', "too dark"),
        ('"message":"failed","error":{"type":"x","details":[{"message":"too dark"}]}', "too dark"),
        ('"fail_reason":"https://cdn.example.com/v.mp4"', ""),
        ('"fail_reason":"T"', ""),
        ('"fail_reason":"https://a.example/i.png could not be loaded"', "https://a.example/i.png could not be loaded"),
    ],
)
def test_a_reason_is_found_where_words_are_and_an_id_or_a_link_is_none(fields: str, detail: str) -> None:
    seen = look(f'{{"id":"T","status":"failed",{fields}}}'.encode())
    assert seen.failure is not None
    assert seen.failure.detail == detail
    assert (seen.failure.kind is Kind.NO_REASON) is (not detail)


@pytest.mark.parametrize(
    "fields", ['"output":["LINK"]', '"output":"LINK"', '"content":[{"video_url":"LINK"}]', '"video":{"url":"LINK"}']
)
def test_links_of_other_routes(fields: str) -> None:
    link = "https://a.example/v.mp4"
    assert look(f'{{"id":"T","status":"done",{fields.replace("LINK", link)}}}'.encode()).video_url == link


def test_a_status_that_is_no_word_is_said_and_its_link_is_offered() -> None:
    seen = look(case("query-numeric-status"))
    assert (seen.status, seen.provider_status, seen.failure) == (None, "3", None)
    assert (seen.video_url, seen.progress) == ("https://cdn.example.com/v.mp4", 100.0)
    assert str(seen.unreadable) == "the status cannot be read: 3"


@pytest.mark.parametrize(
    ("body", "unreadable", "offered"),
    [
        (b'{"id":"T","status":2,"progress":40,"url":"https://a.example/v"}', "the status cannot be read: 2", False),
        (b'{"id":"T","status":2}', "the status cannot be read: 2", False),
        (b'{"id":"T","url":"https://a.example/v"}', "the answer tells no status", True),
        (b'{"id":"T","status":"polished","progress":100,"url":"https://a.example/v"}', "None", True),
    ],
)
def test_cousins_of_a_status_that_is_no_word(body: bytes, unreadable: str, offered: bool) -> None:
    seen = look(body)
    assert (seen.status, str(seen.unreadable), bool(seen.video_url)) == (None, unreadable, offered)


def test_a_stray_401_is_a_refused_key_for_the_one_who_confirms_it() -> None:
    failed = errors.get_failed(401, {}, case("query-401-once"))
    assert (failed.kind, failed.detail) == (Kind.KEY_REFUSED, "upstream credentials rejected")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"status":"error","code":429,"message":"slow down"}', Kind.TOO_MANY_REQUESTS),
        (b'{"status":"fail","error":{"code":"task_not_exist","message":"x"}}', Kind.NOT_FOUND),
        (b'{"status":"failed","error":{"code":"invalid_api_key","message":"x"}}', Kind.KEY_REFUSED),
        (b'{"status":"error","code":502,"message":"bad gateway"}', Kind.UPSTREAM),
    ],
)
def test_a_failed_call_that_names_no_task_is_no_failed_task(body: bytes, kind: Kind) -> None:
    with pytest.raises(CallFailed) as caught:
        look(body)
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        ("InputImageSensitiveContentDetected.PolicyViolation", "copyright", Kind.THIRD_PARTY),
        ("InputTextSensitiveContentDetected", "The input may contain real person", Kind.REAL_PEOPLE),
        ("OutputVideoSensitiveContentDetected", "x", Kind.POLICY),
        ("ModelNotOpen", "x", Kind.MODEL_UNAVAILABLE),
        ("InvalidEndpointOrModel.NotFound", "x", Kind.MODEL_UNAVAILABLE),
        ("QuotaExceeded", "x", Kind.PROVIDER_BUSY),
        ("InvalidParameter.duration", "x", Kind.BAD_REQUEST),
        ("AccountOverdueError", "欠费", Kind.PROVIDER_UNPAID),
    ],
)
def test_codes_of_the_vendor_behind_the_relay(code: str, words: str, kind: Kind) -> None:
    body = f'{{"error":{{"code":"{code}","message":"{words}","type":"t"}}}}'.encode()
    failed = errors.create_failed(400, {}, body)
    assert (failed.kind, failed.delivery) == (kind, Delivery.REFUSED)


def test_a_good_video_with_megabytes_beside_its_link() -> None:
    body = b'{"id":"T","b64_json":"' + b"A" * 2_000_000 + b'","status":"completed","video_url":"https://a.example/v"}'
    seen = look(body)
    assert (seen.status, seen.video_url) == (Status.DONE, "https://a.example/v")
    assert len(seen.raw) == 4 * 1024
