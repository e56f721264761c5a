"""What a refused or broken call means, and whether it may be sent again."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.api import errors, reasons
from qr_tui.core.answers import Delivery
from qr_tui.core.failures import Kind

HTML = "<html><head><title>502 Bad Gateway</title></head><body>…</body></html>"


def body(message: str = "", code: str = "", kind: str = "") -> str:
    return json.dumps({"error": {"message": message, "type": kind or "new_api_error", "code": code}})


@pytest.mark.parametrize(
    ("status", "text", "kind", "delivery"),
    [
        # refused in words: nothing was made
        (400, body("duration must be 15 or 25"), Kind.BAD_REQUEST, Delivery.REFUSED),
        (400, "", Kind.BAD_REQUEST, Delivery.REFUSED),
        (400, body("prompt violates our usage policies"), Kind.POLICY, Delivery.REFUSED),
        (400, body("failed to download image: 404"), Kind.IMAGE_UNREACHABLE, Delivery.REFUSED),
        (400, body("invalid token in field prompt"), Kind.BAD_REQUEST, Delivery.REFUSED),
        (401, body("无效的令牌"), Kind.KEY_REFUSED, Delivery.REFUSED),
        (401, HTML, Kind.KEY_REFUSED, Delivery.REFUSED),
        (402, "", Kind.NO_BALANCE, Delivery.REFUSED),
        (403, body("x", "insufficient_user_quota"), Kind.NO_BALANCE, Delivery.REFUSED),
        (403, body("x", "pre_consume_token_quota_failed"), Kind.NO_BALANCE, Delivery.REFUSED),
        (403, body("用户额度不足"), Kind.NO_BALANCE, Delivery.REFUSED),
        (403, body("无权访问该分组"), Kind.FORBIDDEN, Delivery.REFUSED),
        (403, HTML, Kind.FORBIDDEN, Delivery.REFUSED),
        (404, HTML, Kind.WRONG_ADDRESS, Delivery.REFUSED),
        (404, body("x", "model_not_found"), Kind.MODEL_UNAVAILABLE, Delivery.REFUSED),
        (405, "", Kind.WRONG_ADDRESS, Delivery.REFUSED),
        (400, body("x", "task_not_exist"), Kind.BAD_REQUEST, Delivery.REFUSED),
        (413, "", Kind.BAD_REQUEST, Delivery.REFUSED),
        (422, '{"detail":"size is missing"}', Kind.BAD_REQUEST, Delivery.REFUSED),
        (503, body("x", "model_not_found"), Kind.MODEL_UNAVAILABLE, Delivery.REFUSED),
        (503, body("分组 default 下模型 x 无可用渠道"), Kind.MODEL_UNAVAILABLE, Delivery.REFUSED),
        (500, body("x", "insufficient_user_quota"), Kind.NO_BALANCE, Delivery.REFUSED),
        (307, "", Kind.WRONG_ADDRESS, Delivery.REFUSED),
        (308, "", Kind.WRONG_ADDRESS, Delivery.REFUSED),
        # refused for pace: later
        (429, "", Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED),
        (429, HTML, Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED),
        (429, body("当前分组上游负载已饱和，请稍后再试"), Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED),
        (400, body("x", "rate_limit_exceeded"), Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED),
        # an empty balance in the dress of a 429
        (429, body("当前分组上游负载已饱和", "insufficient_user_quota"), Kind.NO_BALANCE, Delivery.REFUSED),
        (429, body("当前分组上游负载已饱和", kind="insufficient_quota"), Kind.NO_BALANCE, Delivery.REFUSED),
        (429, body("预扣费额度失败"), Kind.NO_BALANCE, Delivery.REFUSED),
        (429, body("You exceeded your current quota"), Kind.NO_BALANCE, Delivery.REFUSED),
        # it may have been carried out
        (500, body("boom"), Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (500, body("x", "model_overloaded"), Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (500, body("无可用渠道"), Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (502, HTML, Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (503, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (503, body("负载已饱和"), Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (504, HTML, Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (524, HTML, Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (599, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (408, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (499, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (409, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (409, body("conflict"), Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (409, body("余额不足"), Kind.NO_BALANCE, Delivery.REFUSED),
        (425, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (301, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (302, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (303, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
        (101, "", Kind.LOST_ANSWER, Delivery.UNKNOWN),
    ],
)
def test_create(status: int, text: str, kind: Kind, delivery: Delivery) -> None:
    failed = errors.create_failed(status, {}, text.encode())
    assert (failed.kind, failed.delivery, failed.status) == (kind, delivery, status)


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (400, '{"code":"task_not_exist","message":"task_not_exist","data":null}', Kind.NOT_FOUND),
        (404, '{"error":"task not found"}', Kind.NOT_FOUND),
        (500, '{"code":"task_not_exist"}', Kind.NOT_FOUND),
        (404, HTML, Kind.WRONG_ADDRESS),
        (400, '{"message":"id is missing"}', Kind.BAD_REQUEST),
        (401, "", Kind.KEY_REFUSED),
        (403, "", Kind.FORBIDDEN),
        (408, "", Kind.TIMEOUT),
        (429, "", Kind.TOO_MANY_REQUESTS),
        (500, "", Kind.UPSTREAM),
        (502, HTML, Kind.UPSTREAM),
        (503, body("x", "model_not_found"), Kind.UPSTREAM),
        (524, HTML, Kind.UPSTREAM),
        (302, "", Kind.WRONG_ADDRESS),
    ],
)
def test_reading_calls(status: int, text: str, kind: Kind) -> None:
    assert errors.get_failed(status, {}, text.encode()).kind is kind


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"error":{"message":"a","type":"t"}}', "a"),
        ('{"error":{"message":"","message_zh":"甲"}}', "甲"),
        ('{"code":"c","message":"b","data":null}', "b"),
        ('{"success":false,"message":"c"}', "c"),
        ('{"error":"d"}', "d"),
        ('{"message":"e"}', "e"),
        ('"f"', "f"),
        ('{"error":{"code":"only_code"}}', "only_code"),
        ("", ""),
        (HTML, "502 Bad Gateway"),
        ("upstream connect error", "upstream connect error"),
        ("[1,2]", ""),
        ('{"error":[{"message":"x"}]}', "x"),
        ('{"errors":[{"message":"y"}]}', "y"),
        ('{"error_code":110,"error_msg":"z"}', "z"),
    ],
)
def test_error_bodies(text: str, words: str) -> None:
    assert str(errors.read_reason(text.encode()).detail) == words


def test_the_detail_says_what_the_provider_said() -> None:
    assert errors.create_failed(400, {}, body("no such size").encode()).detail == "no such size"
    assert errors.create_failed(502, {}, HTML.encode()).detail == "HTTP 502: Bad Gateway"
    assert errors.create_failed(500, {}, b"").detail == "HTTP 500"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_rule_3_a_redirect_says_where_it_points_and_nothing_else(status: int) -> None:
    headers = {"location": "https://user:pass@elsewhere.example:8443/path?token=1#part"}
    for failed in (
        errors.create_failed(status, headers, b"", "https://relay.example/v1/video/create"),
        errors.get_failed(status, headers, b"", "https://relay.example/v1/models"),
    ):
        assert str(failed.detail) == "the host points elsewhere: https://elsewhere.example:8443/path"


@pytest.mark.parametrize(
    ("location", "likely"),
    [
        ("https://relay.example/v1/video/create", True),
        ("https://relay.example:443/v1/video/create?x=1", True),
        ("https://other.example/v1/video/create", False),
        ("/v2/video/create", False),
        ("http://[", False),
    ],
)
def test_rule_3_a_redirect_from_http_to_https_says_so(location: str, likely: bool) -> None:
    failed = errors.create_failed(301, {"location": location}, b"", "http://relay.example/v1/video/create")
    assert failed.delivery is Delivery.UNKNOWN
    assert ("the base URL should begin with https://" in str(failed.detail)) is likely


@pytest.mark.parametrize(
    ("headers", "text", "request_id"),
    [
        ({"x-oneapi-request-id": "20261122abc"}, "", "20261122abc"),
        ({"x-request-id": "r-1"}, "", "r-1"),
        ({"x-oneapi-request-id": "bad id\x1b"}, body("no (request id: 77-x)"), "77-x"),
        ({}, body("没有 (Request ID：9988)"), "9988"),
        ({}, body("nothing"), None),
    ],
)
def test_request_id(headers: dict[str, str], text: str, request_id: str | None) -> None:
    assert errors.create_failed(400, headers, text.encode()).request_id == request_id


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "1e99"}, 86_400.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        (
            {"retry-after": "Mon, 23 Nov 2026 10:00:30 GMT", "date": "Mon, 23 Nov 2026 10:00:00 GMT"},
            30.0,
        ),
        ({"retry-after": "Mon, 23 Nov 2026 09:00:00 GMT", "date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert errors.retry_after(headers) == seconds
    assert errors.create_failed(429, headers, b"").retry_after == seconds


@settings(deadline=None)
@given(st.integers(100, 999), st.binary(max_size=300), st.text(max_size=40))
def test_any_answer_is_classified_and_no_server_error_is_ever_sent_again(
    status: int, content: bytes, header: str
) -> None:
    headers = {"retry-after": header, "location": header, "x-oneapi-request-id": header}
    failed = errors.create_failed(status, headers, content)
    assert isinstance(errors.get_failed(status, headers, content).kind, Kind)
    if failed.delivery is Delivery.RATE_LIMITED:
        assert 400 <= status < 500
    assert failed.delivery is not Delivery.NOT_SENT


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("We do not support images containing photorealistic people.", Kind.REAL_PEOPLE),
        ("图片中包含真人", Kind.REAL_PEOPLE),
        ("concerning similarity to third-party content", Kind.THIRD_PARTY),
        ("This may violate our guardrails", Kind.POLICY),
        ("提示词违规", Kind.POLICY),
        ("The image could not be fetched", Kind.IMAGE_UNREACHABLE),
        ("Unable to download the input image from the URL", Kind.IMAGE_UNREACHABLE),
        ("无法获取图片", Kind.IMAGE_UNREACHABLE),
        ("We are under heavy load", Kind.PROVIDER_BUSY),
        ("当前分组上游负载已饱和", Kind.PROVIDER_BUSY),
        ("No available accounts", Kind.PROVIDER_BUSY),
        ("third-party service returned an error", None),
        ("the image is lovely", None),
        ("", None),
    ],
)
def test_words_of_failed_tasks(words: str, kind: Kind | None) -> None:
    assert reasons.by_text(words) is kind


def test_no_words_can_make_the_search_slow() -> None:
    for unit in ("unable ", "image ", "violate ", "图片", "fail fetch "):
        reasons.by_text(unit * (2_000 // len(unit)))
