"""Status lists (draft-ietf-oauth-status-list): where a token stands in one, and its bits."""

import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256

from msgspec import Struct

from federation.model.json import JsonObject

SIZE = 2**21
"""Tokens in a list: what one costs to read, measured, stands in docs/decisions.md."""
SPAN = 12 * 60
"""Seconds of expiry that share a list."""
LONGEST_LIFE = 60 * 60
"""Seconds that a token of ours may live."""
PATH = "/.well-known/status-list-"


class StatusReference(Struct, frozen=True):
    """A token's place in a list."""

    uri: str
    index: int

    @property
    def claim(self) -> JsonObject:
        """`status`."""
        return {"status_list": {"idx": self.index, "uri": self.uri}}


def list_path(number: int) -> str:
    """Path of the list of tokens that expire in that SPAN since the epoch."""
    return f"{PATH}{number}"


def lists_of(now: int, ahead: int = 0) -> range:
    """Numbers of the lists in which a token can stand that is alive now, or is issued within `ahead` seconds."""
    return range(now // SPAN, (now + LONGEST_LIFE + ahead) // SPAN + 1)


def status_reference(issuer: str, expires_at: int, jti: str) -> StatusReference:
    """The place of the token of that jti, which expires then."""
    digest = sha256(jti.encode()).digest()
    return StatusReference(f"{issuer}{list_path(expires_at // SPAN)}", int.from_bytes(digest[:8]) % SIZE)


_BYTES = SIZE // 8


class NotAStatusList(ValueError):
    """The text holds no list of ours; the message has no input."""


class StatusList(Struct, frozen=True):
    """Bits are only ever set: what is revoked stays so."""

    bits: bytes = bytes(_BYTES)

    def holds(self, indices: Iterable[int]) -> bool:
        """Whether all of them are set."""
        return all(self.bits[index >> 3] >> (index & 7) & 1 for index in indices)

    def setting(self, indices: Iterable[int]) -> "StatusList":
        """The list in which these are set as well; an index's bit is counted from the least significant one."""
        bits = bytearray(self.bits)
        for index in indices:
            bits[index >> 3] |= 1 << (index & 7)
        return StatusList(bytes(bits))

    def joined(self, other: "StatusList") -> "StatusList":
        """The list in which everything is set that is set in either."""
        bits = int.from_bytes(self.bits) | int.from_bytes(other.bits)
        return self if self.bits == other.bits else StatusList(bits.to_bytes(_BYTES))

    @property
    def text(self) -> str:
        """`lst`: ZLIB at its highest level, base64url."""
        return urlsafe_b64encode(zlib.compress(self.bits, 9)).rstrip(b"=").decode("ascii")


def read_status_list(text: str) -> StatusList:
    """The list that `text` is; raises NotAStatusList. Never more is unpacked than a list has."""
    unpacking = zlib.decompressobj()
    try:
        bits = unpacking.decompress(b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True), _BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise NotAStatusList("it cannot be unpacked") from error
    if len(bits) != _BYTES or not unpacking.eof:
        raise NotAStatusList("it is too short or too long")
    return StatusList(bits)
