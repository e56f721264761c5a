"""What a person may decide about a task whose answer was lost, and about hosts and keys."""

import msgspec

from qr_tui.core.answers import Balance, HostModel


class Adopt(msgspec.Struct, frozen=True):
    """Decide an unconfirmed task: it is this id (checked by a query)."""

    id: str


class SendAgain(msgspec.Struct, frozen=True):
    """Decide an unconfirmed task: send it once more, though it may cost twice."""


class Drop(msgspec.Struct, frozen=True):
    """Decide an unconfirmed task: stop caring; it stays in the list as stopped."""


class KeyTest(msgspec.Struct, frozen=True):
    """A key that works: the models it can use, and what is left where the host tells."""

    models: tuple[HostModel, ...]
    balance: Balance | None
