"""Path validation (RFC 5280 section 6), from a leaf to one issuer's own authorities, name constraints included."""

import unicodedata
from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
)
from msgspec import Struct

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.x509.certificates import PresentedCertificates, extension, judging, refused, utc

_DELETED = frozenset({"Cc", "Cf"})
"""Categories of characters that a comparison does not see (RFC 4518 section 2.2)."""


def check_directory_names(chain: Sequence[x509.Certificate]) -> None:
    """Raises InvalidRequest where an authority may not vouch for a name. `chain`: the leaf first, the anchor last."""
    for position, certificate in enumerate(chain):
        if position and certificate.subject == certificate.issuer:
            continue  # self-issued, and not the end of the path
        for authority in chain[position + 1 :]:
            constraints = extension(authority, x509.NameConstraints)
            if constraints is not None and not _is_permitted(certificate.subject, constraints):
                raise refused("a name constraint of an authority does not permit its subject")


def _is_permitted(name: x509.Name, constraints: x509.NameConstraints) -> bool:
    """An empty subject names no device, so nothing is asked of it."""
    if not name.rdns:
        return True
    permitted, excluded = _bases(constraints.permitted_subtrees), _bases(constraints.excluded_subtrees)
    if any(_is_below(name, base) for base in excluded):
        return False
    return not permitted or any(_is_below(name, base) for base in permitted)


def _bases(subtrees: Iterable[x509.GeneralName] | None) -> list[x509.Name]:
    return [base.value for base in subtrees or () if isinstance(base, x509.DirectoryName)]


def _is_below(name: x509.Name, base: x509.Name) -> bool:
    """Whether the name begins with every relative name of the base; an empty base has everything below it."""
    wanted = [_comparable(rdn) for rdn in base.rdns]
    return [_comparable(rdn) for rdn in name.rdns[: len(wanted)]] == wanted


def _comparable(rdn: x509.RelativeDistinguishedName) -> frozenset[tuple[str, str | bytes]]:
    return frozenset((attribute.oid.dotted_string, _prepared(attribute.value)) for attribute in rdn)


def _prepared(value: str | bytes) -> str | bytes:
    """Compared without case and without extra spaces, whatever the encoding (RFC 5280 section 7.1)."""
    if isinstance(value, bytes):
        return value
    seen = "".join(character for character in value if character.isspace() or not _is_deleted(character))
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def _is_deleted(character: str) -> bool:
    return unicodedata.category(character) in _DELETED


MAX_INTERMEDIATES = 3
_NO_PATH = "no valid path to the issuer's authorities"

_FOR_CLIENTS = frozenset({ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE})


class VerifiedChain(Struct, frozen=True):
    """Proof: `certificates`, the leaf first, lead to an authority of one issuer, and all of them hold now."""

    certificates: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        """The client's own certificate, as verified."""
        return self.certificates[0]


def verify_chain(
    presented: PresentedCertificates, authorities: Sequence[x509.Certificate], now: float
) -> VerifiedChain:
    """The chain from the leaf to one of the authorities; raises InvalidRequest. `now`: seconds since the epoch.

    Each authority is asked alone: one that the library cannot judge, or whose constraints exclude the leaf, keeps
    none of the others from vouching.
    """
    _check_times(presented.unverified_leaf, now)
    if not authorities:
        raise refused("the issuer has no authority for certificates")
    refusal = refused(_NO_PATH)
    for authority in _possible(presented, authorities):
        try:
            return _verified(presented, authority, now)
        except InvalidRequest as error:
            refusal = error
    raise refusal


def _possible(presented: PresentedCertificates, authorities: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Those that one of the presented certificates names as its issuer."""
    named = {certificate.issuer for certificate in (presented.unverified_leaf, *presented.intermediates)}
    return [authority for authority in authorities if authority.subject in named]


def _verified(presented: PresentedCertificates, authority: x509.Certificate, now: float) -> VerifiedChain:
    with judging(_NO_PATH):
        builder = PolicyBuilder().store(Store([authority])).time(utc(now)).max_chain_depth(MAX_INTERMEDIATES)
        verifier = builder.extension_policies(ca_policy=_AUTHORITY, ee_policy=_LEAF).build_client_verifier()
        chain = verifier.verify(presented.unverified_leaf, list(presented.intermediates)).chain
        if len(chain) == 1:
            raise refused("an authority is no client")
        check_directory_names(chain)
    return VerifiedChain(tuple(chain))


def _check_times(leaf: x509.Certificate, now: float) -> None:
    """The library checks them again; here they have reasons of their own, so that the caller knows what to do."""
    at = utc(now)
    if at > leaf.not_valid_after_utc:
        seconds = int((at - leaf.not_valid_after_utc).total_seconds())
        raise InvalidRequest(Reason.TOKEN_EXPIRED, f"{seconds} seconds ago")
    if at < leaf.not_valid_before_utc:
        raise InvalidRequest(Reason.TOKEN_NOT_YET_VALID)


def _signs_certificates(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("keyCertSign")


def _vouches_for_clients(_policy: Policy, _certificate: x509.Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
    """An authority that says what it is for binds those below it."""
    if usage is not None and _FOR_CLIENTS.isdisjoint(usage):
        raise ValueError("clientAuth")


_AUTHORITY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)  # that cA is true, the library checks itself
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs_certificates)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _vouches_for_clients)
)
_LEAF = ExtensionPolicy.permit_all()
"""Its rules depend on the kind of identity and are checked on the verified certificate: see leaf.py."""
