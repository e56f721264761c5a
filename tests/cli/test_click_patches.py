import subprocess
import sys
from pathlib import Path

from qr_tui.cli import click_patches
from tests.support.cli import Shell


def test_click_speaks_the_language_too(shell: Shell) -> None:
    code = (
        "import gettext, sys\n"
        "from qr_tui import i18n\n"
        "from qr_tui.cli.main import run\n"
        "class Shouting(gettext.NullTranslations):\n"
        "    def gettext(self, message): return message.upper() if '{' not in message else '!' + message\n"
        "i18n.install = lambda language: setattr(i18n, '_catalogue', Shouting())\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    told = []
    for command in (("list", "--help"), ("show",), ("list", "--nonsense")):
        argv = [sys.executable, "-c", code, *command]
        env = shell.env | {"QR_TUI_LANG": "zh_CN"}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=30, check=False)
        told.append(done.stdout + done.stderr)
    assert "USAGE:" in told[0]
    assert "SHOW THIS MESSAGE AND EXIT." in told[0]
    assert "MISSING ARGUMENT" in told[1]
    assert "!No such option" in told[2]


def test_click_still_says_what_is_translated() -> None:
    import click

    said = "".join(path.read_text() for path in Path(click.__file__).parent.glob("*.py"))
    assert [message for message in click_patches.MESSAGES if f'"{message}"' not in said] == []
