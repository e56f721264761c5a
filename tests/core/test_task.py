import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.failures import Kind
from qr_tui.core.task import (
    FINAL,
    HISTORY_LIMIT,
    MOVES,
    WATCHED,
    Failure,
    HistoryEntry,
    Parameter,
    Request,
    Status,
    Task,
    advance,
    find,
    may_move,
    new_key,
    new_task,
)
from tests.support.wire import body

HOST = "https://api.quickrouter.ai"
# the example of the vendor's own page, with its values
VENDOR = Request(
    model="sora-2-pro",
    prompt="make animate",
    images=("https://a.example/1.png",),
    parameters={
        "watermark": False,
        "private": True,
        "duration": 15,
        "size": "large",
        "orientation": "portrait",
    },
)
parameters: st.SearchStrategy[dict[str, Parameter]] = st.dictionaries(
    st.text(max_size=8), st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8), max_size=4
)
requests = st.builds(
    Request,
    model=st.text(max_size=8),
    prompt=st.text(max_size=20),
    images=st.lists(st.text(max_size=8), max_size=2).map(tuple),
    parameters=parameters,
)


def task(**fields: object) -> Task:
    plain: dict[str, Any] = {"key": "k", "model": "m", "prompt": "p", "base_url": HOST, "created_at": 0.0}
    return Task(**(plain | fields))


# moves -----------------------------------------------------------------------------------------------------------


def test_every_status_has_its_moves() -> None:
    assert set(MOVES) == set(Status)


def test_nothing_that_was_sent_is_ever_sent_again_by_itself() -> None:
    """Back to queued leads only what proved undelivered, or what a person decided to send again."""
    assert [old for old in Status if Status.QUEUED in MOVES[old]] == [
        Status.SENDING,
        Status.UNCONFIRMED,
    ]
    assert [old for old in Status if Status.SENDING in MOVES[old]] == [Status.QUEUED]


def test_a_finished_video_stays_finished() -> None:
    assert MOVES[Status.DONE] == frozenset()
    assert not any(may_move(Status.FAILED, new) for new in (Status.QUEUED, Status.SENDING, Status.UNCONFIRMED))
    for final in FINAL:
        assert not may_move(final, Status.SENDING)
    assert not FINAL & WATCHED


def test_staying_is_always_allowed() -> None:
    assert all(may_move(status, status) for status in Status)


@pytest.mark.parametrize(("old", "new"), itertools.product(Status, Status))
def test_advance_follows_the_table(old: Status, new: Status) -> None:
    before = task(status=old, history=(HistoryEntry(1.0, old),))
    after = advance(before, {"status": new}, 9.0)
    if not may_move(old, new):
        assert after is None
    elif old == new:
        assert after is before
    else:
        assert after is not None
        assert (after.status, after.updated_at, after.history[-1]) == (new, 9.0, HistoryEntry(9.0, new))
        assert len(after.history) == 2
    assert before.status is old


def test_a_late_answer_changes_nothing_that_is_decided() -> None:
    done = task(status=Status.DONE, progress=100.0, video_url="https://v")
    assert advance(done, {"status": Status.RUNNING, "progress": 40.0}, 9.0) is None


def test_history_grows_by_changes_of_state_and_word_only() -> None:
    one = task(status=Status.RUNNING, provider_status="running")
    two = advance(one, {"progress": 50.0}, 2.0)
    assert two is not None
    assert (two.history, two.updated_at, two.progress) == ((), 2.0, 50.0)
    three = advance(two, {"provider_status": "uploading", "progress": 50.0}, 3.0)
    assert three is not None
    assert three.history == (HistoryEntry(3.0, Status.RUNNING, "uploading"),)
    assert advance(three, {"provider_status": "uploading"}, 4.0) is three


def test_history_is_bounded() -> None:
    now: Task | None = task(status=Status.RUNNING)
    for number in range(HISTORY_LIMIT + 50):
        assert now is not None
        now = advance(now, {"provider_status": str(number)}, float(number))
    assert now is not None
    assert len(now.history) == HISTORY_LIMIT
    assert now.history[-1].word == str(HISTORY_LIMIT + 49)


@given(st.lists(st.sampled_from(Status)))
def test_no_way_leads_out_of_done(words: list[Status]) -> None:
    current = task(status=Status.QUEUED)
    done = False
    for word in words:
        current = advance(current, {"status": word}, 1.0) or current
        done = done or current.status is Status.DONE
    assert not done or current.status is Status.DONE


def test_what_a_status_means() -> None:
    assert [status for status in Status if task(status=status).final] == [
        Status.DONE,
        Status.FAILED,
        Status.STOPPED,
    ]
    assert [status for status in Status if task(status=status).needs_you] == [Status.UNCONFIRMED]


# request ---------------------------------------------------------------------------------------------------------


def test_the_body_has_the_vendors_keys_in_its_order() -> None:
    sent = body(VENDOR)
    assert list(sent) == ["images", "model", "orientation", "prompt", "size", "duration", "watermark", "private"]
    assert sent["images"] == ["https://a.example/1.png"]
    assert sent["duration"] == 15
    assert sent["watermark"] is False
    assert sent["private"] is True


def test_parameters_we_do_not_know_are_sent_too() -> None:
    assert body(Request(model="m", prompt="p", parameters={"style": "oil"})) == {
        "images": [],
        "model": "m",
        "prompt": "p",
        "style": "oil",
    }


def test_no_parameter_replaces_what_the_task_says_it_is() -> None:
    request = Request(model="m", prompt="p", parameters={"model": "dear", "prompt": "x", "images": "y"})
    assert body(request) == {"images": [], "model": "m", "prompt": "p"}


def test_broken_bytes_become_text_that_can_be_sent() -> None:
    request = Request(
        model="m", prompt="a\udcffb", images=("https://x/\ud800",), parameters={"style": "\ud800", "n": 1}
    )
    assert (request.prompt, request.images, request.parameters) == ("a?b", ("https://x/?",), {"style": "?", "n": 1})
    msgspec.json.encode(body(request))


@given(requests)
def test_a_fingerprint_is_the_same_for_the_same_request(request_: Request) -> None:
    backwards = dict(reversed(request_.parameters.items()))
    twin = Request(model=request_.model, prompt=request_.prompt, images=request_.images, parameters=backwards)
    assert twin.fingerprint(HOST) == request_.fingerprint(HOST)
    assert len(request_.fingerprint(HOST)) == 16


def test_a_fingerprint_tells_everything_apart() -> None:
    replace = msgspec.structs.replace
    others = [
        replace(VENDOR, model="sora-2"),
        replace(VENDOR, prompt="make animate "),
        replace(VENDOR, images=()),
        replace(VENDOR, parameters=VENDOR.parameters | {"duration": 25}),
        replace(VENDOR, parameters=VENDOR.parameters | {"duration": "15"}),
        replace(VENDOR, parameters=VENDOR.parameters | {"seed": None}),
    ]
    prints = [VENDOR.fingerprint(HOST), VENDOR.fingerprint("https://relay.example")]
    prints += [other.fingerprint(HOST) for other in others]
    assert len(set(prints)) == len(prints)


# a new task ------------------------------------------------------------------------------------------------------


def test_a_new_task_is_the_whole_intent() -> None:
    new = new_task(VENDOR, base_url=HOST, account="a1", now=1_790_000_000.5, parent="old")
    assert new.request == VENDOR
    assert (new.status, new.id, new.account, new.parent) == (Status.QUEUED, None, "a1", "old")
    assert new.fingerprint == VENDOR.fingerprint(HOST)
    assert new.history == (HistoryEntry(1_790_000_000.5, Status.QUEUED),)
    assert new.parameters is not VENDOR.parameters
    assert new.submitted_at is None


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_keys_sort_by_age(one: float, two: float) -> None:
    older, newer = sorted((one, two))
    assert len(new_key(one)) == 15
    assert new_key(older)[:9] <= new_key(newer)[:9]


def test_keys_differ_within_one_moment() -> None:
    assert len({new_key(1.0) for _ in range(500)}) == 500
    assert new_key(-5.0).startswith("000000000")


def test_a_task_survives_its_encoding() -> None:
    full = task(failure=Failure(kind=Kind.POLICY, detail="x"), history=(HistoryEntry(1.0, Status.FAILED, "failed"),))
    assert msgspec.json.decode(msgspec.json.encode(full), type=Task) == full


# finding ---------------------------------------------------------------------------------------------------------

TASKS = [
    task(key="aaa111", id="sora-2:task_01abc"),
    task(key="bbb222", id="sora-2:task_99abc"),
    task(key="ccc333"),
    task(key="ddd444", id="abc"),
]


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("aaa111", ["aaa111"]),
        ("sora-2:task_01abc", ["aaa111"]),
        ("01abc", ["aaa111"]),
        ("abc", ["ddd444"]),
        ("bc", ["aaa111", "bbb222", "ddd444"]),
        ("333", ["ccc333"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_find(reference: str, found: list[str]) -> None:
    assert [one.key for one in find(TASKS, reference)] == found


def test_a_stopped_task_that_is_watched_again_has_not_ended() -> None:
    stopped = msgspec.structs.replace(task(status=Status.STOPPED), finished_at=5.0)
    again = advance(stopped, {"status": Status.RUNNING}, 9.0)
    assert again is not None and again.finished_at is None
