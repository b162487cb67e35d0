"""One request at a service's door: read the token, verify it, ask what the door asks, log the use.

Every adapter comes down to this; it knows no framework.
"""

import re
from typing import ClassVar

import msgspec

from federation.oauth.errors import InvalidRequest, InvalidToken, NoToken, OAuthError, UnprovenToken
from federation.oauth.identifiers import BEARER
from federation.oauth.reasons import Reason
from federation.resource_server.answers import DPOP, Answer, Challenges
from federation.resource_server.certificates import read_certificate
from federation.resource_server.claims import Claims
from federation.resource_server.dpop import DpopRequest, InvalidProof
from federation.resource_server.requirement import ANY_GOOD_TOKEN, Requirement
from federation.resource_server.uses import log_use
from federation.resource_server.verifier import Verifier
from federation.value import Redacted

_AUTHORIZATION = re.compile(r"(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


class Request(Redacted, msgspec.Struct, frozen=True):
    """What is looked at. Header values as they came: one entry for each time that the header was sent."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"authorization", "dpop"})
    method: str
    path: str
    """As it was sent, escapes included; without query."""
    authorization: tuple[str, ...] = ()
    dpop: tuple[str, ...] = ()
    certificate: str | None = None
    """PEM of the TLS client certificate, where the adapter sees it itself."""
    certificate_header: tuple[str, ...] = ()
    """Of the header in which the proxy before this service tells it."""


class _Presented(Redacted, msgspec.Struct, frozen=True):
    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token"})
    scheme: str
    token: str


class Gate:
    """The door of one service.

    `url`: of the service as callers know it, up to where the paths begin that this process sees. Without it no proof
    can be checked, so tokens that are bound to a DPoP key are refused.

    `certificate_header`: in which the proxy before this service alone tells the client's certificate.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        url: str | None = None,
        certificate_header: str | None = None,
        realm: str = "",
        resource_metadata: str = "",
    ) -> None:
        self.verifier = verifier
        self.certificate_header = (certificate_header or "").lower()
        self._url = (url or "").rstrip("/")
        self._challenges = Challenges(realm, bool(self._url), resource_metadata)

    def admit(self, request: Request, requirement: Requirement = ANY_GOOD_TOKEN) -> Claims:
        """The claims of the request's token; raises an OAuthError, of which `answer` makes an answer."""
        presented = self._presented(request)
        proof, certificate = self._proof(request, presented), self._certificate(request)
        claims = self.verifier.verify(presented.token, dpop=proof, certificate=certificate)
        return self._admitted(request, requirement, claims)

    async def admit_async(self, request: Request, requirement: Requirement = ANY_GOOD_TOKEN) -> Claims:
        """The same for an event loop."""
        presented = self._presented(request)
        proof, certificate = self._proof(request, presented), self._certificate(request)
        claims = await self.verifier.verify_async(presented.token, dpop=proof, certificate=certificate)
        return self._admitted(request, requirement, claims)

    def answer(self, refusal: OAuthError, request: Request, requirement: Requirement = ANY_GOOD_TOKEN) -> Answer:
        """What the caller is told."""
        proven = bool(request.authorization) and request.authorization[0][:5].lower() == "dpop "
        return self._challenges.answer(refusal, scheme=DPOP if proven else BEARER, scope=requirement.scope)

    def token(self, request: Request) -> str:
        """The token of a request that was let in."""
        return self._presented(request).token

    def _admitted(self, request: Request, requirement: Requirement, claims: Claims) -> Claims:
        requirement.check(claims)
        log_use(claims, self.verifier.audience, f"{request.method} {request.path}")
        return claims

    def _presented(self, request: Request) -> _Presented:
        if len(request.authorization) > 1:
            raise InvalidRequest(Reason.DUPLICATE_HEADER)
        found = _AUTHORIZATION.fullmatch(request.authorization[0].strip()) if request.authorization else None
        if found is None:
            raise NoToken(Reason.MISSING_BEARER_TOKEN)
        return _Presented(DPOP if found[1].lower() == "dpop" else BEARER, found[2])

    def _proof(self, request: Request, presented: _Presented) -> DpopRequest | None:
        """Of the scheme DPoP; by the scheme Bearer a proof counts for nothing, and a bound token is refused."""
        if presented.scheme == BEARER:
            return None
        if not self._url:
            raise InvalidToken(Reason.PROOF_REQUIRED, "the service's own URL is not known here")
        if not request.dpop:
            raise UnprovenToken(Reason.PROOF_REQUIRED)
        if len(request.dpop) > 1:
            raise InvalidProof(Reason.MALFORMED_PROOF)
        return DpopRequest(request.dpop[0], request.method, self._url + request.path)

    def _certificate(self, request: Request) -> str | None:
        if len(request.certificate_header) > 1:
            raise InvalidToken(Reason.CERTIFICATE_REFUSED)
        if request.certificate_header:
            return read_certificate(request.certificate_header[0])
        return request.certificate
