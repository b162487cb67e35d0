"""Whose keys a token request proves: by DPoP with a nonce of ours, by a TLS client certificate."""

import hmac
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from federation.later import module_later
from federation.model.binding import ProvenKeys
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import InvalidDpopProof, InvalidRequest, UseDpopNonce
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.ports import Clock, NonceSecrets
from federation.verification import base64url
from federation.verification.proofs.dpop import DpopVerifier, VerifiedProof

if TYPE_CHECKING:
    from federation.verification.x509 import certificates
else:
    certificates = module_later("federation.verification.x509.certificates")


class ProvenCertificate(NamedTuple):
    """A certificate whose key the connection's handshake proved. Whose it is, is not said here."""

    thumbprint: str
    """`x5t#S256`"""
    expires_at: int
    """Seconds since the epoch."""


def proven_certificate(pem: str | None, now: float) -> ProvenCertificate | None:
    """The connection's certificate, if there is one, and it is well-formed and valid at `now`.

    Otherwise it proves nothing, which is no reason to refuse a request that does not rest on it: whatever is bound to a
    certificate finds none, and is refused.
    """
    if pem is None:
        return None
    try:
        presented = certificates.read_presented(pem)
    except InvalidRequest:
        return None
    leaf = presented.unverified_leaf
    if not leaf.not_valid_before_utc <= certificates.utc(now) <= leaf.not_valid_after_utc:
        return None
    return ProvenCertificate(presented.thumbprint, int(leaf.not_valid_after_utc.timestamp()))


PERIOD = 120
"""Seconds. A nonce is accepted in the period that it was made in and in the next."""
_MAC = 16
"""Octets: 128 bits."""


class Nonces:
    """Gives nonces out and knows them again: one read of a secret in each period."""

    def __init__(self, secrets: NonceSecrets, clock: Clock, issuer: str) -> None:
        """`issuer`: our URL, so that secrets that ended up in two deployments would make two kinds of nonces."""
        self._secrets = secrets
        self._clock = clock
        self._issuer = issuer
        self._made: dict[int, str] = {}

    def fresh(self) -> str:
        """The nonce of the moment; raises TemporarilyUnavailable if its secret cannot be read."""
        return self._nonce(self._period())

    def check(self, nonce: str | None) -> None:
        """Raises UseDpopNonce for none, an old one, or one that is not ours; it carries a fresh one."""
        if nonce is None or not self._is_current(nonce):
            raise UseDpopNonce(Reason.DPOP_NONCE_REQUIRED, self.fresh(), "absent" if nonce is None else "not current")

    def _is_current(self, nonce: str) -> bool:
        """By comparison with the two that we made ourselves: nothing that a caller sends chooses a secret."""
        period = self._period()
        return nonce.isascii() and any(hmac.compare_digest(self._nonce(p), nonce) for p in (period, period - 1))

    def _period(self) -> int:
        return int(self._clock.now() // PERIOD)

    def _nonce(self, period: int) -> str:
        nonce = self._made.get(period)
        if nonce is None:
            nonce = self._make(period)
            self._made = {known: made for known, made in self._made.items() if known >= period - 1} | {period: nonce}
        return nonce

    def _make(self, period: int) -> str:
        prefix = period.to_bytes(8)
        mac = hmac.digest(self._secrets.secret(period), prefix + self._issuer.encode(), "sha256")
        return base64url.encode(prefix + mac[:_MAC]).decode("ascii")


METHOD = "POST"


class Proofs(Struct, frozen=True):
    """The proofs of a token request. Refuses with InvalidDpopProof or UseDpopNonce."""

    dpop: DpopVerifier
    urls: frozenset[str]
    """Public URLs of the token endpoint, as configured."""
    nonces: Nonces | None
    """None: proofs need none."""

    def verify(self, request: ExchangeRequest) -> ProvenKeys:
        """The keys that this request proves; `one_time` must be claimed before anything rests on them."""
        certificate = proven_certificate(request.client_certificate, self.dpop.clock.now())
        header = self._header(request)
        previous = self._previous(request, _cnf(header, certificate))
        proofs = tuple(proof for proof in (header, previous) if proof is not None)
        self._check_nonce(header)
        return ProvenKeys(
            dpop=header.jkt if header else None,
            previous=previous.jkt if previous else None,
            certificate=certificate.thumbprint if certificate else None,
            certificate_expires_at=certificate.expires_at if certificate else None,
            one_time=_distinct(proofs),
        )

    def _header(self, request: ExchangeRequest) -> VerifiedProof | None:
        """The key that the new token will be bound to (RFC 9449 section 5)."""
        if request.dpop_proof is None:
            return None
        proof = self.dpop.verify(request.dpop_proof, METHOD, self.urls)
        if "cnf" in proof.claims:
            raise InvalidDpopProof(Reason.UNRELATED_PROOF, "the DPoP header vouches for another key")
        return proof

    def _previous(self, request: ExchangeRequest, cnf: JsonObject | None) -> VerifiedProof | None:
        """The subject token's own key vouches for the new one, for this token alone, and with no other proof."""
        if request.subject_token_proof is None:
            return None
        if request.subject_token is None or cnf is None:
            raise InvalidDpopProof(Reason.UNRELATED_PROOF, "no subject token, or no new key")
        proof = self.dpop.verify(request.subject_token_proof, METHOD, self.urls, access_token=request.subject_token)
        if proof.claims.get("cnf") != cnf:
            raise InvalidDpopProof(Reason.UNRELATED_PROOF, "cnf names another key")
        return proof

    def _check_nonce(self, header: VerifiedProof | None) -> None:
        """Last, so that junk costs no read. The other proof needs none: it is worth nothing without this one's key."""
        if self.nonces is not None and header is not None:
            self.nonces.check(header.nonce)


def _cnf(header: VerifiedProof | None, certificate: ProvenCertificate | None) -> JsonObject | None:
    """How the new key is named (RFC 7800 section 3.1): a DPoP key goes before a certificate."""
    if header is not None:
        return {"jkt": header.jkt}
    return {"x5t#S256": certificate.thumbprint} if certificate else None


def _distinct(proofs: tuple[VerifiedProof, ...]) -> tuple[OneTimeUse, ...]:
    uses = tuple(proof.use for proof in proofs)
    if len({use.key for use in uses}) < len(uses):
        raise InvalidDpopProof(Reason.PROOF_REPLAYED, "twice in one request")
    return uses
