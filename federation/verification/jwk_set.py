"""JWK Set (RFC 7517 section 5): an issuer's keys, read once, and the choice of the one that a token needs."""

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import cast

from federation.model.json import JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.algorithms import SignatureAlgorithm
from federation.verification.jwk import UnusableJwk, VerificationKey, has_private_members, read_jwk

MAX_KEYS = 100
X509_SVID = "x509-svid"
"""`use` of the authorities in a SPIFFE bundle, which sign certificates and nothing else."""


class JwkSetRefused(ValueError):
    """The set as a whole must not be used; the message says why and holds no input."""


@dataclass(frozen=True, slots=True)
class JwkSet:
    """The usable keys of a set, and what is known about the others."""

    keys: tuple[VerificationKey, ...]
    by_kid: ReadOnly[str, VerificationKey] = field(repr=False)
    unusable: ReadOnly[str, str]
    """kid -> why that key verifies nothing."""
    has_private_members: bool = False
    authorities: tuple[str, ...] = ()
    """`x5c` of the certificate authorities in a SPIFFE bundle (X509-SVID section 6.2); only SPIFFE issuers ask."""

    def knows(self, kid: str) -> bool:
        """Whether the set has a key of that id, usable or not."""
        return kid in self.by_kid or kid in self.unusable

    def select(self, kid: str | None, algorithm: SignatureAlgorithm) -> VerificationKey:
        """The only key that a token with this header may have been signed with; raises InvalidRequest."""
        if kid is None:
            return self._only_fitting(algorithm)
        if kid in self.unusable:
            raise InvalidRequest(Reason.UNUSABLE_KEY, self.unusable[kid])
        key = self.by_kid.get(kid)
        if key is None:
            raise InvalidRequest(Reason.UNKNOWN_KEY)
        if not key.fits(algorithm):
            raise InvalidRequest(Reason.UNUSABLE_KEY, f"the key is not for {algorithm.name}")
        return key

    def _only_fitting(self, algorithm: SignatureAlgorithm) -> VerificationKey:
        """RFC 7515 section 4.1.4 makes kid optional; trying several keys in turn would be guessing (ATTACKS B2)."""
        fitting = [key for key in self.keys if key.fits(algorithm)]
        if len(fitting) != 1:
            raise InvalidRequest(Reason.UNKNOWN_KEY, f"no kid, and {len(fitting)} keys fit")
        return fitting[0]


def read_jwk_set(document: JsonObject, *, may_be_empty: bool = False) -> JwkSet:
    """The set that `document` is; raises JwkSetRefused where two readers could choose different keys.

    `may_be_empty`: whether a set without keys says something (a SPIFFE bundle's does).
    """
    jwks = _members(document, may_be_empty=may_be_empty)
    _check_kinds(jwks)
    _check_kids(jwks)
    keys: list[VerificationKey] = []
    unusable: dict[str, str] = {}
    for jwk in jwks:
        try:
            keys.append(read_jwk(jwk))
        except UnusableJwk as error:
            if isinstance(kid := jwk.get("kid"), str):
                unusable[kid] = str(error)
    return JwkSet(
        keys=tuple(keys),
        by_kid={key.kid: key for key in keys if key.kid is not None},
        unusable=unusable,
        has_private_members=any(map(has_private_members, jwks)),
        authorities=tuple(_authorities(jwks)),
    )


def _authorities(jwks: list[JsonObject]) -> Iterator[str]:
    """Of several certificates the first counts, and one that is no text is as if it were not there."""
    for jwk in jwks:
        usable = jwk.get("use") == X509_SVID and not has_private_members(jwk)
        x5c = jwk.get("x5c") if usable else None
        if isinstance(x5c, list) and x5c and isinstance(x5c[0], str):
            yield x5c[0]


def _members(document: JsonObject, *, may_be_empty: bool) -> list[JsonObject]:
    jwks = document.get("keys")
    if not isinstance(jwks, list) or not all(isinstance(jwk, dict) for jwk in jwks):
        raise JwkSetRefused("keys is not a list of objects")
    if not (jwks or may_be_empty) or len(jwks) > MAX_KEYS:
        raise JwkSetRefused("no keys, or more than 100")
    return cast("list[JsonObject]", jwks)


def _check_kinds(jwks: list[JsonObject]) -> None:
    """A shared secret beside public keys invites using one as the other (ATTACKS B4)."""
    kinds = {jwk.get("kty") == "oct" for jwk in jwks}
    if kinds == {True, False}:
        raise JwkSetRefused("oct beside asymmetric keys")


def _check_kids(jwks: list[JsonObject]) -> None:
    kids = [jwk["kid"] for jwk in jwks if isinstance(jwk.get("kid"), str)]
    if len(set(kids)) != len(kids):
        raise JwkSetRefused("duplicate kid")
