"""What makes a task, and what the other reading calls understand."""

import json

import pytest

from qr_tui.api import reader
from qr_tui.core.answers import Balance, CallFailed, Delivery, HostModel
from qr_tui.core.failures import Kind


def encoded(tree: object) -> bytes:
    return json.dumps(tree).encode()


@pytest.mark.parametrize(
    ("tree", "task_id"),
    [
        ({"id": "a:b"}, "a:b"),
        ({"task_id": "t"}, "t"),
        ({"data": {"id": "d"}}, "d"),
        ({"data": {"task_id": "d"}}, "d"),
        ({"code": "success", "message": "", "data": "t1"}, "t1"),
        ({"id": "", "task_id": "t"}, "t"),
        ({"id": 17}, "17"),
        ({"id": " padded "}, "padded"),
        ({"id": "paid", "error": {"message": "but something else went wrong"}}, "paid"),
    ],
)
def test_an_id_is_a_task(tree: object, task_id: str) -> None:
    assert reader.read_created(encoded(tree)).id == task_id


def test_a_video_that_has_an_id_is_not_called_failed_before_it_was_looked_at() -> None:
    created = reader.read_created(encoded({"id": "paid", "status": "failed"}))
    assert (created.id, created.provider_status) == ("paid", "")
    assert "failed" in created.raw


@pytest.mark.parametrize("odd", ["two words", "esc\x1b[2J", "x" * 5_000])
def test_rule_1_3_an_id_that_cannot_be_used_is_said(odd: str) -> None:
    with pytest.raises(CallFailed, match="the id in the answer cannot be used: ") as caught:
        reader.read_created(encoded({"id": odd, "code": 1}))
    assert caught.value.delivery is Delivery.UNKNOWN
    assert json.dumps(odd)[1:90] in caught.value.raw, "and what came is kept"


@pytest.mark.parametrize(
    "tree",
    [
        {},
        [],
        None,
        "task",
        {"id": None},
        {"id": True},
        {"id": "two words"},
        {"id": "esc\x1b[2J"},
        {"id": "bidi\u202e"},
        {"id": "x" * 600},
        {"message": "success"},
        {"error": None, "status": "pending"},
        {"error": {}},
        {"code": 1, "message": "submitted"},
        {"code": "success", "message": "", "data": None},
    ],
)
def test_neither_id_nor_error_may_have_been_paid(tree: object) -> None:
    with pytest.raises(CallFailed) as caught:
        reader.read_created(encoded(tree))
    assert (caught.value.delivery, caught.value.kind) == (Delivery.UNKNOWN, Kind.LOST_ANSWER)


@pytest.mark.parametrize(
    ("tree", "kind", "delivery"),
    [
        ({"error": "bad prompt field"}, Kind.BAD_REQUEST, Delivery.REFUSED),
        ({"error": {"message": "用户额度不足"}}, Kind.NO_BALANCE, Delivery.REFUSED),
        ({"error": {"message": "无效的令牌"}}, Kind.KEY_REFUSED, Delivery.REFUSED),
        ({"success": False, "message": "duration is wrong"}, Kind.BAD_REQUEST, Delivery.REFUSED),
        ({"code": "model_not_found", "message": "x", "data": None}, Kind.MODEL_UNAVAILABLE, Delivery.REFUSED),
        ({"code": 401, "message": "who?"}, Kind.KEY_REFUSED, Delivery.REFUSED),
        ({"code": 429, "message": "slow"}, Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED),
        ({"code": 502, "message": "bad gateway"}, Kind.LOST_ANSWER, Delivery.UNKNOWN),
    ],
)
def test_an_error_object_under_a_good_status(tree: object, kind: Kind, delivery: Delivery) -> None:
    with pytest.raises(CallFailed) as caught:
        reader.read_created(encoded(tree))
    assert (caught.value.kind, caught.value.delivery) == (kind, delivery)


def test_models() -> None:
    veo = {"id": "veo3", "supported_endpoint_types": ["视频统一格式", 5, None]}
    tree = {"data": [{"id": "sora-2-pro"}, {"id": 5}, None, {"id": "sora-2-pro"}, veo, "plain"]}
    found = reader.read_models(encoded(tree))
    assert found == (HostModel("sora-2-pro"), HostModel("veo3", ("视频统一格式",)), HostModel("plain"))
    assert reader.read_models(b'{"data":[]}') == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html><title>Welcome</title></html>", Kind.BAD_ANSWER),
        (b"{}", Kind.BAD_ANSWER),
        (b'{"error":{"message":"x","code":"invalid_api_key"}}', Kind.KEY_REFUSED),
    ],
)
def test_no_models(body: bytes, kind: Kind) -> None:
    with pytest.raises(CallFailed) as caught:
        reader.read_models(body)
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    ("subscription", "usage", "balance"),
    [
        (b'{"hard_limit_usd":20.5}', b'{"total_usage":1050}', Balance(remaining=10.0, used=10.5)),
        (b'{"hard_limit_usd":"20"}', b'{"total_usage":0}', Balance(remaining=20.0, used=0.0)),
        (b'{"hard_limit_usd":100000000}', b"{}", Balance(remaining=None)),
        (b"<html>", b"{}", None),
        (b"{}", b'{"total_usage":1}', None),
        (b'{"hard_limit_usd":20}', b"[]", None),
    ],
)
def test_balance(subscription: bytes, usage: bytes, balance: Balance | None) -> None:
    assert reader.read_balance(subscription, usage) == balance
