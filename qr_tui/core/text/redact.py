"""Secrets taken out of text that leaves the program: log lines, reports, exports."""

import re
from collections.abc import Iterable
from typing import Final

MARK: Final = "[redacted]"

# Values of headers and fields that carry a secret, as in `Authorization: Bearer x`, `"api_key": "x"`.
_FIELDS: Final = re.compile(
    r"""(?ix) \b (authorization | proxy-authorization | x-api-key | api[_-]?key | quickrouter_api_key
        | access[_-]?token | refresh[_-]?token | secret[_-]?key | password | passwd)
    (\\?["']? \s* (?: [:=] | (?<=["']) , ) \s* (?: b (?=["']) )? \\?["']?)
    (?! \[redacted\] ) ((?: (?:bearer|basic|token) \s+ )? [^\s"'\\,;&)\]}]+)""",
)
_SCHEMES: Final = re.compile(r"(?i)\b(bearer)(\s+|%20)[A-Za-z0-9._~+/=-]{6,}")
_SHAPES: Final = re.compile(r"\b(?:sk|rk|pk)-[A-Za-z0-9_-]{6,}")
# The parts of a signed link that open it; who reads the log must not be able to fetch the video.
_SIGNED: Final = re.compile(
    r"(?i)([?&;](?:amp;)?(?:sig|signature|token|key|auth|hmac|policy|credential|key-pair-id|access_token"
    r"|x-(?:amz|goog|oss)-(?:signature|credential|security-token)|ossaccesskeyid|awsaccesskeyid|googleaccessid"
    r"|security-token|wssecret|auth_key)=)(?!\[redacted\])[^&\s\"'<>\\)\]}#]+"
)
_USERINFO: Final = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@\"']+@")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without any of `secrets`, nor anything that looks like a key or a signature."""
    for secret in sorted(secrets, key=len, reverse=True):
        # shorter than this it is no key but a word, and would tear every text apart
        if len(secret) >= 6:
            text = text.replace(secret, MARK)
    text = _FIELDS.sub(rf"\1\2{MARK}", text)
    text = _SCHEMES.sub(rf"\1\2{MARK}", text)
    text = _SHAPES.sub(MARK, text)
    text = _SIGNED.sub(rf"\1{MARK}", text)
    return _USERINFO.sub(rf"\1{MARK}@", text)
