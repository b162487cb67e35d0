"""What somebody does who may write to the archive's bucket, and may not sign."""

import json

from federation.audit.segment import HEX, canonical, chained
from tests.support.archive_world import ArchiveWorld, happening


def lines_of(content: bytes) -> list[bytes]:
    """A segment's lines; the last one is empty."""
    return content.split(b"\n")


def rehashed(lines: list[bytes]) -> bytes:
    """The same lines with hashes that fit, under the head that was there."""
    *chain, head, end = lines
    last: str = json.loads(chain[0][HEX + 1 :])["previous"]
    text = []
    for line in chain:
        last = chained(last, line[HEX + 1 :])
        text.append(last.encode() + b" " + line[HEX + 1 :])
    return b"\n".join([*text, head, end])


def rewritten(content: bytes) -> bytes:
    """With another outcome in its first record, and every hash anew."""
    return rehashed([line.replace(b'"allow"', b'"deny"', 1) for line in lines_of(content)])


def without_key(world: ArchiveWorld, number: int) -> bytes:
    """Its header names no key; every hash fits."""
    lines = lines_of(world.segments.contents[number])
    header = json.loads(lines[0][HEX + 1 :])
    lines[0] = lines[0][: HEX + 1] + canonical({**header, "key": None})
    return rehashed(lines)


def forged(world: ArchiveWorld, number: int) -> bytes:
    """A segment of that number, chained to the one before, by another key."""
    other = ArchiveWorld()
    for earlier in range(1, number):
        other.segments.contents[earlier] = world.segments.contents[earlier]
    other.key_sets.keys, own = world.key_sets.keys, other.key_sets.keys
    other.archiver().catch_up()
    other.key_sets.keys = own
    other.archiver().append([happening()])
    return other.segments.contents[number]
