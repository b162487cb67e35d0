"""Is an access token good, for this service and from this caller (RFC 9068 section 4)."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from federation.oauth.errors import InvalidToken, UnprovenToken
from federation.oauth.reasons import Reason
from federation.resource_server.claims import Claims
from federation.resource_server.dpop import DpopProofs, DpopRequest, certificate_thumbprint
from federation.resource_server.fetch import Fetch, fetch
from federation.resource_server.jwts import BridgeJwts, BridgeKeys
from federation.resource_server.known_tokens import KnownToken, KnownTokens, token_digest
from federation.resource_server.opaque import Introspection, is_reference
from federation.resource_server.registered import read_registered
from federation.resource_server.replays import Replays
from federation.resource_server.status_lists import StatusLists
from federation.resource_server.waiting import settle, settle_async

TYP = "at+jwt"
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
_TEXTS = ("sub", "jti", "client_id")
CLOCK_SKEW = 5.0
"""Seconds by which our clock and the bridge's may differ."""


class Verifier:
    """One for each service, kept: it remembers keys and lists. Safe to share between threads and tasks.

    verifier = Verifier("https://federation.example.com", "risk-engine")
    claims = verifier.verify(token).require(scope="risk:score:read")
    """

    def __init__(  # noqa: PLR0913  (all but the first two have a default that is right for most)
        self,
        issuer: str,
        audience: str,
        *,
        fetch: Fetch = fetch,
        max_stale: float = 0.0,
        now: Callable[[], float] = time.time,
        background: bool = True,
        introspection: Introspection | None = None,
        replays: Replays | None = None,
    ) -> None:
        """`audience`: who this service is, the Audience's id, or its `resource` where it says `token_audience`.

        `max_stale`: seconds for which keys and lists may be used after they should have been fetched again. 0, the
        default: a service that cannot tell what was revoked refuses. More keeps it running while the bridge's documents
        cannot be read, and lets a token that is revoked meanwhile pass for so long.

        `background`: fetch again in one thread beside the requests what is in use. False where threads stand still
        between requests, as in a Lambda function. `introspection`: how to ask about opaque tokens, else refused.
        `replays`: where used proofs are remembered if this service runs in several processes.
        """
        if not issuer or not audience:
            raise ValueError("name the bridge's URL and who this service is")
        self.issuer = issuer
        self.audience = audience
        self._now = now
        keys = BridgeKeys(issuer, fetch, now, max_stale=max_stale, background=background)
        self._jwts = BridgeJwts(keys, CLOCK_SKEW)
        self._status = StatusLists(self._jwts, max_stale)
        self._proofs = DpopProofs(now, replays=replays)
        self._known = KnownTokens()
        self._introspection = introspection

    def verify(self, token: str, *, dpop: DpopRequest | None = None, certificate: str | None = None) -> Claims:
        """The token's claims; raises InvalidToken (401), or TemporarilyUnavailable (503) if that cannot be told now.

        `dpop`: of a request that came with a proof. `certificate`: PEM of the TLS client certificate. A token that is
        bound to a key is refused without the proof of that key, and a proof for a token that is not bound is refused.
        """
        verified = settle(lambda: self._verified(token))
        if verified.is_bound or dpop is not None:
            self._check_binding(token, verified.claims, dpop, certificate)
        return verified.claims

    async def verify_async(
        self, token: str, *, dpop: DpopRequest | None = None, certificate: str | None = None
    ) -> Claims:
        """The same for an event loop, which goes on while keys or a list are fetched."""
        if self._introspection is not None and is_reference(token):
            return await asyncio.to_thread(self.verify, token, dpop=dpop, certificate=certificate)
        verified = await settle_async(lambda: self._verified(token))
        if verified.is_bound or dpop is not None:
            self._check_binding(token, verified.claims, dpop, certificate)
        return verified.claims

    def prepare(self) -> None:
        """Fetch keys and lists before the first request; raises TemporarilyUnavailable."""
        settle(self._jwts.keys.known)
        settle(self._status.prepare)

    @property
    def remembered(self) -> int:
        """Tokens whose signature need not be checked again."""
        return len(self._known)

    def close(self) -> None:
        """End the background thread."""
        self._jwts.keys.published.close()

    def _verified(self, token: str) -> "_Verified":
        """Raises what `verify` does, and NotHeld for what has to be fetched first."""
        if self._introspection is not None and is_reference(token):
            claims = self._introspection.claims(token, self._now())
            self._jwts.check(claims, REQUIRED, self.audience)
            _check_texts(claims)
            return _Verified(Claims(claims, self._now()), "cnf" in claims)
        digest = token_digest(token)
        known = self._known.find(digest)
        if known is None or self._jwts.keys.known().by_kid.get(known.kid) is not known.key:
            known = self._checked(token)
            self._status.look(known.place)
            self._known.add(digest, known)
        else:
            self._jwts.check_times(known.issued_at, known.expires_at)
            self._status.look(known.place)
        return _Verified(Claims(known.payload, self._now()), known.is_bound)

    def _checked(self, token: str) -> KnownToken:
        signed = self._jwts.signed(token, TYP)
        said = read_registered(signed.payload)
        if said.iss != self.issuer:
            raise InvalidToken(Reason.UNTRUSTED_ISSUER)
        if said.aud != self.audience and (isinstance(said.aud, str) or self.audience not in said.aud):
            raise InvalidToken(Reason.WRONG_AUDIENCE)
        self._jwts.check_times(said.iat, said.exp)
        listed = said.status.status_list
        place, is_bound = self._status.checked_place(listed.uri, listed.idx), said.cnf is not msgspec.UNSET
        return KnownToken(signed.payload, signed.key.kid, signed.key, place, said.iat, said.exp, is_bound)

    def _check_binding(self, token: str, claims: Claims, dpop: DpopRequest | None, certificate: str | None) -> None:
        proven: dict[str, str] = {}
        if dpop is not None:
            proven["jkt"] = self._proofs.thumbprint(dpop, token)
        if certificate is not None:
            proven["x5t#S256"] = certificate_thumbprint(certificate)
        binding = _bound_to(claims)
        if proven.get(binding.name) != binding.value or (dpop is not None and binding.name != "jkt"):
            raise (UnprovenToken if binding.name == "jkt" else InvalidToken)(Reason.PROOF_REQUIRED)


def _check_texts(claims: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if not isinstance(claims[name], str) or not claims[name]:
            raise InvalidToken(Reason.MALFORMED_CLAIMS)
    if not isinstance(claims.get("scope", ""), str):
        raise InvalidToken(Reason.MALFORMED_CLAIMS)


class _Verified(NamedTuple):
    claims: Claims
    is_bound: bool


class _Binding(msgspec.Struct, frozen=True):
    name: str
    value: str


def _bound_to(claims: Claims) -> _Binding:
    """The one key that the token is bound to; a binding that is not understood is not dropped."""
    match claims.get("cnf"):
        case {"jkt": str(value), **more} if not more:
            return _Binding("jkt", value)
        case {"x5t#S256": str(value), **more} if not more:
            return _Binding("x5t#S256", value)
    raise InvalidToken(Reason.PROOF_REQUIRED)
