"""A picture made smaller: each new pixel is the mean of those it stands for."""

from functools import lru_cache

from qr_tui.services.films.previews import Picture


@lru_cache(maxsize=64)  # the same few pictures are drawn at every key
def scaled(picture: Picture, width: int, height: int) -> Picture:
    """Return the picture in `width` by `height` pixels; one that is as large already, or smaller, stays as it is."""
    if picture.width <= width and picture.height <= height:
        return picture
    data, out = picture.data, bytearray()
    columns = [
        (x * picture.width // width, max(x * picture.width // width + 1, (x + 1) * picture.width // width))
        for x in range(width)
    ]
    for y in range(height):
        top = y * picture.height // height
        bottom = max(top + 1, (y + 1) * picture.height // height)
        for left, right in columns:
            red = green = blue = count = 0
            for row in range(top, bottom):
                start = (row * picture.width + left) * 3
                for at in range(start, start + (right - left) * 3, 3):
                    red += data[at]
                    green += data[at + 1]
                    blue += data[at + 2]
                    count += 1
            out += bytes((red // count, green // count, blue // count))
    return Picture(picture.at, width, height, bytes(out))
