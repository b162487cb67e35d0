"""JWK Sets (RFC 7517 section 5): an issuer's keys, and the choice of the one that a token names."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec import Struct

from federation.later import module_later
from federation.model.json import JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.value import Redacted
from federation.verification.algorithms import SignatureAlgorithm, same_algorithm
from federation.verification.jwk import (
    PUBLIC_MEMBERS,
    SIG,
    UnusableJwk,
    VerificationKey,
    has_private_members,
    read_jwk,
    thumbprint,
)

if TYPE_CHECKING:
    from federation.verification.x509 import authorities
else:
    authorities = module_later("federation.verification.x509.authorities")


MAX_KEYS = 100
X509_SVID = "x509-svid"
"""`use` of the authorities in a SPIFFE bundle, which sign certificates and nothing else."""


class JwkSetRefused(ValueError):
    """The set as a whole must not be used; the message says why and holds no input."""


class JwkSet(Redacted, Struct, frozen=True):
    """The usable keys of a set, and what is known about the others."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"by_kid"})

    keys: tuple[VerificationKey, ...]
    by_kid: ReadOnly[str, tuple[VerificationKey, ...]]
    unusable: ReadOnly[str, str]
    """kid -> why a key of that id verifies nothing; another key of the same id may be usable."""
    has_private_members: bool = False
    authorities: tuple[str, ...] = ()
    """`x5c` of the certificate authorities in a SPIFFE bundle (X509-SVID section 6.2); only SPIFFE issuers ask."""

    def knows(self, kid: str) -> bool:
        """Whether the set has a key of that id, usable or not."""
        return kid in self.by_kid or kid in self.unusable

    def select(self, kid: str | None, algorithm: SignatureAlgorithm, use: str = SIG) -> VerificationKey:
        """The only key that a token with this header may have been signed with; raises InvalidRequest.

        Issuers list one key once for each algorithm or use, under one `kid`: all three choose (RFC 7517 section 4.5).
        """
        named = self.keys if kid is None else self._named(kid)
        fitting = [key for key in named if key.fits(algorithm) and key.use == use]
        if len(fitting) != 1 and len(set(map(_identity, fitting))) != 1:
            # Trying several keys in turn would be guessing (ATTACKS B2, B4).
            raise _not_one(kid, named, algorithm, len(fitting))
        return fitting[0]

    def _named(self, kid: str) -> tuple[VerificationKey, ...]:
        if kid in self.by_kid:
            return self.by_kid[kid]
        if kid in self.unusable:
            raise InvalidRequest(Reason.UNUSABLE_KEY, self.unusable[kid])
        raise InvalidRequest(Reason.UNKNOWN_KEY)


def _identity(key: VerificationKey) -> tuple[str, str | None]:
    """What makes it one key, however often it is listed."""
    return thumbprint(key), key.issuer


def _not_one(
    kid: str | None, named: Sequence[VerificationKey], algorithm: SignatureAlgorithm, fitting: int
) -> InvalidRequest:
    if kid is None:
        return InvalidRequest(Reason.UNKNOWN_KEY, f"no kid, and {fitting} keys fit")
    if fitting:
        return InvalidRequest(Reason.UNUSABLE_KEY, f"{fitting} keys of that kid fit")
    is_for = any(key.fits(algorithm) for key in named)
    return InvalidRequest(Reason.UNUSABLE_KEY, "use is another" if is_for else f"the key is not for {algorithm.name}")


def ambiguous(keys: Sequence[VerificationKey]) -> bool:
    """Whether two keys of one `kid` could be meant by one token."""
    for one, other in combinations(keys, 2):
        same_name = one.kid is not None and (one.kid, one.use) == (other.kid, other.use)
        same_kind = (one.kty, one.crv) == (other.kty, other.crv) and (
            one.alg is None or other.alg is None or same_algorithm(one.alg, other.alg)
        )
        if same_name and same_kind and _identity(one) != _identity(other):
            return True
    return False


def read_jwk_set(document: JsonObject, *, may_be_empty: bool = False) -> JwkSet:
    """The set that `document` is; raises JwkSetRefused where it must not be used as a whole.

    `may_be_empty`: whether a set without keys says something (a SPIFFE bundle's does).
    """
    jwks = _members(document, may_be_empty=may_be_empty)
    _check_kinds(jwks)
    published = _published_secrets(jwks)
    keys: list[VerificationKey] = []
    unusable: dict[str, str] = {}
    for jwk in jwks:
        try:
            keys.append(_unless_published(read_jwk(jwk), published))
        except UnusableJwk as error:
            if isinstance(kid := jwk.get("kid"), str):
                unusable[kid] = str(error)
    return JwkSet(
        keys=tuple(keys),
        by_kid=_by_kid(keys),
        unusable=unusable,
        has_private_members=any(map(has_private_members, jwks)),
        authorities=tuple(_authorities(jwks)),
    )


def _by_kid(keys: Sequence[VerificationKey]) -> dict[str, tuple[VerificationKey, ...]]:
    by_kid: dict[str, tuple[VerificationKey, ...]] = {}
    for key in keys:
        if key.kid is not None:
            by_kid[key.kid] = (*by_kid.get(key.kid, ()), key)
    return by_kid


def _published_secrets(jwks: list[JsonObject]) -> frozenset[str]:
    """Thumbprints of the keys whose private half stands in the set, whatever else each entry says."""
    found: set[str] = set()
    for jwk in filter(has_private_members, jwks):
        bare = {name: value for name, value in jwk.items() if name in PUBLIC_MEMBERS}
        with suppress(UnusableJwk):
            found.add(thumbprint(read_jwk(bare)))
    return frozenset(found)


def _unless_published(key: VerificationKey, published: frozenset[str]) -> VerificationKey:
    """The key; raises UnusableJwk where it is no secret (ATTACKS B6)."""
    if published and thumbprint(key) in published:
        raise UnusableJwk("private members elsewhere in the set")
    return key


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
    if not (isinstance(x5c, list) and x5c and isinstance(x5c[0], str) and authorities.authority_in_x5c(x5c[0])):
        raise KeysUnfit(Reason.UNUSABLE_KEYS, f"key {number}: x5c holds no usable certificate of an authority")


def _list(document: JsonObject) -> list[JsonObject]:
    jwks = document.get("keys")
    return jwks if isinstance(jwks, list) else []
