"""Clients that have nothing but a name, at the endpoints about issued tokens: real callers around what was issued."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from msgspec.structs import replace

from federation.introspection.introspection import Introspection
from federation.model.json import Json
from federation.model.trust import RateLimit
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM
from federation.revocation.token import TokenRevocation
from tests.support.client_world import ClientWorld, by_key
from tests.support.exchange_world import PLENTY
from tests.support.issued_world import RISK, IssuedWorld

PUBLIC = "acme-spa"


@dataclass
class World:
    """What was issued, and callers who are what their documents say."""

    address_rate: RateLimit = PLENTY
    rate_limit: RateLimit = PLENTY
    """Of the public client."""
    issued: IssuedWorld = field(init=False)

    def __post_init__(self) -> None:
        self.issued = IssuedWorld(address_rate=self.address_rate)
        clients = ClientWorld(self.issued.trust)
        limit: dict[str, Json] = {"per_second": self.rate_limit.per_second, "burst": self.rate_limit.burst}
        clients.register({"method": "none"}, PUBLIC, sender_constraint="dpop", rate_limit=limit)
        clients.register(by_key(), "acme-gateway")
        clients.register({"method": "none"}, "disabled", sender_constraint="dpop", enabled=False)
        self.issued.write_audience(RISK, introspection=[PUBLIC])
        callers = replace(self.issued.callers, callers=clients.callers.callers)
        revocation, introspection = self.issued.revocation, self.issued.introspection
        assert isinstance(revocation.revoke, TokenRevocation)
        assert isinstance(introspection.introspect, Introspection)
        self._revocation = replace(revocation, revoke=replace(revocation.revoke, callers=callers))
        self._introspection = replace(introspection, introspect=replace(introspection.introspect, callers=callers))

    def revoke(self, token: str, **form: str) -> HttpResponse:
        return self._revocation.handle(_request("/revoke", token, **form))

    def introspect(self, token: str, **form: str) -> HttpResponse:
        return self._introspection.handle(_request("/introspect", token, **form))


def _request(path: str, token: str, **form: str) -> HttpRequest:
    sent = urlencode({"token": token, **form}).encode()
    return HttpRequest("POST", path, sent, "c-1", {"content-type": FORM}, "", "192.0.2.7")
