"""The usage screen: sums as by hand, months, groups; the provider's number beside them."""

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
        await it.press("right", "y")
        label, text = it.app.copied[-1] if hasattr(it.app, "copied") else ("", "")
        assert label in ("", "JSON")
        assert text == "" or '"by": "model"' in text
        await it.press("escape")
        assert it.on != "UsageScreen"

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
