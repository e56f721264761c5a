"""Whether a file of certificates can be used: asked when one is set, never when the settings are read."""

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message, titled


def check(path: str) -> None:
    """Look into the file that `host.ca_file` shall name.

    Raises:
        Trouble: USAGE, it is not there, may not be read, or holds no certificate.
    """
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        what = Message(N_("{file} holds no certificate (PEM)"), {"file": inert(path, limit=400)})
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        what = Message(N_("{file} cannot be read: {reason}"), {"file": inert(path, limit=400), "reason": reason})
    else:
        return
    raise Trouble(Kind.USAGE, titled("host.ca_file", what))
