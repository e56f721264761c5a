"""The usage screen: sums as by hand, months, groups; the provider's number beside them."""

import json
import time
from datetime import datetime
from pathlib import Path

import pytest

from qr_tui.core.task import Status, Task
from qr_tui.services.costs.balances import Sample
from qr_tui.ui.usage.lines import month_of, name_of
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, FakeStudio, make_task


def tasks() -> list[Task]:
    made = [
        make_task(number, model="sora-2-pro", status=Status.DONE, id=f"id-{number}", estimate=4.0)
        for number in range(1, 4)
    ]
    made.append(make_task(5, model="kling-v2-6", status=Status.DONE, id="id-5"))
    made.append(make_task(6, model="kling-v2-6", status=Status.UNCONFIRMED, estimate=1.0))
    made.append(make_task(7, model="kling-v2-6", status=Status.DONE, id="id-7", estimate=2.0, removed_at=NOW))
    return made


def studio() -> FakeStudio:
    found = FakeStudio(tasks())
    found.fake_money.balance = Sample(NOW, "https://h", "me", 17.65, 41.2)
    return found


def test_a_month_by_day_and_by_model(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("L")
        assert it.on == "UsageScreen"
        month = datetime.fromtimestamp(NOW).astimezone().strftime("%Y-%m")
        assert f"usage · {month} · by day" in it.screen
        assert "asked  made" in it.screen
        total = next(text for text in it.line if text.strip().startswith("all")).split()
        assert total == ["all", "6", "5", "1", "15", "1"]
        await it.press("t")
        assert "by model" in it.screen
        rows = {text.split()[0]: text.split()[-1] for text in it.line if "sora-2-pro" in text or "kling-v2-6" in text}
        assert rows == {"sora-2-pro": "12", "kling-v2-6": "1"}
        await it.press("left")
        assert "nothing was asked for" in it.screen
        await it.press("escape")
        assert it.on != "UsageScreen"

    run(tmp_path, tasks(), script, studio=studio())


def test_y_copies_what_is_shown(tmp_path: Path) -> None:
    copied: list[tuple[str, str]] = []

    async def script(it: Run) -> None:
        it.app.copy_text = lambda label, text: copied.append((label, text))  # type: ignore[method-assign]
        await it.press("L", "t", "y", "left", "y", "right")
        while "by month" not in it.screen:
            await it.press("t")
        await it.press("y")

    run(tmp_path, tasks(), script, studio=studio())
    assert [label for label, _text in copied] == ["JSON"] * 3
    now, before, year = (json.loads(text) for _label, text in copied)
    month = datetime.fromtimestamp(NOW).astimezone().strftime("%Y-%m")
    assert (now["by"], now["since"], now["total"]["estimate"]) == ("model", f"{month}-01", 15.0)
    rows = sorted((row["model"], row["asked"], row["estimate"]) for row in now["rows"])
    assert rows == [("kling-v2-6", 3, 3.0), ("sora-2-pro", 3, 12.0)]
    assert before["rows"] == [] and before["since"] < now["since"]
    assert (year["since"], [row["month"] for row in year["rows"]]) == (f"{month[:4]}-01-01", [month])


def test_the_accounts_own_number_is_asked_for_the_month_shown(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        asked: list[float] = []

        def spent(since: float) -> tuple[float, float]:
            asked.append(since)
            return 5.5, since

        it.studio.fake_money.used_at_provider = spent  # type: ignore[method-assign]
        await it.press("L")
        assert "used 5.5 credits since" in it.screen
        first = datetime.fromtimestamp(NOW).astimezone().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        assert asked[-1] == first.timestamp()
        painted = len(asked)
        await it.pilot.resize_terminal(100, 30)
        await it.settle()
        assert len(asked) == painted  # the disk is not read to paint
        await it.press("left")
        assert asked[-1] < first.timestamp()

    run(tmp_path, tasks(), script, studio=studio())


def test_the_providers_number_stands_apart(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("L")
        await it.settle()
        at = time.strftime("%H:%M", time.localtime(NOW))
        assert f"balance 17.65 at {at}" in it.line[0]
        it.studio.fake_money.balance = None
        await it.press("r")
        assert "does not tell" in it.line[0]

    run(tmp_path, tasks(), script, studio=studio())


@pytest.mark.parametrize(
    ("name", "by", "shown"),
    [
        ("2026-11-27", "day", "Fri 11-27"),
        ("failed", "status", "failed"),
        ("", "batch", "none"),
        ("x\x1b[2J", "host", "x"),
    ],
)
def test_rows_have_names_a_person_reads(name: str, by: str, shown: str) -> None:
    assert name_of(name, by).startswith(shown)
    assert "\x1b" not in name_of(name, by)


def test_a_month_ends_where_the_calendar_says() -> None:
    assert month_of(2028, 2) == ("2028-02-01", "2028-02-29")
    assert month_of(2026, 12) == ("2026-12-01", "2026-12-31")
