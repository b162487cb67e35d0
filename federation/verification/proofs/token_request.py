"""Whose keys a token request proves: what its token may be bound to, and what bound subject tokens ask for."""

from msgspec import Struct

from federation.model.binding import ProvenKeys
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import InvalidDpopProof
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.verification.proofs.connection import ProvenCertificate, proven_certificate
from federation.verification.proofs.dpop import DpopVerifier, VerifiedProof
from federation.verification.proofs.nonces import Nonces

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
