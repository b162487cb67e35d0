"""spiffe_jwt: a workload's JWT-SVID for us (draft-ietf-oauth-spiffe-client-auth section 3)."""

from federation.authentication.private_key_jwt import read_jti
from federation.authentication.proof import Proof, not_proven
from federation.model.one_time import OneTimeUse, Purpose
from federation.model.tokens import SKEW, VerifiedToken, Vouched
from federation.model.trust import Client, Issuer, is_meant
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.ports import IssuersById
from federation.verification.compact import UnverifiedJwt
from federation.verification.verifier import TokenVerifier


class SpiffeJwt:
    """Verifies JWT-SVIDs of registered workloads, by the bundle of the trust domain that the client names."""

    def __init__(self, issuers: IssuersById, tokens: TokenVerifier, issuer_url: str) -> None:
        """`issuer_url`: ours, the only audience."""
        self._issuers = issuers
        self._tokens = tokens
        self._issuer_url = issuer_url

    def prove(self, client: Client, jwt: UnverifiedJwt, request: ExchangeRequest) -> Proof:
        """That the workload is the client; raises InvalidRequest, or TemporarilyUnavailable without the bundle."""
        if _payload(request.credentials.client_assertion) in map(
            _payload, (request.subject_token, request.actor_token)
        ):
            # The receiver of a workload's token would have its registration as well (ATTACKS L8).
            raise not_proven("the subject or actor token as an assertion")
        verified = self._tokens.verify_from(self._trust_domain(client), jwt, TokenType.JWT)
        if verified.subject != client.auth.spiffe_id:
            raise InvalidRequest(Reason.IDENTITY_REFUSED, "another workload")
        # SPIRE writes an array of one; several parties could each present it here.
        if verified.claims.get("aud") not in (self._issuer_url, [self._issuer_url]):
            raise InvalidRequest(Reason.WRONG_AUDIENCE, "aud is not our issuer URL alone")
        vouched = Vouched(verified.issuer.id, verified.issued_at)
        return Proof(one_time=_use(client, verified), documents=verified.documents, vouched=vouched)

    def _trust_domain(self, client: Client) -> Issuer:
        found = self._issuers.issuer(client.auth.issuer) if client.auth.issuer else None
        if found is None or not found.enabled:
            raise not_proven(f"issuer {client.auth.issuer} is disabled or deleted")
        # Its id may be another tenant's by now, whose keys would be this client's.
        if found.tenant not in (None, client.tenant) or not is_meant(client.lives, found.document.ref, found.since):
            raise not_proven(f"issuer {found.id} is not the one that the client names")
        return found


def _use(client: Client, verified: VerifiedToken) -> tuple[OneTimeUse, ...]:
    """Workloads use an SVID until it expires; one with a jti says that it is for once."""
    if "jti" in verified.misshapen:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "jti")
    if "jti" not in verified.claims:
        return ()
    key = (client.id, read_jti(verified.claims))
    return (OneTimeUse(Purpose.CLIENT_ASSERTION, key, verified.expires_at + SKEW),)


def _payload(token: str | None) -> str | None:
    """The claims' text, which a changed signature leaves as it is; None where there is no JWT."""
    segments = (token or "").split(".")
    return segments[1] if len(segments) > 1 else None
