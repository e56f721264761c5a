"""The keys that change one field of the compose screen from anywhere on it."""

from abc import abstractmethod

from qr_tui.ui.compose.form import SHAPES, Form


class FieldKeys:
    """Handlers of the commands ``compose.orientation`` and the like, for a screen with a `form`."""

    @property
    @abstractmethod
    def form(self) -> Form:
        """The fields."""

    def do_orientation(self) -> None:
        """Portrait or landscape, or the next aspect ratio."""
        self.form.step(*SHAPES)

    def do_duration(self) -> None:
        """Next duration."""
        self.form.step("duration")

    def do_size(self) -> None:
        """Next size."""
        self.form.step("size")

    def do_watermark(self) -> None:
        """Watermark on or off."""
        self.form.step("watermark")

    def do_private(self) -> None:
        """Private on or off."""
        self.form.step("private")
