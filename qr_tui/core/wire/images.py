"""A picture that goes along with a request: what it is for, and what is kept of one from this machine."""

import posixpath
from typing import Final
from urllib.parse import urlsplit

import msgspec

from qr_tui.core.links import is_web

FIRST_FRAME: Final = "first_frame"
LAST_FRAME: Final = "last_frame"
REFERENCE: Final = "reference"

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
HEAD: Final = 12  # bytes that tell what kind of picture begins with them
_FILMS: Final = frozenset({".mp4", ".mov", ".webm", ".m4v"})
_SOUNDS: Final = frozenset({".mp3", ".wav", ".m4a", ".aac", ".flac", ".ogg"})


class ImageFile(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of this machine as it was when it was chosen: a retry finds it again, or says that it changed.

    Attributes:
        path: Absolute.
        size: In bytes.
        sha256: In hexadecimal.
        type: What kind of picture it is, like ``png``.
    """

    path: str
    size: int
    sha256: str
    type: str
    width: int = 0  # pixels; 0 where nobody could tell
    height: int = 0

    @property
    def media_type(self) -> str:
        """Its type as HTTP has it."""
        return f"image/{self.type}"


def is_link(image: str) -> bool:
    """Tell whether `image` is a link, or an asset that the provider keeps, and no path."""
    return is_web(image) or image.startswith("asset://")


def may_be_sent(image: str, *, takes_files: bool) -> bool:
    """Tell whether a request may name `image`: a link with nothing in it that a terminal or a server would trip over.

    Args:
        image: As it stands in the request.
        takes_files: Whether the route takes pictures of this machine too; those take assets of the provider as well.
    """
    if is_web(image):
        return image.isprintable() and not any(char.isspace() for char in image)
    return takes_files and (is_link(image) or looks_like_path(image))


def looks_like_path(image: str) -> bool:
    """Tell whether `image` is written as a path, as a person types it or a terminal pastes it."""
    return image.strip().startswith(("/", "~", "./", "../", "file://", "'", '"'))


def picture_type(head: bytes) -> str:
    """Return what kind of picture begins with `head`, at least `HEAD` bytes of it; empty when it is none."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


def medium(image: str) -> str:
    """Return what a link leads to by its name: ``video``, ``audio``, else ``image``."""
    try:
        ending = posixpath.splitext(urlsplit(image).path)[1].lower()
    except ValueError:
        return "image"
    return "video" if ending in _FILMS else "audio" if ending in _SOUNDS else "image"
