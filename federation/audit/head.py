"""The head of a segment: a JWS (RFC 7515) about its last hash, and so about everything before it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import jwt
from msgspec import Struct

from federation.audit.segment import Unsigned
from federation.model.json import JsonObject

TYP = "fedbridge-audit-head+jwt"
"""Of nothing else that the same key signs (RFC 8725 section 3.11)."""
ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})


class NotSigned(Exception):
    """No signature by that key."""


class SignedHead(Struct, frozen=True):
    """What a head says once its signature was checked."""

    issuer: str
    number: int
    last_hash: str
    records: int
    root: str
    """Of the Merkle tree of its records, in hex."""
    signed_at: int
    kid: str


def head_claims(issuer: str, segment: Unsigned, now: int) -> JsonObject:
    """The claims of a segment's head."""
    counted = {"number": segment.number, "records": segment.records}
    return {"iss": issuer, "iat": now, **counted, "hash": segment.last_hash, "root": segment.root}


def read_head(text: str, jwk: Mapping[str, Any]) -> SignedHead:
    """What the key has signed; raises NotSigned for anything else."""
    try:
        if jwk["alg"] not in ALGORITHMS:
            raise NotSigned
        signed = jwt.PyJWS().decode_complete(text, jwt.PyJWK(dict(jwk)), algorithms=[jwk["alg"]])
        header, claims = signed["header"], json.loads(signed["payload"])
        if (header["typ"], header["kid"]) != (TYP, jwk["kid"]):
            raise NotSigned
        return SignedHead(
            str(claims["iss"]),
            int(claims["number"]),
            str(claims["hash"]),
            int(claims["records"]),
            str(claims["root"]),
            int(claims["iat"]),
            str(header["kid"]),
        )
    except (jwt.PyJWTError, AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise NotSigned from None


def is_signed_by(text: str, keys: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any of the public JWKs has."""
    return any(_signed(text, jwk) for jwk in keys)


def _signed(text: str, jwk: Mapping[str, Any]) -> bool:
    try:
        read_head(text, jwk)
    except NotSigned:
        return False
    return True
