"""The balance: taken down when a video is ordered, told as the billing calls tell it (quickrouter.md §4)."""

from typing import Any, Final

from qr_tui.simulator.replies import Refused, no_balance

UNLIMITED: Final = 100_000_000.0  # what the relay says for an account without a limit


class Account:
    """One account; `balance` is what it began with in credits, None for no limit."""

    def __init__(self, balance: float | None) -> None:
        self.balance = balance
        self.spent = 0.0

    @property
    def left(self) -> float | None:
        """What is left; None when there is no limit."""
        return None if self.balance is None else self.balance - self.spent

    def charge(self, price: float, request_id: str) -> None:
        """Take `price`.

        Raises:
            Refused: There is not enough; nothing was taken.
        """
        if self.left is not None and price > self.left:
            raise Refused(no_balance(self.left, request_id))
        self.spent = round(self.spent + price, 4)

    def subscription(self) -> dict[str, Any]:
        """Return what the account may spend in all."""
        limit = UNLIMITED if self.balance is None else self.balance
        limits = dict.fromkeys(("soft_limit_usd", "hard_limit_usd", "system_hard_limit_usd"), limit)
        return {"object": "billing_subscription", "has_payment_method": True, **limits, "access_until": 0}

    def usage(self) -> dict[str, Any]:
        """Return what it has spent, in hundredths."""
        return {"object": "list", "total_usage": round(self.spent * 100, 2)}
