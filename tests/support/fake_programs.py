"""Small programs put on a PATH of their own, in place of tmux, xclip and the like."""

import stat
import sys
from pathlib import Path


def put(folder: Path, name: str, body: str) -> Path:
    """Make an executable `name` in `folder` whose Python `body` runs with `sys`, `os`, `time` and `Path` at hand."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!{sys.executable} -IS\nimport os, sys, time\nfrom pathlib import Path\n{body}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def put_tmux(
    folder: Path,
    *,
    version: str = "3.3a",
    clipboard: str = "external",
    passthrough: str = "0",
    features: str = "clipboard,title",
    term: str = "xterm-256color",
    answer: str = "",
    ssh: str | None = None,
) -> Path:
    """Make a tmux that answers as told and keeps what `load-buffer` brings in ``buffer``, its words in ``calls``."""
    put(
        folder,
        "tmux",
        f"""
here = Path({str(folder)!r})
with (here / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "-V":
    print("tmux {version}")
elif sys.argv[1] == "display-message":
    print("{version}|{clipboard}|{passthrough}|{features}|{term}|{answer}")
elif sys.argv[1] == "show-environment":
    if {ssh!r} is None:
        sys.exit(1)
    print({ssh!r})
elif sys.argv[1] == "load-buffer":
    (here / "buffer").write_bytes(sys.stdin.buffer.read())
""",
    )
    return folder / "buffer"


def put_xclip(folder: Path, *, honest: bool = True, stuck: bool = False) -> Path:
    """Make an xclip; a dishonest one takes everything, keeps nothing and complains, as with a stale DISPLAY."""
    put(folder, "which", "")
    put(
        folder,
        "xclip",
        f"""
kept = Path({str(folder)!r}) / "selection"
if {stuck!r}:
    time.sleep(600)
if {honest!r} and "-o" in sys.argv:
    sys.stdout.buffer.write(kept.read_bytes())
elif {honest!r}:
    kept.write_bytes(sys.stdin.buffer.read())
else:
    print("Error: Can't open display: :7", file=sys.stderr)
    sys.exit(1)
""",
    )
    return folder / "selection"
