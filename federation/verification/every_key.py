"""A JWK Set that people or issuers hand to us: every key of it must be good.

What a fetched set may hold besides, and is merely ignored, has no business in one that was made for us.
"""

from federation.model.json import JsonObject
from federation.oauth.reasons import Reason
from federation.verification.jwk import UnusableJwk, has_private_members, read_jwk
from federation.verification.jwk_set import X509_SVID, JwkSet, JwkSetRefused, ambiguous, read_jwk_set
from federation.verification.x509.authorities import authority_in_x5c


class KeysUnfit(ValueError):
    """The set must not be taken; the message says why and holds no input."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def read_every_key(document: JsonObject) -> JwkSet:
    """The keys of a JWK Set (RFC 7517 section 5) in which every single one is fit for use; raises KeysUnfit."""
    _refuse_secrets(document)
    try:
        keys = read_jwk_set(document)
    except JwkSetRefused as error:
        raise KeysUnfit(Reason.MALFORMED_KEYS, str(error)) from None
    _check_each(document)
    if ambiguous(keys.keys):
        raise KeysUnfit(Reason.MALFORMED_KEYS, "duplicate kid: two keys could be meant by one token")
    return keys


def _refuse_secrets(document: JsonObject) -> None:
    for number, jwk in enumerate(_list(document)):
        if not isinstance(jwk, dict):
            continue
        if jwk.get("kty") == "oct":
            raise KeysUnfit(Reason.PRIVATE_KEYS, f"key {number}: a shared secret (oct)")
        if has_private_members(jwk):
            raise KeysUnfit(Reason.PRIVATE_KEYS, f"key {number}: private members")


def _check_each(document: JsonObject) -> None:
    jwks = _list(document)
    for number, jwk in enumerate(jwks):
        if jwk.get("use") == X509_SVID:
            _check_authority(number, jwk)
            continue
        try:
            key = read_jwk(jwk)
        except UnusableJwk as error:
            raise KeysUnfit(Reason.UNUSABLE_KEYS, f"key {number}: {error}") from None
        if key.kid is None and len(jwks) > 1:
            raise KeysUnfit(Reason.MALFORMED_KEYS, f"key {number}: kid is missing, and there are several keys")


def _check_authority(number: int, jwk: JsonObject) -> None:
    """An authority in a SPIFFE bundle is its certificate (X509-SVID section 6)."""
    x5c = jwk.get("x5c")
    if not (isinstance(x5c, list) and x5c and isinstance(x5c[0], str) and authority_in_x5c(x5c[0])):
        raise KeysUnfit(Reason.UNUSABLE_KEYS, f"key {number}: x5c holds no usable certificate of an authority")


def _list(document: JsonObject) -> list[JsonObject]:
    jwks = document.get("keys")
    return jwks if isinstance(jwks, list) else []
