"""What stands in the file of a failure: messages untranslated, the provider's words as they came, old files as ever."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qr_tui import i18n
from qr_tui.core.export import task_json
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status, Task
from qr_tui.core.text.messages import Detail, Message, titled
from qr_tui.services.submitter import DIED, OUR_FAULT
from qr_tui.store import documents
from tests.support.store import on_disk, opened, task


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.install("en")
    yield
    i18n.install("en")


HOSTILE = "{0.__class__} {n!r} } { \u202egnp"


def stored(failure: Failure) -> Any:
    known = task(status=Status.FAILED, failure=failure)
    again, document = documents.write(known, None, {})
    assert again == known
    assert documents.read(known.key, json.loads(json.dumps(document))) == known
    return document["failure"]


def old(kind: str, detail: str) -> Task:
    """Return a task as a version wrote it whose details were bare texts."""
    known = task(status=Status.FAILED)
    document = documents.write(known, None, {})[1]
    return documents.read(known.key, document | {"failure": {"kind": kind, "detail": detail}})


@pytest.mark.parametrize("words", ["heavy load", "failed", HOSTILE])
def test_the_providers_words_stay_a_bare_text(words: str) -> None:
    assert stored(Failure(kind=Kind.PROVIDER_FAILED, detail=words)) == {"kind": "provider_failed", "detail": words}


def test_a_message_with_nothing_to_fill_in_stays_a_bare_text() -> None:
    assert stored(Failure(kind=Kind.LOST_ANSWER, detail=Message(DIED)))["detail"] == DIED


@pytest.mark.parametrize(
    "detail",
    [
        Message(OUR_FAULT, {"error": "ValueError"}),
        titled(Message("its link leads into a private network and was refused"), f"http://10.0.0.1/{HOSTILE}"),
        Message("{a} {b} {c}", {"a": 1, "b": 2.5, "c": HOSTILE}),
    ],
)
@pytest.mark.parametrize("kind", [Kind.LOST_ANSWER, Kind.PROVIDER_FAILED])
def test_a_message_with_values_comes_back_as_it_was(kind: Kind, detail: Message) -> None:
    found = stored(Failure(kind=kind, detail=detail))["detail"]
    assert found["text"] == detail.text


def test_it_is_english_in_the_file_whatever_the_language(path: Path) -> None:
    i18n.install("zh_CN")
    store = opened(path)
    store.add([task(status=Status.FAILED, failure=Failure(kind=Kind.LOST_ANSWER, detail=Message(OUR_FAULT)))])
    store.close()
    assert OUR_FAULT in json.dumps(on_disk(path), ensure_ascii=False)


def shown(detail: Detail) -> tuple[str, str]:
    """Return it in English and, the language switched, in Chinese."""
    i18n.install("en")
    english = i18n.translate(detail)
    i18n.install("zh_CN")
    return english, i18n.translate(detail)


def test_old_tasks_read_and_follow_the_language() -> None:
    failure = old("lost_answer", DIED).failure
    assert failure is not None
    english, chinese = shown(failure.detail)
    assert english == DIED
    assert "qr-tui" in chinese and chinese != DIED
    assert task_json(old("lost_answer", DIED))["failure"]["detail"] == DIED


def test_a_stored_message_follows_the_language() -> None:
    failure = Failure(kind=Kind.LOST_ANSWER, detail=Message(OUR_FAULT, {"error": "ValueError"}))
    known = task(status=Status.FAILED, failure=failure)
    again = documents.read(known.key, documents.write(known, None, {})[1])
    assert again.failure is not None
    english, chinese = shown(again.failure.detail)
    assert english == "qr-tui made a mistake after sending: ValueError"
    assert chinese != english and chinese.endswith("ValueError")
    assert task_json(again)["failure"]["detail"] == english


@pytest.mark.parametrize("words", ["failed", "not found", "policy"])
def test_a_word_of_the_provider_is_never_translated(words: str) -> None:
    assert i18n.translate(Message(words)) == words
    i18n.install("zh_CN")
    assert i18n.translate(Message(words)) != words, "it is one of ours too"
    failure = old("provider_failed", words).failure
    assert failure is not None
    assert shown(failure.detail) == (words, words)


@pytest.mark.parametrize("words", ["HTTP 502: Bad Gateway", HOSTILE])
def test_other_bare_texts_of_old_tasks_are_shown_as_they_are(words: str) -> None:
    failure = old("lost_answer", words).failure
    assert failure is not None
    assert shown(failure.detail) == (words, words)
