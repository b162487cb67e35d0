"""A service behind one of the adapters, and what it answers."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import httpx

from federation.resource_server.testing import OwnBridge
from federation.resource_server.testing_keys import HolderKey

AUDIENCE = "risk-engine"
SCOPE = "risk:score:read"
PATH = "/scores"


@dataclass(frozen=True)
class Outcome:
    """As HTTP says it."""

    status: int
    challenge: str = ""
    body: Any = None


class Service(Protocol):
    """Takes SCOPE."""

    @property
    def method(self) -> str:
        """Of what a proof is for."""

    @property
    def proven_url(self) -> str:
        """Of what a proof is for."""

    @property
    def challenges(self) -> bool:
        """Whether a refusal says what to bring."""

    @property
    def unavailable(self) -> int:
        """How it says that it cannot tell now."""

    @property
    def not_good(self) -> int:
        """How it says that a token is not good here."""

    def ask(self, headers: Mapping[str, str]) -> Outcome:
        """One request."""


Built: TypeAlias = Callable[[OwnBridge], AbstractContextManager[Service]]


@dataclass(frozen=True)
class HttpService:
    """Over a real socket. `known_as`: its URL for callers, if it is behind something."""

    url: str
    method: str = "GET"
    known_as: str = ""
    challenges: bool = True
    unavailable: int = 503
    not_good: int = 401

    @property
    def proven_url(self) -> str:
        return self.known_as or self.url

    def ask(self, headers: Mapping[str, str]) -> Outcome:
        answer = httpx.request(self.method, self.url, headers=dict(headers), timeout=30)
        return Outcome(answer.status_code, answer.headers.get("www-authenticate", ""), answer.json())


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def proven(service: Service, token: str, holder: HolderKey, **claims: Any) -> dict[str, str]:  # noqa: ANN401
    """Headers of a request with a proof; `claims` replace what it says."""
    return {"authorization": f"DPoP {token}", "dpop": holder.proof(service.method, service.proven_url, token, **claims)}
