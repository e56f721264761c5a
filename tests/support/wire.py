"""Requests as they leave, for tests that speak to the provider themselves."""

from typing import Any

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.routes import UNIFIED
from qr_tui.core.task import Request
from qr_tui.core.wire.body import Wire, write


def wire(request: Request) -> Wire:
    """Return `request` as it leaves on its route, without a file's bytes."""
    return write(Catalogue().route(request.route) or UNIFIED, request)


def body(request: Request) -> dict[str, Any]:
    """Return the body of `request` on its route."""
    return wire(request).body
