"""Input that cannot be used: clear words, exit 2 where it is a command, and nothing lost."""

import re
from pathlib import Path

import pytest

from tests.support.e2e.programs import PtyTerminal, clean_env, program, start_simulator
from tests.support.e2e.steps import look_often, run, stored

pytestmark = pytest.mark.e2e


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return clean_env(tmp_path / "home", url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["create", ""], "The prompt is empty."),
        (["create", "  \n "], "The prompt is empty."),
        (["create"], "a prompt is missing"),
        (["create", "a boat", "--image", "ftp://x/y.png"], '"ftp://x/y.png" is not an http or https link'),
        (["create", "a boat", "--duration", "long"], "'--duration'"),
        (["create", "a boat", "--copies", "0"], "Copies go from 1 to 20"),
        (["create", "a boat", "--nope"], "--nope"),
        (["nope"], "nope"),
        (["list", "state:failed"], "state"),
        (["show", "no-such-task"], "No such task"),
        (["simulate", "--port", "99999"], "--port"),
        (["simulate", "--fault", "create:nonsense"], "nonsense"),
    ],
)
def test_a_command_names_what_is_wrong_and_exits_2(env: dict[str, str], arguments: list[str], words: str) -> None:
    done = run(env, *arguments)
    said = done.stderr.decode()
    assert done.returncode == 2, said
    assert words in said and "Traceback" not in said
    assert done.stdout == b""


def test_a_port_in_use_is_named(env: dict[str, str]) -> None:
    with start_simulator(env=env) as simulator:
        port = simulator.url.rpartition(":")[2]
        done = run(env, "simulate", "--port", port)
        assert done.returncode == 2
        assert b"The port is in use" in done.stderr and f":{port}".encode() in done.stderr
        assert simulator.ask("stats")["paid"] == 0, "the first one still answers"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[poll]\nfirst = 1\nevery = 'often'\n", "line 3: poll.every"),
        ("[ui]\ntheme = 'pink'\n", "line 2: ui.theme"),
        ("[poll\nfirst = 1\n", "line 1: not valid TOML"),
    ],
)
def test_an_unreadable_config_is_named_and_left_alone(env: dict[str, str], text: str, words: str) -> None:
    look_often(env)
    file = Path(env["QR_TUI_HOME"]) / "config" / "config.toml"
    file.write_text(text)
    done = run(env, "list")
    assert done.returncode == 2
    assert str(file) in done.stderr.decode() and words in done.stderr.decode()
    # the app goes on with what holds by default, and says so
    with PtyTerminal(program(), env=env, columns=200) as terminal:
        terminal.wait_for("A setting cannot be used")
        terminal.wait_for(lambda rows: words.replace(" ", "") in re.sub(r"\W*\n\W*|\s", "", "\n".join(rows)))
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert file.read_text() == text


def test_the_compose_screen_refuses_in_words_and_keeps_every_one(tmp_path: Path) -> None:
    with start_simulator() as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url)
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for("Press n to write the first one")
            terminal.press("n")
            terminal.wait_for("0 characters")
            terminal.press("ctrl+g")
            terminal.wait_for("The prompt is empty: say what the video shows.")
            terminal.type("a paper boat")
            terminal.wait_for("12 characters")
            # to the images, six rows below the model
            terminal.press("tab")
            terminal.wait_for(re.compile(r"▌ *F2"))
            for _row in range(6):
                terminal.press("tab")
            terminal.wait_for(re.compile(r"▌ *images"))
            terminal.type("ftp://example.com/a.png")
            terminal.press("ctrl+g")
            # sent before the screen has had time to follow: what stands in the field counts all the same
            terminal.wait_for(re.compile(r"✗ .*ftp://example.com/a.png"))
            rows = terminal.screen()
            assert any("a paper boat" in row for row in rows)
            terminal.press("f10")
            terminal.wait_for("0 total")
            terminal.press("n")
            terminal.wait_for("a paper boat")
            terminal.wait_for("ftp://example.com/a.png")
            terminal.press("f10")
            terminal.wait_for("0 total")
            terminal.press("q")
            assert terminal.wait_exit() == 0
        stats = simulator.ask("stats")
        assert "create" not in stats["requests"]
        assert stored(env) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opening", "sign", "ahead"),
    [
        ("s", "newest first", b"no"),
        ("s", "newest first", b"\r\r"),
        ("Y", "show alone", b"ii"),
        ("question_mark", "scroll", b"\x1b[21~\x1b[21~qq"),
        ("C", "base URL", b"\x1b[21~\x1b[21~"),
    ],
)
def test_keys_typed_ahead_never_close_two_screens(tmp_path: Path, opening: str, sign: str, ahead: bytes) -> None:
    with start_simulator() as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url)
        assert run(env, "create", "a paper boat").returncode == 0
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for("a paper")
            terminal.wait_for("next look")
            terminal.press(opening)
            terminal.wait_for(sign)
            terminal.send(ahead)
            terminal.wait_gone(sign)
            if terminal.exit_status is None:
                terminal.settle()
            assert terminal.exit_status in (None, 0), terminal.text
            assert "Error" not in terminal.text


@pytest.mark.slow
def test_keys_that_come_in_one_packet_go_where_they_are_meant_for(tmp_path: Path) -> None:
    with start_simulator() as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url)
        assert run(env, "create", "a paper boat").returncode == 0
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for("a paper")
            terminal.wait_for("next look")
            terminal.send("nDox 船 tqr".encode())
            terminal.wait_for("Dox 船 tqr")
            terminal.send(b"!\x1b[21~/Dxt\r")
            terminal.wait_for("No task fits Dxt")
            terminal.send(b"\x7fn")
            terminal.wait_for("Dox 船 tqr!")
            terminal.settle()
            terminal.send(b"\x7f\x7fXY")
            terminal.wait_for("Dox 船 tqXY")
            terminal.send(b"\x1b?")  # escape, and at once the list's own key
            terminal.wait_for("Keys: the list")
            terminal.send(b"\x1bq")
            assert terminal.wait_exit() == 0
        assert [task["prompt"] for task in stored(env)] == ["a paper boat"]
