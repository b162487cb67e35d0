"""Is an access token good, for this service and from this caller (RFC 9068 section 4)."""

import time
from collections.abc import Callable

from federation.oauth.errors import InvalidToken
from federation.oauth.reasons import Reason
from federation.resource_server.dpop import DpopProofs, DpopRequest, certificate_thumbprint
from federation.resource_server.fetch import Fetch, fetch
from federation.resource_server.jwts import BridgeJwts, BridgeKeys, Claims
from federation.resource_server.status_lists import StatusLists

TYP = "at+jwt"
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
CLOCK_SKEW = 5.0
"""Seconds by which our clock and the bridge's may differ."""


class Verifier:
    """One for each service, kept: it remembers keys and lists. Safe to share between threads.

    verifier = Verifier("https://federation.example.com", "risk-engine")
    claims = verifier.verify(token)
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        fetch: Fetch = fetch,
        max_stale: float = 0.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`max_stale`: seconds for which a status list may be used after it should have been fetched again.

        0, the default: a service that cannot tell what was revoked refuses. More keeps it running while the bridge's
        documents cannot be read, and lets a token that is revoked meanwhile pass for so long.
        """
        self._audience = audience
        self._jwts = BridgeJwts(BridgeKeys(issuer, fetch, now), CLOCK_SKEW)
        self._status = StatusLists(self._jwts, max_stale)
        self._proofs = DpopProofs(now)

    def verify(self, token: str, *, dpop: DpopRequest | None = None, certificate: str | None = None) -> Claims:
        """The token's claims; raises InvalidToken (401), or TemporarilyUnavailable (503) if that cannot be told now.

        `dpop`: of a request that came with a proof. `certificate`: PEM of the TLS client certificate. A token that is
        bound to a key is refused without the proof of that key, and a proof for a token that is not bound is refused.
        """
        claims = self._jwts.verify(token, TYP, REQUIRED, self._audience)
        self._check_binding(token, claims, dpop, certificate)
        self._status.check(claims)
        return claims

    def _check_binding(self, token: str, claims: Claims, dpop: DpopRequest | None, certificate: str | None) -> None:
        proven: dict[str, str] = {}
        if dpop is not None:
            proven["jkt"] = self._proofs.thumbprint(dpop, token)
        if certificate is not None:
            proven["x5t#S256"] = certificate_thumbprint(certificate)
        if "cnf" not in claims and dpop is None:
            return
        name, value = _bound_to(claims)
        if proven.get(name) != value or (dpop is not None and name != "jkt"):
            raise InvalidToken(Reason.PROOF_REQUIRED)


def _bound_to(claims: Claims) -> tuple[str, str]:
    """The one key that the token is bound to; a binding that is not understood is not dropped."""
    match claims.get("cnf"):
        case {"jkt": str(value), **more} if not more:
            return "jkt", value
        case {"x5t#S256": str(value), **more} if not more:
            return "x5t#S256", value
    raise InvalidToken(Reason.PROOF_REQUIRED)
