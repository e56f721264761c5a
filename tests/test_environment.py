"""The tests' own environment: nothing of the person's machine is left in it, and no test changes it for the next."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qr_tui import i18n, paths
from tests.support import environment

OURS = {
    "LANG": "zh_CN.UTF-8",
    "LANGUAGE": "zh",
    "LC_ALL": "zh_CN.UTF-8",
    "LC_TERMINAL": "iTerm2",
    "HTTP_PROXY": "http://127.0.0.1:1",
    "https_proxy": "http://127.0.0.1:1",
    "all_proxy": "socks5://127.0.0.1:1",
    "NO_PROXY": "example.com",
    "TZ": "Asia/Shanghai",
    "QUICKROUTER_API_KEY": "sk-not-for-tests",
    "QUICKROUTER_BASE_URL": "https://not-for-tests.example",
    "QR_TUI_LANG": "zh_CN",
    "QR_TUI_HOME": "/not/for/tests",
    "NO_COLOR": "1",
    "FORCE_COLOR": "1",
    "CLICOLOR_FORCE": "1",
    "COLORTERM": "truecolor",
    "TERM": "dumb",
    "TERM_PROGRAM": "iTerm.app",
    "TMUX": "/tmp/tmux-0/default,1,0",
    "TMUX_PANE": "%1",
    "STY": "1.pts-0",
    "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22",
    "KITTY_WINDOW_ID": "1",
    "DISPLAY": ":0",
    "WAYLAND_DISPLAY": "wayland-0",
    "EDITOR": "emacs",
    "VISUAL": "emacs",
    "XDG_CONFIG_HOME": "/not/for/tests",
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "latin-1",
    "COLUMNS": "40",
    "LINES": "10",
    "SSL_CERT_FILE": "/not/for/tests.pem",
}
PLAIN = {"PATH": "/usr/bin", "TMPDIR": "/var/tmp", "QR_TUI_TORTURE": "200", "PYTHONPATH": "/somewhere"}


@pytest.mark.parametrize("name", OURS)
def test_what_a_person_has_set_is_gone(name: str) -> None:
    assert environment.is_personal(name)
    given = PLAIN | {name: OURS[name]}
    environment.clean(given)
    assert given == PLAIN | environment.FIXED


def test_what_the_tests_need_stays() -> None:
    given = PLAIN.copy()
    environment.clean(given)
    assert {name: given[name] for name in PLAIN} == PLAIN


def test_a_test_begins_in_it() -> None:
    assert {name: value for name, value in os.environ.items() if environment.is_personal(name)} == environment.FIXED
    assert time.localtime(0).tm_hour == 0
    assert i18n.choose() == "en"
    assert i18n._("yes") == "yes"


def test_the_person_s_own_files_are_out_of_reach(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Path.home().is_relative_to(tmp_path_factory.getbasetemp())
    assert paths.find().config.is_relative_to(Path.home())


def test_what_a_test_changes_ends_with_it() -> None:
    before = dict(os.environ)
    with environment.isolated(os.environ):
        os.environ |= OURS
        del os.environ["PATH"]
        time.tzset()
        i18n.install("zh_CN")
        assert time.localtime(0).tm_hour == 8
    assert dict(os.environ) == before
    assert time.localtime(0).tm_hour == 0
    assert i18n._("yes") == "yes"


def test_programs_that_tests_start_inherit_it() -> None:
    script = "import os, time, json; print(json.dumps([dict(os.environ), time.tzname[0]]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    for name, value in environment.FIXED.items():
        assert f'"{name}": "{value}"' in done.stdout
    assert done.stdout.rstrip().endswith('"UTC"]')


def test_it_holds_from_the_first_import_on(tmp_path: Path) -> None:
    """A whole run of pytest in an environment like a person's: imports, wide fixtures and tests see nothing of it."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_inner.py").write_text(
        "import os, time\n"
        "import pytest\n"
        "from tests.support import environment\n"
        "from tests.test_environment import OURS\n"
        "def seen():\n"
        "    return {name: os.environ[name] for name in OURS if name in os.environ}, time.localtime(0).tm_hour\n"
        "AT_IMPORT = seen()\n"
        "@pytest.fixture(scope='module')\n"
        "def wide(): return seen()\n"
        "def test_seen(wide): assert AT_IMPORT == wide == seen() == (environment.FIXED, 0)\n"
    )
    # run from the tests' own root, where the package is, but with nothing of its configuration
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=Path(__file__).parents[1],
        env=dict(os.environ) | {name: value for name, value in OURS.items() if not name.startswith("PYTHON")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
