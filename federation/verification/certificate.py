"""Is a TLS client certificate whose it claims: a subject's (token type `mtls`), or a registered workload's.

The gateway has shaken hands with it, against one flat pool of authorities. Here it is verified again, against those of
its own issuer, in every request (ATTACKS 0.6, K1-K10).
"""

from typing import Protocol

from msgspec import Struct

from federation.model.json import Claims
from federation.model.tokens import VerifiedToken
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.verification.claims import read_subject
from federation.verification.held_keys import HeldAuthorities
from federation.verification.verifier import Providers, UnverifiedToken
from federation.verification.x509.authorities import authority_in_pem, authority_in_x5c
from federation.verification.x509.candidates import CertificateIssuers
from federation.verification.x509.certificates import (
    PresentedCertificates,
    digest,
    judging,
    read_presented,
    refused,
)
from federation.verification.x509.chain import VerifiedChain, verify_chain
from federation.verification.x509.leaf import check_leaf

ANY = "mtls"
"""`subject_token` of a caller that does not name its certificate: RFC 8693 wants one, and the connection has it."""


_IN_THE_DOCUMENT = HeldAuthorities((), stale=False)


class Bundles(Protocol):
    """SPIFFE bundles between requests."""

    def authorities(self, issuer: Issuer) -> HeldAuthorities:
        """The issuer's authorities; raises TemporarilyUnavailable if they are not to be had."""
        ...


class _Vouched(Struct, frozen=True):
    """A chain to the authorities of one issuer."""

    issuer: Issuer
    chain: VerifiedChain
    held: HeldAuthorities


class CertificateVerifier:
    """Verifies client certificates. Refuses with InvalidRequest, or TemporarilyUnavailable for lack of a bundle."""

    def __init__(self, issuers: CertificateIssuers, bundles: Bundles, providers: Providers, clock: Clock) -> None:
        self._issuers = issuers
        self._bundles = bundles
        self._providers = providers
        self._clock = clock

    def verify(self, presented: UnverifiedToken) -> VerifiedToken:
        """Whose the connection's certificate is; raises a typed OAuthError."""
        # 1. The certificate of this very connection, which the subject token names.
        certificates = _read(presented)
        # 2. Issuers that may vouch for it; a stranger costs nothing.
        return self._verify(certificates, self._issuers.candidates(certificates))

    def verify_for(self, certificates: PresentedCertificates, tenant: str | None) -> VerifiedToken:
        """The same, where only an issuer of that tenant may vouch, or one of none; raises a typed OAuthError."""
        candidates = self._issuers.candidates(certificates)
        theirs = tuple(issuer for issuer in candidates if issuer.tenant in (None, tenant))
        if not theirs:
            raise InvalidRequest(Reason.UNTRUSTED_ISSUER, "another tenant's")
        return self._verify(certificates, theirs)

    def _verify(self, certificates: PresentedCertificates, candidates: tuple[Issuer, ...]) -> VerifiedToken:
        # 3. A chain to the authorities of exactly one of them, valid now.
        vouched = self._vouched(certificates, candidates)
        # 4. A leaf for TLS clients, not revoked.
        check_leaf(vouched.chain)
        _check_revocation(vouched)
        # 5. The identity, from the very certificate that was verified.
        return self._identify(vouched)

    def _vouched(self, certificates: PresentedCertificates, candidates: tuple[Issuer, ...]) -> _Vouched:
        vouching: list[_Vouched] = []
        refusals: list[InvalidRequest] = []
        for issuer in candidates:
            try:
                vouching.append(self._verify_for(issuer, certificates))
            except InvalidRequest as refusal:
                refusals.append(refusal)
        if len(vouching) > 1:
            raise InvalidRequest(Reason.AMBIGUOUS_ISSUER, " ".join(sorted(one.issuer.id for one in vouching)))
        if not vouching:
            raise refusals[0]
        return vouching[0]

    def _verify_for(self, issuer: Issuer, certificates: PresentedCertificates) -> _Vouched:
        if issuer.keys.certificates:
            held, read = _IN_THE_DOCUMENT, map(authority_in_pem, issuer.keys.certificates)
        else:
            held = self._bundles.authorities(issuer)
            read = map(authority_in_x5c, held.x5c)
        authorities = [authority for authority in read if authority is not None]
        return _Vouched(issuer, verify_chain(certificates, authorities, self._clock.now()), held)

    def _identify(self, vouched: _Vouched) -> VerifiedToken:
        leaf = vouched.chain.leaf
        claims = self._claims(vouched)
        return VerifiedToken(
            issuer=vouched.issuer,
            token_type=TokenType.MTLS,
            subject=read_subject(claims),
            issued_at=int(leaf.not_valid_before_utc.timestamp()),
            expires_at=int(leaf.not_valid_after_utc.timestamp()),
            digest=digest(leaf),
            claims=claims,
            keys_stale=vouched.held.stale,
            keys_as_of=vouched.held.as_of,
        )

    def _claims(self, vouched: _Vouched) -> Claims:
        read_claims = self._providers(vouched.issuer.provider).certificate_claims
        if read_claims is None:
            raise refused("this provider has no certificates")
        if vouched.issuer.single_use:
            raise refused("a certificate is not used once, and its issuer is single-use")
        with judging("malformed"):
            return read_claims(vouched.issuer, vouched.chain)


def _read(presented: UnverifiedToken) -> PresentedCertificates:
    if presented.client_certificate is None:
        raise InvalidRequest(Reason.CERTIFICATE_REQUIRED, "the connection has none")
    certificates = read_presented(presented.client_certificate)
    if presented.token not in (ANY, certificates.thumbprint):
        raise InvalidRequest(Reason.CERTIFICATE_REQUIRED, "subject_token names another")
    return certificates


def _check_revocation(vouched: _Vouched) -> None:
    """Every certificate on the way counts, so that an intermediate can be revoked as well."""
    if any(certificate.serial_number in vouched.issuer.revoked for certificate in vouched.chain.certificates):
        raise refused("revoked")
