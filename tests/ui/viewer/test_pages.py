"""What the viewer shows, without an app."""

import pytest
from textual.strip import Strip

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.video_file import Film, Kind
from qr_tui.services.films.previews import Picture
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.glyphs import UNICODE
from qr_tui.ui.theme.palettes import DARK
from qr_tui.ui.viewer import half_blocks
from qr_tui.ui.viewer.pages import Pages, View, differences, picture_room
from qr_tui.ui.viewer.scaling import scaled
from tests.support.fake_app import make_task

LOOK = Appearance(UNICODE, DARK, Catalogue())
RED, BLUE = bytes((255, 0, 0)), bytes((0, 0, 255))


def saved(number: int = 1, **fields: object) -> Task:
    known: dict[str, object] = {"status": Status.DONE, "file": "/v/boat.mp4", "file_state": FileState.SAVED}
    return make_task(number, file_size=25_271_321, **(known | fields))


def picture(width: int = 40, height: int = 22, at: float = 1.25) -> Picture:
    return Picture(at, width, height, RED * (width * height // 2) + BLUE * (width * height - width * height // 2))


def words(strips: list[Strip]) -> str:
    return "\n".join(strip.text.rstrip() for strip in strips)


def test_half_blocks_have_the_colours_of_the_pixels() -> None:
    data = RED * 4 + BLUE * 4  # two lines of four pixels
    (strip,) = half_blocks.draw(Picture(0.0, 4, 2, data), 6, 1, DARK.style("text"))
    assert strip.text == " ▀▀▀▀ "
    (cell,) = [segment for segment in strip if "▀" in segment.text]
    assert cell.style is not None
    assert cell.style.color is not None
    assert cell.style.bgcolor is not None
    assert (cell.style.color.name, cell.style.bgcolor.name) == ("#ff0000", "#0000ff")


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (7, 3), (40, 11), (200, 60)])
@pytest.mark.parametrize(("width", "height"), [(40, 22), (13, 24), (2, 2), (39, 23)])
def test_a_picture_fills_exactly_its_room(columns: int, rows: int, width: int, height: int) -> None:
    drawn = half_blocks.draw(picture(width, height), columns, rows, DARK.style("text"))
    assert len(drawn) == rows
    assert {strip.cell_length for strip in drawn} == {columns}


def test_a_smaller_picture_is_the_mean_of_its_pixels() -> None:
    small = scaled(Picture(0.0, 2, 2, RED + BLUE + RED + BLUE), 1, 1)
    assert small.data == bytes((127, 0, 127))
    assert scaled(picture(), 40, 22) == picture()
    assert len(scaled(picture(41, 23), 12, 7).data) == 12 * 7 * 3


@pytest.mark.parametrize(("width", "height"), [(40, 8), (60, 13), (80, 22), (120, 34), (200, 58)])
@pytest.mark.parametrize("count", [0, 1, 6])
def test_a_page_never_grows_out_of_the_screen(width: int, height: int, count: int) -> None:
    view = View(saved(prompt="word " * 300), [picture(at=float(at)) for at in range(count)], words="none yet")
    pages = Pages(LOOK, shows_pictures=True)
    for strips in (
        pages.single(view, 2, width, height),
        pages.compared([view] * 3, 1, 2, width, height, ["a", "b", "c"]),
    ):
        assert len(strips) <= height
        assert all(strip.cell_length <= width for strip in strips)


def test_the_facts_stand_beside_the_picture() -> None:
    film = Film(Kind(".mp4", "video/mp4"), True, seconds=15.0, width=1080, height=1920)
    view = View(saved(tags=("fav",), parent="key0000000009"), [picture(), picture(at=3.75)], film=film)
    shown = words(Pages(LOOK, shows_pictures=True).single(view, 1, 80, 22))
    for fact in ("★ favourite", "sora-2-pro", "9:16 15s", "1080×1920  15.0 s  24.1 MiB", "picture 2 of 2, 3.8 s"):
        assert fact in shown
    assert "/v/boat.mp4" in shown
    assert "prompt number 1" in shown
    assert "▀" in shown


def test_without_colours_there_are_the_facts_and_no_picture() -> None:
    view = View(saved(), [picture()], words="This terminal shows no pictures")
    shown = words(Pages(LOOK, shows_pictures=False).single(view, 0, 80, 22))
    assert "▀" not in shown
    assert "This terminal shows no pictures" in shown
    assert "24.1 MiB" in shown


def test_what_differs() -> None:
    base = {"orientation": "portrait", "duration": 15}
    one = saved(1, prompt="a boat in the rain", parameters=base)
    two = saved(2, prompt="a boat in the fog", parameters={**base, "duration": 25})
    three = saved(3, prompt="a boat in the rain", parameters=base, model="veo3.1")
    names, values = differences([one, two, three])
    assert names == ["model", "duration", "prompt word 5"]
    assert values == ["sora-2-pro · 15 s · rain", "sora-2-pro · 25 s · fog", "veo3.1 · 15 s · rain"]
    assert differences([one, saved(4, prompt="a boat in the rain", parameters=base)]) == ([], ["", ""])
    names, values = differences([one, saved(5, prompt="a ship", parameters=base)])
    assert (names, values) == (["prompt"], ["a boat in the rain", "a ship"])


def test_several_films_share_the_width() -> None:
    assert picture_room(80, 22, 3) == (25, 18)
    assert picture_room(40, 8, 6).columns >= 4
