"""Is an access token good, for this service and from this caller (RFC 9068 section 4)."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from federation.oauth.errors import InvalidToken, UnprovenToken
from federation.oauth.reasons import Reason
from federation.resource_server.claims import Claims
from federation.resource_server.dpop import DpopProofs, DpopRequest, ReadProof, certificate_thumbprint
from federation.resource_server.fetch import Fetch, fetch
from federation.resource_server.jwts import BridgeJwts, BridgeKeys, token_bytes
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
        claims = settle(lambda: self._verified(token))
        if claims.is_bound or dpop is not None:
            proof = self._checked_binding(token, claims, dpop, certificate)
            if proof is not None:
                self._proofs.spend(proof)
        return claims

    async def verify_async(
        self, token: str, *, dpop: DpopRequest | None = None, certificate: str | None = None
    ) -> Claims:
        """The same for an event loop, which goes on while keys or a list are fetched."""
        if self._introspection is not None and is_reference(token):
            return await asyncio.to_thread(self.verify, token, dpop=dpop, certificate=certificate)
        claims = await settle_async(lambda: self._verified(token))
        if claims.is_bound or dpop is not None:
            proof = self._checked_binding(token, claims, dpop, certificate)
            if proof is not None and self._proofs.is_shared:
                await asyncio.to_thread(self._proofs.spend, proof)
            elif proof is not None:
                self._proofs.spend(proof)
        return claims

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

    def _verified(self, token: str) -> Claims:
        """Raises what `verify` does, and NotHeld for what has to be fetched first."""
        if self._introspection is not None and is_reference(token):
            claims = self._introspection.claims(token, self._now())
            self._jwts.check(claims, REQUIRED, self.audience)
            _check_texts(claims)
            return Claims(claims, self._now())
        written = token_bytes(token)
        digest = token_digest(written)
        known = self._known.find(digest)
        if known is None or self._jwts.keys.known().by_kid.get(known.key.kid) is not known.key:
            known = self._checked(written)
            self._status.look(known.place)
            self._known.add(digest, known)
        else:
            self._jwts.check_times(known.said.iat, known.said.exp)
            self._status.look(known.place)
        return Claims(known.payload, self._now(), known.said)

    def _checked(self, token: bytes) -> KnownToken:
        signed = self._jwts.signed(token, TYP)
        said = read_registered(signed.payload)
        if said.iss != self.issuer:
            raise InvalidToken(Reason.UNTRUSTED_ISSUER)
        if said.aud != self.audience and (isinstance(said.aud, str) or self.audience not in said.aud):
            raise InvalidToken(Reason.WRONG_AUDIENCE)
        self._jwts.check_times(said.iat, said.exp)
        listed = said.status.status_list
        return KnownToken(signed.payload, said, signed.key, self._status.checked_place(listed.uri, listed.idx))

    def _checked_binding(
        self, token: str, claims: Claims, dpop: DpopRequest | None, certificate: str | None
    ) -> ReadProof | None:
        """The proof that is to be spent, once it is known to be of the token's key; None: a certificate proves it."""
        binding = _bound_to(claims)
        if binding.name == "jkt":
            proof = self._proofs.read(dpop, token) if dpop is not None else None
            if proof is None or proof.thumbprint != binding.value:
                raise UnprovenToken(Reason.PROOF_REQUIRED)
            return proof
        if dpop is not None or certificate is None or certificate_thumbprint(certificate) != binding.value:
            raise InvalidToken(Reason.PROOF_REQUIRED)
        return None


def _check_texts(claims: Mapping[str, Any]) -> None:
    for name in _TEXTS:
        if not isinstance(claims[name], str) or not claims[name]:
            raise InvalidToken(Reason.MALFORMED_CLAIMS)
    if not isinstance(claims.get("scope", ""), str):
        raise InvalidToken(Reason.MALFORMED_CLAIMS)


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
