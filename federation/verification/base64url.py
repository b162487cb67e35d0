"""base64url without padding (RFC 7515 section 2), strictly: one text per value, so none can be bent (ATTACKS A11)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class NotBase64url(ValueError):
    """The text is not the one encoding of any value."""


def encode(value: bytes) -> bytes:
    """The one encoding of `value`."""
    return urlsafe_b64encode(value).rstrip(b"=")


def decode(text: bytes) -> bytes:
    """The value whose one encoding is `text`; raises NotBase64url."""
    if text.translate(None, _ALPHABET) or len(text) % 4 == 1:
        raise NotBase64url("not base64url")
    value = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    # The library drops trailing bits without a word; encoding again shows whether there were any.
    if encode(value) != text:
        raise NotBase64url("not canonical base64url")
    return value
