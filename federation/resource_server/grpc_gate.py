"""The gate of a gRPC server, for both of grpcio's servers. A call is a POST of its method's path (gRPC over HTTP/2)."""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Protocol

import msgspec

from federation.oauth.errors import InsufficientScope, InvalidRequest, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.claims import Claims
from federation.resource_server.gate import Gate, Request
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier

CLAIMS: ContextVar[Claims] = ContextVar("federation_claims")
"""Of the call that is being answered."""


class CallContext(Protocol):
    """Of grpcio's servicer contexts, both of them."""

    def invocation_metadata(self) -> Iterable[tuple[str, str | bytes]] | None:
        """What the caller sent along."""

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """What the connection's TLS has proven."""


class Refused(msgspec.Struct, frozen=True):
    """A call that is not let in."""

    code: str
    """Name of a grpc.StatusCode."""
    details: str
    trailers: tuple[tuple[str, str], ...]


class GrpcGate:
    """Lets calls in.

    `scopes`: what each method takes, by its full name, as `/risk.Engine/Score`; a method that is not there is refused.
    `public`: methods that take no token, as of a health check.
    """

    def __init__(
        self, verifier: Verifier, scopes: Mapping[str, str], *, url: str | None = None, public: Iterable[str] = ()
    ) -> None:
        """`url`: see Gate."""
        self._gate = Gate(verifier, url=url)
        self._requirements = {method: Requirement(scope) for method, scope in scopes.items()}
        self._public = frozenset(public)

    def is_public(self, method: str) -> bool:
        """Whether it takes no token."""
        return method in self._public

    def admit(self, method: str, context: CallContext) -> Claims | Refused:
        """The caller's claims."""
        request = _read(method, context)
        try:
            return self._gate.admit(request, self._requirement(method))
        except OAuthError as refusal:
            return self._refused(refusal, request, method)

    async def admit_async(self, method: str, context: CallContext) -> Claims | Refused:
        """The same for an event loop."""
        request = _read(method, context)
        try:
            return await self._gate.admit_async(request, self._requirement(method))
        except OAuthError as refusal:
            return self._refused(refusal, request, method)

    def _requirement(self, method: str) -> Requirement:
        if method not in self._requirements:
            raise InsufficientScope(Reason.MISSING_SCOPE, "no scope is written for this method")
        return self._requirements[method]

    def _refused(self, refusal: OAuthError, request: Request, method: str) -> Refused:
        requirement = self._requirements.get(method, Requirement())
        answer = self._gate.answer(refusal, request, requirement)
        told = tuple((name, value) for name, value in answer.headers.items() if name in _TOLD)
        return Refused(_code(refusal), answer.description, told)


_TOLD = ("www-authenticate", "retry-after")


def _code(refusal: OAuthError) -> str:
    if isinstance(refusal, TemporarilyUnavailable):
        return "UNAVAILABLE"
    if isinstance(refusal, InsufficientScope):
        return "PERMISSION_DENIED"
    return "INVALID_ARGUMENT" if isinstance(refusal, InvalidRequest) else "UNAUTHENTICATED"


def _read(method: str, context: CallContext) -> Request:
    values: dict[str, list[str]] = {"authorization": [], "dpop": []}
    for name, value in context.invocation_metadata() or ():
        if name in values and isinstance(value, str):
            values[name].append(value)
    certificates = [each.decode("ascii", "replace") for each in context.auth_context().get("x509_pem_cert", ())]
    return Request(
        "POST",
        method,
        tuple(values["authorization"]),
        tuple(values["dpop"]),
        certificate=next(iter(certificates), None),
    )
