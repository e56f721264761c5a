"""Pictures out of a film, in a process of its own: ``python -m qr_tui.frames FILE MODE COUNT WIDTH HEIGHT``.

A decoder reads what strangers made: it may crash, hang or want all memory there is, and then only this process ends. It
imports nothing of the program but this file. It writes one line of JSON (`frames`: a list of seconds, width and height
each), then the pictures: three bytes a pixel, red, green and blue, line by line.

MODE is ``key`` (each picture the nearest that can be decoded alone: quick) or ``exact`` (each at its very place).
"""

import contextlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

MEMORY = 2 << 30  # bytes of address space
SECONDS = 20  # of processor time
_NICE = 10  # at 19 a busy machine would leave it nothing at all


def main(arguments: list[str]) -> int:
    """Write the pictures to the standard output; return the exit code."""
    path, mode, count, width, height = arguments[0], arguments[1], *map(int, arguments[2:5])
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    with contextlib.suppress(ValueError, OSError):  # macOS knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    import av

    av.logging.set_level(av.logging.PANIC)
    with av.open(path) as container:
        video = container.streams.video[0]
        # one thread: those that share out pictures can wait for each other for ever when one seeks, or ends early
        video.thread_type, video.codec_context.thread_count = "NONE", 1
        length = _length(container, video)
        wanted = [length * (at + 0.5) / count for at in range(count)] if count > 1 else [length * 0.1]
        frames = _exact(container, video, wanted) if mode == "exact" else _key(container, video, wanted)
        head, pictures = [], []
        for at, frame in frames:
            size = _fit(frame.width, frame.height, width, height)
            small = frame.reformat(*size, format="rgb24", interpolation="AREA")
            head.append([round(at, 3), *size])
            plane = small.planes[0]
            data = bytes(plane)
            row = size[0] * 3
            pictures.append(b"".join(data[y * plane.line_size :][:row] for y in range(size[1])))
    sys.stdout.buffer.write(json.dumps({"frames": head}).encode() + b"\n" + b"".join(pictures))
    sys.stdout.buffer.flush()
    return 0 if head else 1


def _length(container: Any, video: Any) -> float:  # noqa: ANN401 -- an optional library's
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    return container.duration / 1_000_000 if container.duration else 0.0


def _key(container: Any, video: Any, wanted: list[float]) -> Iterator[tuple[float, Any]]:  # noqa: ANN401
    """Yield for each place the picture before it that can be decoded alone, each once."""
    seen = set()
    for at in wanted:
        with contextlib.suppress(Exception):  # what cannot be sought in is read from where it stands
            container.seek(int(at * 1_000_000))
        frame = next(container.decode(video), None)
        if frame is None:
            return
        if frame.pts not in seen:
            seen.add(frame.pts)
            yield frame.time or 0.0, frame


def _exact(container: Any, video: Any, wanted: list[float]) -> Iterator[tuple[float, Any]]:  # noqa: ANN401
    """Yield for each place the picture that is seen then, in one pass over the film."""
    left = list(wanted)
    if len(left) == 1:
        with contextlib.suppress(Exception):
            container.seek(int(left[0] * 1_000_000))
    last = None
    for frame in container.decode(video):
        while left and (frame.time or 0.0) >= left[0]:
            left.pop(0)
            yield frame.time or 0.0, frame
        last = frame
        if not left:
            return
    if last is not None and len(left) == len(wanted):  # shorter than it says
        yield last.time or 0.0, last


def _fit(width: int, height: int, most_width: int, most_height: int) -> tuple[int, int]:
    """Return the largest size of the same shape that fits, in even pixels no fewer than two."""
    scale = min(most_width / width, most_height / height)
    return max(2, round(width * scale)), max(2, round(height * scale) // 2 * 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
