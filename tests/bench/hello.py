"""The smallest Textual app: what first paint is compared with."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One word on a screen."""

    def compose(self) -> ComposeResult:
        yield Static("hello-is-drawn")


if __name__ == "__main__":
    Hello().run(mouse=False)
