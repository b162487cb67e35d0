"""Base64url without padding, as JOSE writes it (RFC 7515 section 2)."""

from base64 import urlsafe_b64encode
from binascii import a2b_base64

import msgspec

_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/\0\0\0")
"""What only the other alphabet has is in none."""
_PADDING = (b"", b"===", b"==", b"=")
_LAST = (frozenset(range(256)), frozenset[int](), frozenset(b"AQgw"), frozenset(b"AEIMQUYcgkosw048"))
"""By length modulo 4: characters that may come last, because the bits that they have too many are 0."""


def encode(data: bytes) -> str:
    """Without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes, of which `text` is the one spelling; raises ValueError."""
    return decode_written(text.encode("ascii"))


def decode_written(written: bytes) -> bytes:
    """The same of text that is ASCII; raises ValueError."""
    over = len(written) & 3
    if not written or written[-1] not in _LAST[over]:
        raise ValueError("not the one spelling of any bytes")
    return a2b_base64(written.translate(_TO_STANDARD) + _PADDING[over], strict_mode=True)


def decode_signed(written: bytes) -> bytes:
    """The same in half the time for what a signature covers as it is written; raises ValueError.

    It need not be the one spelling of its bytes: no other one has that signature.
    """
    return _BYTES.decode(b'"' + written.translate(_TO_STANDARD) + _PADDING[len(written) & 3] + b'"')


_BYTES = msgspec.json.Decoder(bytes)
