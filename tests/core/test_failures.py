import pytest

from qr_tui.core.answers import Balance, CallFailed, Created, Delivery, QueryResult
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.text.display import cells


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_all_its_words(kind: Kind) -> None:
    words = WORDS[kind]
    assert all(words)
    assert cells(words.short) <= 16
    assert words.meaning.endswith(".")
    assert not words.title.endswith(".")


def test_no_two_kinds_share_a_title() -> None:
    assert len({words.title for words in WORDS.values()}) == len(Kind)


def test_a_trouble_reads_as_its_detail_or_its_title() -> None:
    assert str(Trouble(Kind.USAGE, "no prompt")) == "no prompt"
    assert str(Trouble(Kind.USAGE)) == WORDS[Kind.USAGE].title
    assert Trouble(Kind.UPSTREAM, request_id="r1").request_id == "r1"


def test_a_failed_call_says_what_it_proves() -> None:
    error = CallFailed(
        Kind.TOO_MANY_REQUESTS,
        "slow down",
        delivery=Delivery.RATE_LIMITED,
        status=429,
        retry_after=5.0,
        request_id="r",
        raw="{}",
    )
    assert isinstance(error, Trouble)
    assert (error.kind, error.detail, error.request_id) == (Kind.TOO_MANY_REQUESTS, "slow down", "r")
    assert (error.delivery, error.status, error.retry_after, error.raw) == (Delivery.RATE_LIMITED, 429, 5.0, "{}")


def test_an_answer_says_no_more_than_it_knows() -> None:
    assert Created(id="x").provider_status == ""
    look = QueryResult(status=None)
    assert (look.progress, look.failure, look.video_url) == (None, None, None)
    assert Balance(remaining=None).remaining is None
