"""base64url without padding (RFC 7515 section 2), strictly: one text per value, so none can be bent (ATTACKS A11)."""

from base64 import urlsafe_b64encode
from binascii import a2b_base64

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_BASE64 = bytes.maketrans(b"-_", b"+/")


class NotBase64url(ValueError):
    """The text is not the one encoding of any value."""


def encode(value: bytes) -> bytes:
    """The one encoding of `value`."""
    return urlsafe_b64encode(value).rstrip(b"=")


def decode(text: bytes) -> bytes:
    """The value whose one encoding is `text`; raises NotBase64url."""
    tail = len(text) % 4
    # The library skips characters that it does not know, so they are looked for first.
    if tail == 1 or text.translate(None, _ALPHABET):
        raise NotBase64url("not base64url")
    value = a2b_base64(text.translate(_TO_BASE64) + b"=" * (-tail % 4))
    # It also drops trailing bits without a word; encoding the last bytes again shows whether there were any.
    if tail and encode(value[1 - tail :]) != text[-tail:]:
        raise NotBase64url("not canonical base64url")
    return value
