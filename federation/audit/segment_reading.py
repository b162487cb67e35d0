"""Reads one segment line by line, and says where it is not as it was written."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from federation.audit import merkle
from federation.audit.head import NotSigned, SignedHead, read_head
from federation.audit.segment import FORMAT, HEX, chained, digest
from federation.audit.trust_change import is_trust_record
from federation.model.archive import ArchiveHead

_HEX = frozenset(b"0123456789abcdef")


class Fault(Struct, frozen=True):
    """A place that is not as it was written."""

    segment: int
    line: int | None
    """From 1, which is the header; None: the segment as a whole."""
    jti: str | None
    """Of the record that stands there now."""
    problem: str


class BrokenChain(Exception):
    """The archive is not what the bridge wrote."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"segment {fault.segment}, line {fault.line}: {fault.problem}")
        self.fault = fault


class ReadSegment(Struct, frozen=True):
    """A segment that fits together in itself. Who signed it is another question."""

    issuer: str
    previous: str
    head: ArchiveHead
    head_text: str
    events: tuple[str, ...]
    altered: tuple[str, ...]
    """`jti` of each record of a change of trust that it tells was written anew or removed: the bridge never does."""
    lines: int


def read_segment(number: int, content: bytes) -> ReadSegment:
    """Raises BrokenChain for the first line that does not fit to those before it."""
    *lines, head_text = _lines(number, content)
    header = _header(number, lines[0])
    records, last = _records(number, header, lines)
    events = tuple(str(each.get("event", "")) for each in records)
    altered = tuple(str(each.get("jti", "")) for each in records if _is_altered(each))
    head = _head(number, head_text, header, len(lines) + 1)
    if (head.number, head.issuer) != (number, header["issuer"]):
        raise _broken(number, len(lines) + 1, "the head is that of another segment")
    if head.last_hash != last:
        raise _broken(number, len(lines) + 1, _not_signed(head.records, len(events)))
    if head.root != merkle.root([merkle.leaf(line[HEX + 1 :]) for line in lines[1:]]).hex():
        raise _broken(number, len(lines) + 1, "the head's tree is that of other records than these")
    newest = ArchiveHead(number, digest(content), head.kid, head.signed_at)
    return ReadSegment(header["issuer"], header["previous"], newest, head_text, events, altered, len(lines) + 1)


def _lines(number: int, content: bytes) -> Sequence[Any]:
    """Bytes of each chained line, then the head as text."""
    *lines, rest = content.split(b"\n")
    if rest or len(lines) < 2 or not lines[-1].isascii():  # noqa: PLR2004 (a header and a head)
        place = len(lines) + 1 if rest else max(len(lines), 1)
        raise _broken(number, place, "the segment was cut off, or something stands behind its head")
    return [*lines[:-1], lines[-1].decode("ascii")]


def _header(number: int, line: bytes) -> Mapping[str, Any]:
    header = _members(line[HEX + 1 :])
    if header.get("format") != FORMAT or not _is_hash(str(header.get("previous")).encode()):
        raise _broken(number, 1, "this is no header of a segment")
    if header.get("number") != number:
        raise _broken(number, 1, f"this is segment {header.get('number')} under another number")
    if not isinstance(header.get("key"), dict) or not isinstance(header.get("issuer"), str):
        raise _broken(number, 1, "the header says neither who wrote it nor with which key")
    return header


def _records(number: int, header: Mapping[str, Any], lines: Sequence[bytes]) -> tuple[list[dict[str, Any]], str]:
    last, records = str(header["previous"]), list[dict[str, Any]]()
    for position, line in enumerate(lines, 1):
        content = line[HEX + 1 :]
        expected = chained(last, content).encode("ascii")
        if line[: HEX + 1] != expected + b" ":
            raise _broken(number, position, "it does not follow from the line before: altered, removed or put in", line)
        last = expected.decode("ascii")
        if position > 1:
            records.append(_members(content))
    return records, last


def _is_altered(happened: Mapping[str, Any]) -> bool:
    """A token's record may be marked as discarded; the record of a write of trust never changes."""
    return happened.get("what") != "recorded" and is_trust_record(str(happened.get("jti", "")))


def _head(number: int, text: str, header: Mapping[str, Any], line: int) -> SignedHead:
    try:
        return read_head(text, header["key"])
    except NotSigned:
        raise _broken(number, line, "the head is not signed by the key that the segment names") from None


def _not_signed(signed: int, found: int) -> str:
    if found < signed:
        return f"{signed - found} of {signed} records are missing before the head"
    if found > signed:
        return f"{found - signed} records were added before the head"
    return "the head is about other records than these"


def _broken(number: int, line: int, problem: str, content: bytes = b"") -> BrokenChain:
    jti = _members(content[HEX + 1 :]).get("jti")
    return BrokenChain(Fault(number, line, jti if isinstance(jti, str) else None, problem))


def _members(content: bytes) -> dict[str, Any]:
    try:
        members = json.loads(content)
    except (RecursionError, ValueError):
        return {}
    return members if isinstance(members, dict) else {}


def _is_hash(text: bytes) -> bool:
    return len(text) == HEX and _HEX.issuperset(text)
