"""The system keyring: optional, slow to import, and able to hang for ever on a locked desktop."""

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from qr_tui.core.text.messages import N_, Detail, Message

SERVICE: Final = "qr-tui"
T = TypeVar("T")


class _Backend:
    """What we use of the keyring library, so that nothing is imported before it is needed."""

    def __init__(self) -> None:
        import keyring

        self.get_password: Callable[[str, str], str | None] = keyring.get_password
        self.set_password: Callable[[str, str, str], None] = keyring.set_password
        self.delete_password: Callable[[str, str], None] = keyring.delete_password


def backend() -> _Backend:
    """Return the system keyring's three calls."""
    return _Backend()


def keyring_works(timeout: float = 3.0) -> tuple[bool, Detail]:
    """Tell whether the system keyring can keep a key; if not, why."""
    from importlib.util import find_spec

    if find_spec("keyring") is None:
        return False, Message(N_("not installed: pip install 'qr-tui[keyring]'"))

    def probe() -> str:
        import keyring
        from keyring.backends import chainer, fail, null

        backend = keyring.get_keyring()
        inner = list(backend.backends) if isinstance(backend, chainer.ChainerBackend) else [backend]
        if all(isinstance(one, (fail.Keyring, null.Keyring)) for one in inner):
            return "none"
        keyring.get_password(SERVICE, "probe")
        return "works"

    answer = ask(probe, timeout)
    if answer == "works":
        return True, ""
    if answer == "none":
        return False, Message(N_("this system has no keyring"))
    return False, Message(N_("the system keyring is locked or does not answer"))


def ask(question: Callable[[], T], timeout: float = 5.0) -> T | None:
    """Return the keyring's answer, None when it fails or does not come in time.

    A thread of its own, which dies with the program: a keyring that waits for a password cannot be cancelled.
    """
    answers: list[T] = []

    def run() -> None:
        try:
            answers.append(question())
        except Exception:  # every backend raises its own kinds
            return

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(timeout)
    return answers[0] if answers else None
