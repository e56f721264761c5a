"""A person who has never seen the app: from no key to a finished video, by nothing but what the screen says."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import qr_tui
from tests.support.e2e.desk import Desk, desk_with_simulator
from tests.support.e2e.programs import KEY, PtyTerminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LOCALE = Path(qr_tui.__file__).with_name("locale")
BY_THEIR_NAMES = {"esc": "escape", "?": "question_mark"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_with_simulator(tmp_path) as opened:
        yield opened


class Newcomer:
    """Reads the screen and presses only keys that stand there beside the word for what is wanted.

    Args:
        terminal: What the person sees.
        language: The language the person reads; the words are looked up where the app has them from.
    """

    def __init__(self, terminal: PtyTerminal, language: str) -> None:
        self._terminal = terminal
        self._words = gettext.translation("qr_tui", LOCALE, [language], fallback=language == "en").gettext

    def reads(self, message: str) -> None:
        """Wait until the screen says `message`."""
        self._terminal.wait_for(self._words(message))

    def stands_at(self, message: str) -> None:
        """Wait until the mark of the cursor is on the row that says `message`."""
        self._terminal.wait_for(re.compile(rf"▌.*{re.escape(self._words(message))}"))

    def chose(self, message: str) -> None:
        """Wait until the word `message` is the chosen one of its field."""
        self._terminal.wait_for(f"[{self._words(message)}]")

    def does(self, title: str, *, told: str = "{key} {title}") -> None:
        """Press the key that the screen tells for `title`, once it does."""
        pattern = re.escape(self._words(told)).replace(r"\{", "{").replace(r"\}", "}")
        said = re.compile(pattern.format(key=r"(?P<key>[^\s│·]+)", title=rf" *{re.escape(self._words(title))}(?!\w)"))
        rows = self._terminal.wait_for(said)
        found = said.search("\n".join(rows))
        assert found
        key = found["key"]
        self._terminal.press(BY_THEIR_NAMES.get(key, key.lower() if len(key) > 1 else key))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_from_nothing_to_a_finished_video(desk: Desk, language: str) -> None:
    with desk.open(QUICKROUTER_API_KEY="", QR_TUI_LANG=language) as terminal:
        person = Newcomer(terminal, language)
        # no key: the app asks for one, and the cursor is where it goes
        person.stands_at("paste it here; it is never shown")
        terminal.paste(KEY)
        terminal.wait_for("•" * len(KEY))
        person.does("save")
        terminal.wait_gone("•" * len(KEY))
        assert KEY not in terminal.text

        # an empty list says what to do first
        person.does("", told="Press {key} to write the first one")
        person.chose("sora-2-pro")
        terminal.type("一只纸船 in the rain")
        terminal.wait_for("一只纸船 in the rain")
        person.does("orientation")
        person.chose("landscape")
        person.does("generate")
        terminal.wait_for(re.compile("▌.*16:9.*一只"))

        # it is watched without another key, until it is done
        terminal.wait_for(re.compile("▌ ✓ .*一只"), timeout=40)
        person.does("copy id")
        (made,) = desk.simulator.ask("tasks")
        terminal.wait_clipboard(made["id"])
        person.does("details")
        terminal.wait_for(".mp4")
        person.does("back")
        terminal.wait_gone(".mp4")
        person.does("quit")
        assert terminal.wait_exit() == 0
    (created,) = desk.simulator.ask("stats")["creates"]
    assert created["body"]["prompt"] == "一只纸船 in the rain"
    assert created["body"]["orientation"] == "landscape"
    assert desk.posts() == {"一只纸船 in the rain": 1}


def test_the_way_out_of_every_place_stands_on_it(desk: Desk) -> None:
    desk.create("a boat [sim:stuck]")
    with desk.open() as terminal:
        person = Newcomer(terminal, "en")
        terminal.wait_for("a boat")
        for way_in, sign in (("help", "Keys: "), ("details", "REQUEST"), ("new", "generate")):
            person.does(way_in)
            terminal.wait_for(sign)
            person.does("back")
            terminal.wait_gone(sign)
            person.reads("quit")
        person.does("quit")
        assert terminal.wait_exit() == 0
