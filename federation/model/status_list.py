"""A status list: one bit for each token, set where it is revoked (draft-ietf-oauth-status-list section 4)."""

import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable

from msgspec import Struct

from federation.model.status import SIZE

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
