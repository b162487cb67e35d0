"""Merkle trees over the lines of a segment (RFC 9162 section 2.1): what proves one line and shows no other."""

from collections.abc import Sequence
from hashlib import sha256

MAX_PATH = 64
"""Hashes of a path: no segment has that many records."""


def leaf(line: bytes) -> bytes:
    """Hash of a line. Leaves and nodes are hashed apart, so that neither passes for the other."""
    return sha256(b"\0" + line).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree's head. `leaves`: their hashes, in order."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(root(leaves[:split]), root(leaves[split:]))


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What with the leaf at `index` yields the root, from the leaf up (RFC 9162 section 2.1.3.1)."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path(leaves[:split], index), root(leaves[split:])]
    return [*path(leaves[split:], index - split), root(leaves[:split])]


def root_of(leaf_hash: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` leaves in which that leaf stands at `index` (RFC 9162 section 2.1.3.2).

    Raises ValueError for a path that is none of such a tree.
    """
    if not 0 <= index < size or len(hashes) > MAX_PATH:
        raise ValueError("there is no such leaf")
    position, last, found = index, size - 1, leaf_hash
    for each in hashes:
        if last == 0:
            raise ValueError("the path is too long")
        if position & 1 or position == last:
            found = _node(each, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = _node(found, each)
        position, last = position >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return found


def _split(size: int) -> int:
    """The largest power of two below it."""
    return 1 << (size - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()
