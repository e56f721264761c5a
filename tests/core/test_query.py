from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.query import KEYS, QueryError, parse
from qr_tui.core.task import FileState, Status, Task

NOW = 1_790_000_000.0


def task(**fields: object) -> Task:
    plain: dict[str, Any] = {
        "key": "k1",
        "id": "sora-2:task_01abc",
        "model": "sora-2-pro",
        "prompt": "A Paper boat 一只纸船在雨中",
        "base_url": "https://api.quickrouter.ai",
        "created_at": NOW - 3600,
        "status": Status.RUNNING,
        "tags": ("Client-X",),
    }
    return Task(**(plain | fields))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True),
        ("   ", True),
        ("paper", True),
        ("PAPER", True),
        ("paper boat", True),
        ("boat paper", True),
        ("paper ship", False),
        ('"paper boat"', True),
        ('"boat paper"', False),
        ('"PAPER boat 一只"', True),
        ("纸船", True),
        ("纸船 雨", True),
        ("纸船\u3000雨", True),
        ("雪", False),
        ("task_01abc", True),
        ("sora-2:task_01ABC", True),
        ("k1", False),
        ("id:k1", True),
        ("!paper", False),
        ("!ship", True),
        ("!!paper", True),
        ('!"boat paper"', True),
        ("status:running", True),
        ("STATUS:Running", True),
        # as a Chinese input method types it
        ("status：running", True),
        ("status：failed，running", True),
        ("status：failed、running", True),
        ("status：failed", False),
        ("！status：failed", True),
        ("！paper", False),
        ("status＝running", True),
        ("age＜2h", True),
        ("age《2h", True),
        ("age＜＝2h", True),
        ("age＞2h", False),
        ("age》2h", False),
        ("纸船\u3000！status：failed\u3000age＜2h", True),
        ("tag：other，client-x", True),
        ("prompt：纸船", True),
        ("prompt：纸船，雨", False),
        ("status=running", True),
        ("status:run", True),
        ("status:failed", False),
        ("status:failed,running", True),
        ("status:failed,,running,", True),
        ("!status:failed,done", True),
        ("model:sora", True),
        ("model:SORA-2", True),
        ("model:veo", False),
        ("model:veo,sora", True),
        ("tag:client-x", True),
        ("tag:client", False),
        ("tag:other,client-x", True),
        ("is:unfinished", True),
        ("is:finished", False),
        ("is:needs-you", False),
        ("is:saved", False),
        ("is:marked", False),
        ("IS:Unfinished", True),
        ("host:quickrouter", True),
        ("host:v1", False),
        ("host:other,api.quick", True),
        ("id:task_01", True),
        ("id:paper", False),
        ("prompt:boat", True),
        ("prompt:task_01abc", False),
        ('prompt:"paper boat"', True),
        ("prompt:纸船", True),
        ("age<2d", True),
        ("age<30m", False),
        ("age>30m", True),
        ("age>=3600s", True),
        ("age<=1h", True),
        ("age>1w", False),
        ("age<0.5d age>59m", True),
        ("age<1", True),
        ("AGE<2D", True),
        ("a:b", None),
        ("grok:5f0c1d2e-0000", False),
        ("video:12", False),
        ("scene:", False),
        ("12:30", False),
        ("https://cdn.example/x", False),
        ("注意:纸船", False),
        ("status:running paper !tag:y age<2d", True),
    ],
)
def test_the_language(text: str, fits: bool | None) -> None:
    if fits is None:
        with pytest.raises(QueryError):
            parse(text)
        return
    assert parse(text).matches(task(), now=NOW) is fits


@pytest.mark.parametrize(
    ("text", "pointed", "said"),
    [
        ("paper stauts:failed", "stauts:", "stauts: is not known; there are status: model:"),
        ("paper status:broken x", "status:broken", "broken is no status; there are queued"),
        ("status:", "status:", "status needs a value"),
        ('tag:""', 'tag:""', "tag needs a value"),
        ("is:pretty", "is:pretty", "is:pretty is not known; there are is:marked"),
        ("age:2d", "age:2d", "write age like"),
        ("age<soon", "age<soon", "write age like"),
        ("size:50M", "size:50M", "write size like"),
        ("size>much", "size>much", "write size like"),
        ("file:lost", "file:lost", "lost is no status; there are none queued downloading saved missing failed"),
        ("model<veo", "model<veo", "only age and size can be compared"),
        ("x !", "!", "! needs something"),
        ("x !status:zz", "status:zz", "zz is no status"),
        ("纸船\u3000stauts：failed", "stauts：", "stauts: is not known"),
        ("纸船 ！status：done，zz", "status：done，zz", "zz is no status"),
        ("model＜veo", "model＜veo", "only age and size can be compared"),
        ("age：2d", "age：2d", "write age like"),
        ("x ！", "！", "! needs something"),
        ('a "open phrase', '"open phrase', "the quote is not closed"),
        ('prompt:"open phrase', '"open phrase', "the quote is not closed"),
    ],
)
def test_an_error_points_at_the_word(text: str, pointed: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert text[error.start : error.end] == pointed
    assert said in str(error)
    assert str(error.message) == str(error)


def test_marks_in_words_are_marks_and_quotes_keep_the_signs() -> None:
    chinese = task(prompt="！慢镜头，雨中：一只《纸船》")
    assert parse("镜头，雨中：").matches(chinese, now=NOW)
    assert not parse("镜头,雨中:").matches(chinese, now=NOW)
    assert parse('"！慢"').matches(chinese, now=NOW)
    assert not parse("！慢").matches(chinese, now=NOW)


def test_states_that_other_filters_ask_for() -> None:
    assert parse("is:needs-you").matches(task(status=Status.UNCONFIRMED), now=NOW)
    assert parse("is:finished").matches(task(status=Status.STOPPED), now=NOW)
    assert parse("is:saved").matches(task(file_state=FileState.SAVED), now=NOW)
    assert parse("is:marked").matches(task(), now=NOW, marked={"k1"})
    assert not parse("!is:marked").matches(task(), now=NOW, marked={"k1"})
    # "done" is a status of its own, not only the beginning of one
    assert not parse("status:done").matches(task(status=Status.QUEUED), now=NOW)


def test_a_task_without_an_id_is_still_found() -> None:
    fresh = task(id=None)
    assert parse("paper").matches(fresh, now=NOW)
    assert parse("id:k1").matches(fresh, now=NOW)
    assert not parse("id:task").matches(fresh, now=NOW)
    assert not parse("task").matches(fresh, now=NOW)


def test_case_is_folded_outside_ascii_too() -> None:
    assert parse("STRASSE").matches(task(prompt="die Straße"), now=NOW) is False  # ASCII words compare as bytes
    assert parse("straße").matches(task(prompt="Die STRASSE"), now=NOW)
    assert parse("привет").matches(task(prompt="ПРИВЕТ мир"), now=NOW)
    assert parse("boat").matches(task(prompt="\ud800 BOAT"), now=NOW)


def test_select_keeps_order_and_agrees_with_matches() -> None:
    tasks = [task(key=f"k{n}", prompt=f"boat x{n % 3}") for n in range(9)]
    query = parse("boat !x2")
    chosen = query.select(tasks, now=NOW)
    assert chosen == [one for one in tasks if query.matches(one, now=NOW)]
    assert 0 < len(chosen) < 9


def test_an_empty_query_is_false() -> None:
    assert not parse("  ")
    assert parse("x")


@given(st.text(max_size=40) | st.text(alphabet='ab:<>=!" status1,', max_size=40))
def test_any_text_is_a_query_or_an_error_that_points_inside_it(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.start < error.end <= len(text)
        return
    query.matches(task(), now=NOW)


@given(st.text(alphabet=st.characters(exclude_characters='"'), min_size=1))
def test_a_quoted_text_is_found_in_a_prompt_that_holds_it(phrase: str) -> None:
    assert parse(f'"{phrase}"').matches(task(prompt=f"before {phrase} after"), now=NOW)


def test_every_key_can_be_asked_for() -> None:
    for key in KEYS:
        with pytest.raises(QueryError):
            parse(f"{key}:")


def test_the_lines_of_a_file_are_found_by_its_name() -> None:
    mine = Task(key="k", model="m", prompt="p", base_url="https://h", created_at=0.0, batch="Boats")
    plain = Task(key="l", model="m", prompt="p", base_url="https://h", created_at=0.0)
    query = parse("batch:boat")
    assert [query.matches(task, now=0.0) for task in (mine, plain)] == [True, False]
