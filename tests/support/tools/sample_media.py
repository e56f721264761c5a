"""Makes the simulator's sample films and thumbnails anew: `python -m tests.support.tools.sample_media`; needs PyAV.

Fifteen seconds of a little white boat on a sea, three takes of it at different times of the day, upright and wide.
"""

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.filter

from qr_tui.simulator.sample_media import FOLDER, SIZES

SECONDS: Final = 15
RATE: Final = 12
# of each take: the sky's three colours, the sea, where the boat begins and ends (parts of the width)
TAKES: Final = (
    ("0x0b1f3a", "0x2aa198", "0xf2c14e", "0x08324f", 0.05, 0.85),
    ("0x2b1055", "0xd53a9d", "0xff9e5e", "0x1b1440", 0.80, 0.10),
    ("0x9fd8ff", "0xdff3ff", "0xfff6d5", "0x1f7a8c", 0.30, 0.60),
)


def frames(take: int, width: int, height: int) -> Any:
    """Yield the pictures of one take."""
    low, middle, high, sea, begin, end = TAKES[take]
    graph = av.filter.Graph()
    sky = graph.add(
        "gradients", f"s={width}x{height}:d={SECONDS}:r={RATE}:c0={low}:c1={middle}:c2={high}:n=3:speed=0.01:seed=7"
    )
    water = graph.add("drawbox", f"x=0:y=ih*0.72:w=iw:h=ih*0.28:color={sea}@0.75:t=fill")
    size = max(16, width // 8)
    hull = graph.add("color", f"c=white:s={size}x{size // 2}:d={SECONDS}:r={RATE}")
    sail = graph.add("color", f"c=0xfff3c4:s={size // 3}x{size}:d={SECONDS}:r={RATE}")
    x, y = f"W*({begin}+({end}-{begin})*t/{SECONDS})", f"H*0.70+{height // 60}*sin(2*t)"
    on_water = graph.add("overlay", f"x={x}:y={y}")
    with_sail = graph.add("overlay", f"x={x}+{size // 3}:y={y}-{size}")
    shape, sink = graph.add("format", "yuv420p"), graph.add("buffersink")
    sky.link_to(water)
    water.link_to(on_water, 0, 0)
    hull.link_to(on_water, 0, 1)
    on_water.link_to(with_sail, 0, 0)
    sail.link_to(with_sail, 0, 1)
    with_sail.link_to(shape)
    shape.link_to(sink)
    graph.configure()
    for _number in range(SECONDS * RATE):
        yield graph.vpull()


def write(name: str, take: int, width: int, height: int) -> Path:
    """Write one film, and its thumbnail for the first take."""
    path = FOLDER / f"{name}.mp4"
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", options=options) as film:
        stream: Any = film.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"profile": "baseline", "crf": "32", "g": "60", "preset": "veryslow"}
        stream.codec_context.time_base = Fraction(1, RATE)
        for number, frame in enumerate(frames(take, width, height)):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            frame.pict_type = 0  # as the encoder wants it: those of a filter all ask to stand alone
            film.mux(stream.encode(frame))
            if number == 4 * RATE:
                _thumbnail(FOLDER / f"{name}.webp", frame, width // 2, height // 2)
        film.mux(stream.encode())
    return path


def _thumbnail(path: Path, frame: Any, width: int, height: int) -> None:
    with av.open(str(path), "w", format="webp") as picture:
        stream: Any = picture.add_stream("libwebp", rate=1)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        small = frame.reformat(width, height, "yuv420p")
        small.pts = 0
        picture.mux(stream.encode(small))
        picture.mux(stream.encode())


def main() -> int:
    """Make all of them."""
    for shape, (width, height) in SIZES.items():
        for take in range(len(TAKES)):
            path = write(shape if take == 0 else f"{shape}-{take + 1}", take, width, height)
            print(path.name, path.stat().st_size)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
