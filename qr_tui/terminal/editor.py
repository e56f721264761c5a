"""Edits a text in the person's own editor; whatever the editor does, the text is not lost."""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from qr_tui import paths
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message

FALLBACK: Final = "vi"
LARGEST: Final = 4 * 1024 * 1024  # bytes of an edited file that are still taken for a text


def command(env: Mapping[str, str]) -> list[str]:
    """Return the words of $VISUAL, else $EDITOR, else vi.

    Raises:
        Trouble: USAGE; the variable is not a command line.
    """
    for name in ("VISUAL", "EDITOR"):
        if value := env.get(name, "").strip():
            try:
                return shlex.split(value)
            except ValueError as error:
                raise Trouble(
                    Kind.USAGE,
                    Message(N_("${name} is not a command: {value}"), {"name": name, "value": inert(value, limit=200)}),
                ) from error
    return [FALLBACK]


def edit(text: str, folder: Path, env: Mapping[str, str], *, name: str = "prompt.txt") -> str:
    """Open `text` in the editor, wait, and return what was saved. Blocks: call it in a thread.

    Args:
        text: What the editor begins with; the file that it comes from is never touched.
        folder: Where the copy that is edited lives meanwhile.
        env: Where the editor is named.
        name: What the copy is called, more or less: editors go by the ending, people by the rest.

    Raises:
        Trouble: USAGE; no editor, or it ended badly, or left something that is no text.
    """
    words = command(env)
    try:
        stem, suffix = Path(name).stem, Path(name).suffix
        handle, copy = tempfile.mkstemp(dir=paths.make(folder), prefix=f"{stem}-", suffix=suffix)
    except OSError as error:
        raise Trouble(
            Kind.USAGE, Message(N_("no temporary file can be made: {reason}"), {"reason": str(error.strerror or error)})
        ) from error
    file = Path(copy)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as stream:
            stream.write(text)
        _run([*words, str(file)], env)
        return _read(file)
    except OSError as error:
        raise Trouble(
            Kind.USAGE,
            Message(N_("the edited text cannot be read: {reason}"), {"reason": str(error.strerror or error)}),
        ) from error
    finally:
        with suppress(OSError):
            file.unlink()


def _run(words: list[str], env: Mapping[str, str]) -> None:
    editor = inert(words[0], limit=200)
    try:
        code = subprocess.run(words, env=dict(env), check=False).returncode
    except OSError as error:
        raise Trouble(
            Kind.USAGE,
            Message(
                N_("the editor {editor} cannot be started: {reason}; set $EDITOR to one that is here"),
                {"editor": editor, "reason": str(error.strerror or error)},
            ),
        ) from error
    if code:
        raise Trouble(
            Kind.USAGE,
            Message(
                N_("the editor {editor} ended with code {code}; the text is as it was"),
                {"editor": editor, "code": code},
            ),
        )


def _read(file: Path) -> str:
    if file.stat().st_size > LARGEST:
        raise Trouble(Kind.USAGE, Message(N_("the edited text is larger than 4 MiB; the text is as it was")))
    text = file.read_text(encoding="utf-8", errors="replace")
    # an editor ends the last line; a prompt does not
    return text.removesuffix("\n")


@contextmanager
def leave_interrupts_to_editor() -> Iterator[None]:
    """Let ctrl+c reach the editor alone: it must not end this program, which waits for the editor.

    A handler, unlike "ignore", is not inherited by the editor.
    """
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
