"""Bound tokens at our own doors: RFC 9449 section 7, RFC 8705 section 3 (ATTACKS J11, K6)."""

import re
from typing import ClassVar

from msgspec import Struct

from federation.model.binding import Binding
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import InvalidDpopProof, InvalidToken, NoToken, UnprovenToken
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.value import Redacted
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.token_request import proven_certificate

BEARER = "bearer"
DPOP = "dpop"

_AUTHORIZATION = re.compile(r"(Bearer|DPoP) +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


class PresentedToken(Redacted, Struct, frozen=True):
    """The token of an Authorization header; nothing of it is proven."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token"})

    scheme: str
    """`bearer` or `dpop`."""
    token: str


def read_authorization(http: HttpRequest) -> PresentedToken:
    """The one token that the request was sent with (RFC 6750 section 2.1, RFC 9449 section 7.1); raises NoToken."""
    match = _AUTHORIZATION.fullmatch(http.headers.get("authorization", "").strip())
    if match is None:
        raise NoToken(Reason.MISSING_BEARER_TOKEN)
    return PresentedToken(match[1].lower(), match[2])


class ResourceProofs(Struct, frozen=True):
    """Whether the sender of a token of ours has the key that it is bound to. Refuses with InvalidToken."""

    dpop: DpopVerifier

    def check(
        self, http: HttpRequest, presented: PresentedToken, binding: Binding | None, urls: frozenset[str]
    ) -> tuple[OneTimeUse, ...]:
        """What must be claimed before anything rests on the token: one use for a proof, else nothing.

        `binding`: of the very token in `presented`, once its signature has been verified. `urls`: the public URLs of
        this endpoint, as configured.
        """
        if binding is not None and binding.jkt is not None:
            return (self._check_proof(http, presented, binding.jkt, urls),)
        if presented.scheme != BEARER:
            raise InvalidToken(Reason.BOUND_TOKEN, "scheme DPoP without cnf.jkt")
        if binding is not None:
            self._check_certificate(http, binding)
        return ()

    def _check_proof(self, http: HttpRequest, presented: PresentedToken, jkt: str, urls: frozenset[str]) -> OneTimeUse:
        if presented.scheme != DPOP or "dpop" not in http.headers:
            raise UnprovenToken(Reason.BOUND_TOKEN, "without a proof")
        try:
            proof = self.dpop.verify(http.headers["dpop"], http.method, urls, access_token=presented.token)
        except InvalidDpopProof as error:
            raise UnprovenToken(error.reason, error.detail) from error
        if proof.jkt != jkt:
            raise UnprovenToken(Reason.BOUND_TOKEN, "a proof of another key")
        return proof.use

    def _check_certificate(self, http: HttpRequest, binding: Binding) -> None:
        certificate = proven_certificate(http.client_certificate, self.dpop.clock.now())
        if certificate is None or certificate.thumbprint != binding.x5t_s256:
            raise InvalidToken(Reason.CERTIFICATE_NOT_PROVEN)
