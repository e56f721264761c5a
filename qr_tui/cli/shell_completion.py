"""Completion in bash, which breaks words at colons: our ids hold colons, so the parts are put together again."""

from click.shell_completion import BashComplete, CompletionItem, add_completion_class


class ColonBash(BashComplete):
    """Click's completion for bash, for words with colons in them."""

    _before = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words so far and the one to complete, whole again."""
        args, incomplete = super().get_completion_args()
        words: list[str] = []
        glue = False
        for word in [*args, incomplete]:
            if words and (glue or word.startswith(":")):
                words[-1] += word
            else:
                words.append(word)
            glue = word.endswith(":")
        whole = words.pop() if len(words) > 1 or not args else incomplete
        self._before = whole[: whole.rfind(":") + 1]
        return words, whole

    def format_completion(self, item: CompletionItem) -> str:
        """Return what bash is to put behind the last colon."""
        return f"{item.type},{str(item.value).removeprefix(self._before)}"


def register() -> None:
    """Let click use it for bash."""
    add_completion_class(ColonBash, "bash")
