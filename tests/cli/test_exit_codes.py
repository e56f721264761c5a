import pytest

from qr_tui.cli.exit_codes import Exit, NeedsYesError, of_kind, of_task, of_tasks, of_trouble
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from tests.support.cli import failed, task

KINDS = {
    Kind.NO_BALANCE: 6,
    Kind.OVER_LIMIT: 6,
    Kind.KEY_REFUSED: 3,
    Kind.FORBIDDEN: 3,
    Kind.NO_KEY: 3,
    Kind.LOST_ANSWER: 5,
    Kind.UNREACHABLE: 4,
    Kind.DEADLINE: 4,
    Kind.USAGE: 2,
    Kind.DUPLICATE: 2,
    Kind.CONFIG: 2,
    Kind.KEYS: 2,
    Kind.UNKNOWN_TASK: 2,
    Kind.AMBIGUOUS: 2,
    Kind.NOT_NOW: 2,
    Kind.PORT_IN_USE: 2,
    Kind.NO_PRICE: 2,
    Kind.PLAIN_HTTP: 2,
    Kind.POLICY: 1,
    Kind.MODEL_UNAVAILABLE: 1,
    Kind.STORE: 1,
    Kind.INTERNAL: 1,
}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_its_code(kind: Kind) -> None:
    assert of_kind(kind) == KINDS.get(kind, 1)


@pytest.mark.parametrize(
    ("status", "waited", "unwaited"),
    [
        (Status.DONE, 0, 0),
        (Status.WAITING, 4, 0),
        (Status.RUNNING, 4, 0),
        (Status.QUEUED, 4, 4),
        (Status.SENDING, 5, 5),
        (Status.UNCONFIRMED, 5, 5),
        (Status.STOPPED, 1, 1),
    ],
)
def test_status_decides(status: Status, waited: int, unwaited: int) -> None:
    assert of_task(task(status=status)) == waited
    assert of_task(task(status=status), waited=False) == unwaited


def test_a_failed_task_tells_by_its_kind() -> None:
    assert of_task(failed(Kind.NO_BALANCE)) == Exit.MONEY
    assert of_task(failed(Kind.REAL_PEOPLE)) == Exit.FAILED
    assert of_task(task(status=Status.FAILED)) == Exit.FAILED


def test_of_several_the_one_that_needs_most_care_decides() -> None:
    done, lost, poor = task(status=Status.DONE), task(status=Status.UNCONFIRMED), failed(Kind.NO_BALANCE)
    assert of_tasks([done, poor, lost]) == Exit.UNKNOWN
    assert of_tasks([done, poor, task()]) == Exit.MONEY
    assert of_tasks([done, task()]) == Exit.UNFINISHED
    assert of_tasks([done]) == of_tasks([]) == Exit.OK


def test_an_unanswered_question_is_usage_whatever_it_was_about() -> None:
    assert of_trouble(NeedsYesError(Kind.MODEL_UNAVAILABLE)) == Exit.USAGE
    assert of_trouble(Trouble(Kind.MODEL_UNAVAILABLE)) == Exit.FAILED
