"""Runs small helper programs so that they can neither hang the app nor write over its screen. Call it in a thread."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class ProcessResult(NamedTuple):
    """How a helper ended: `code` is None if it was not there, could not start or was too slow."""

    code: int | None
    out: str = ""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return self.code == 0


def run(argv: Sequence[str], *, env: Mapping[str, str], text: str = "", seconds: float = 2.0) -> ProcessResult:
    """Run a program with `text` on its input, for at most `seconds`; it never raises.

    Its input and output are files, not pipes: a helper that leaves a child behind to own the clipboard (xclip
    does) would keep a pipe open and us waiting.
    """
    try:
        with (
            tempfile.TemporaryFile() as source,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as error,
        ):
            source.write(text.encode("utf-8", "surrogateescape"))
            source.seek(0)
            process = subprocess.Popen(
                argv, stdin=source, stdout=out, stderr=error, env=dict(env), start_new_session=True
            )
            code = _wait(process, seconds)
            out.seek(0)
            error.seek(0)
            return ProcessResult(
                code,
                out.read(1 << 20).decode("utf-8", "replace"),
                error.read(4096).decode("utf-8", "replace").strip(),
            )
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        return ProcessResult(None, error=str(error))


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
