"""That one record is in the archive, told without any other: its line, a path to the root, and the head that signs it.

It needs no network to be checked: `jwks` are the keys that the bridge published when the proof was made.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from federation.audit import merkle
from federation.audit.head import NotSigned, SignedHead, read_head
from federation.audit.segment import HEX
from federation.audit.segment_reading import read_segment
from federation.model.json import JsonObject

FORMAT = "fedbridge-audit-proof/1"


class NoProof(Exception):
    """What is shown does not prove that the record is in the archive."""


class Proven(Struct, frozen=True):
    """What a proof proves."""

    record: JsonObject
    """As it was written when the token was issued."""
    segment: int
    head: SignedHead


def make_proof(number: int, content: bytes, jti: str) -> JsonObject | None:
    """Of the record of that token's issuance, from a segment that has it; None: it has none of it.

    Raises BrokenChain for a segment that is not as it was written.
    """
    read_segment(number, content)
    header, *lines, head = content.rstrip(b"\n").split(b"\n")
    records = [line[HEX + 1 :] for line in lines]
    index = next((at for at, line in enumerate(records) if _is_of(line, jti)), None)
    if index is None:
        return None
    leaves = [merkle.leaf(line) for line in records]
    return {
        "format": FORMAT,
        "segment": number,
        "line": records[index].decode("ascii"),
        "index": index,
        "records": len(records),
        "path": [each.hex() for each in merkle.path(leaves, index)],
        "head": head.decode("ascii"),
        "key": json.loads(header[HEX + 1 :])["key"],
    }


def check_proof(proof: Mapping[str, Any], jwks: Iterable[Mapping[str, Any]], *, issuer: str, jti: str) -> Proven:
    """What it proves of that token of that bridge; raises NoProof. `jwks`: published by the bridge, kept if need be."""
    try:
        line = str(proof["line"]).encode("ascii")
        hashes = [bytes.fromhex(each) for each in proof["path"]]
        index, size = proof["index"], proof["records"]
        if proof["format"] != FORMAT or type(index) is not int or type(size) is not int:
            raise NoProof("this is no proof of an archive of a bridge")
        head = _signed(str(proof["head"]), jwks)
        found = merkle.root_of(merkle.leaf(line), index, size, hashes)
        said = json.loads(line)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise NoProof("the proof is malformed, or its path leads nowhere") from error
    if head.root != found.hex() or head.records != size:
        raise NoProof("the signed head is about other records")
    if head.issuer != issuer or head.number != proof.get("segment"):
        raise NoProof("the signed head is that of another segment, or of another bridge")
    if not _is_of(line, jti):
        raise NoProof("the record is not that of this token's issuance")
    return Proven(said["record"], head.number, head)


def _signed(text: str, jwks: Iterable[Mapping[str, Any]]) -> SignedHead:
    for jwk in jwks:
        try:
            return read_head(text, jwk)
        except NotSigned:
            continue
    raise NoProof("no key that the bridge published has signed the head")


def _is_of(line: bytes, jti: str) -> bool:
    happened = json.loads(line)
    return bool(happened.get("what") == "recorded" and happened.get("jti") == jti)
