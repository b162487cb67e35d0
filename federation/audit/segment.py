"""A segment of the archive: lines of text, each chained to the one before by its hash, and a signature under them.

    <hash> {"format": ..., "issuer": ..., "key": <JWK>, "number": 7, "previous": <SHA-256 of segment 6>}
    <hash> {"at": ..., "event": ..., "jti": ..., "record": {...}, "what": "recorded"}
    ...
    <the head: a JWS about the last hash, and about the root of a Merkle tree of the records>

A hash is SHA-256 of the bytes of the hash before and of the line's JSON, in hex; the first one starts from `previous`.
"""

import json
from collections.abc import Sequence
from hashlib import sha256

from msgspec import Struct

from federation.audit import merkle
from federation.model.archive import ArchiveHead, Happening
from federation.model.json import JsonObject

FORMAT = "fedbridge-audit/1"
MAX_SEGMENT = 1024 * 1024
"""Bytes: within an answer of the admin API every quotation mark may become four characters, and Lambda answers 6 MB."""
ROOM = MAX_SEGMENT - 64 * 1024
"""Bytes for records; a record of the audit table has 400 KB at most."""
HEX = 64


class Unsigned(Struct, frozen=True):
    """A segment to which only its head is missing."""

    number: int
    text: bytes
    last_hash: str
    records: int
    root: str
    """Of the Merkle tree of its records, in hex."""

    def signed(self, head: str) -> bytes:
        """The whole segment."""
        return self.text + head.encode("ascii") + b"\n"


def chained(previous: str, content: bytes) -> str:
    """The hash of a line. `previous`: hex."""
    return sha256(bytes.fromhex(previous) + content).hexdigest()


def digest(content: bytes) -> str:
    """Of a whole segment: what the next one names it by."""
    return sha256(content).hexdigest()


def unsigned(issuer: str, key: JsonObject, before: ArchiveHead, lines: Sequence[bytes]) -> Unsigned:
    """The next segment. `key`: the public JWK that it will be signed with; `lines`: of `record_line`."""
    number = before.number + 1
    members: JsonObject = {
        "format": FORMAT,
        "issuer": issuer,
        "key": dict(key),
        "number": number,
        "previous": before.digest,
    }
    last, text = before.digest, bytearray()
    for line in (canonical(members), *lines):
        last = chained(last, line)
        text += last.encode("ascii") + b" " + line + b"\n"
    root = merkle.root([merkle.leaf(line) for line in lines]).hex()
    return Unsigned(number, bytes(text), last, len(lines), root)


def record_line(happening: Happening) -> bytes:
    """The JSON of a record."""
    return canonical(
        {
            "event": happening.event,
            "what": happening.what,
            "at": happening.at,
            "jti": happening.jti,
            "record": happening.record,
        }
    )


def canonical(members: JsonObject) -> bytes:
    """The one way to write it: members sorted, no space, ASCII."""
    return json.dumps(members, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def fitting(lines: Sequence[bytes]) -> int:
    """How many of the lines fit into one segment; one always does."""
    taken, size = 0, 0
    for line in lines:
        size += HEX + 2 + len(line)
        if taken and size > ROOM:
            break
        taken += 1
    return taken
