"""A bridge that exchanges tokens and receives security events: real code, fakes in the place of AWS and the network."""

import json
from itertools import count
from typing import Any

from federation.events.endpoint import EventsEndpoint
from federation.events.receiver import EventReceiver
from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.model.json import Json, JsonObject
from federation.model.security_event import EventType
from federation.model.trust import Kind, RateLimit
from federation.oauth.http import HttpRequest, HttpResponse
from federation.revocation.revoker import Revoker
from federation.signals.raising import RiskRaiser
from federation.trust.directory import CachedTrust
from federation.trust.versions import KnownVersions
from federation.verification.discovery import KeySource
from federation.verification.key_cache import KeyCache
from federation.verification.security_events import SecurityEventVerifier
from tests.support.exchange_world import BRIDGE, IDP, ISSUER, NOW, PLENTY, Bridge
from tests.support.fake_answers import FakeAnswers
from tests.support.jose_keys import JoseKey, rsa_key
from tests.support.jose_tokens import signed

STREAM = f"{BRIDGE}/events"
TYPES: list[Json] = [kind.value for kind in EventType]
SENDING: dict[str, Json] = {**ISSUER, "events": {"audience": STREAM, "types": TYPES}}
OTHER = "https://other.example.com"
OTHER_KEY = rsa_key("other")
OTHER_ISSUER: dict[str, Json] = {
    **SENDING,
    "id": "other",
    "issuer": OTHER,
    "keys": {"jwks": {"keys": [OTHER_KEY.jwk()]}},
    "events": {"audience": STREAM, "types": TYPES},
}
SET_TYPE = "application/secevent+jwt"
WORKER: dict[str, Json] = {"format": "iss_sub", "iss": IDP, "sub": "worker"}
_numbers = count(1)


def set_claims(kind: EventType | str = EventType.SESSION_REVOKED, /, **changes: Json) -> dict[str, Json]:
    """Of a SET that is accepted, `changes` applied; a claim of None is left out."""
    uri = kind.uri if isinstance(kind, EventType) else kind
    claims: dict[str, Json] = {
        "iss": IDP,
        "aud": STREAM,
        "iat": NOW,
        "jti": f"set-{next(_numbers)}",
        "sub_id": WORKER,
        "events": {uri: {"event_timestamp": NOW}},
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def set_text(claims: JsonObject | None = None, key: JoseKey | None = None, **header: Json) -> str:
    """The SET, signed by the issuer's key; a header member of None is left out."""
    key = key or rsa_key()
    members: dict[str, Json] = {"alg": "RS256", "kid": key.kid, "typ": "secevent+jwt", **header}
    present = {name: value for name, value in members.items() if value is not None}
    return signed(present, set_claims() if claims is None else claims, key)


class EventWorld:
    """A Bridge whose one issuer may send every event, and a second issuer with the same stream's name."""

    def __init__(self, bridge: Bridge, *, issuer_rate: RateLimit = PLENTY, address_rate: RateLimit = PLENTY) -> None:
        self.bridge = bridge
        self.answers = FakeAnswers(bridge.clock)
        self.waited: list[float] = []
        self.rates = issuer_rate, address_rate
        for document in (SENDING, OTHER_ISSUER):
            bridge.trust.add(Kind.ISSUER, str(document["id"]), document)
        bridge.restart()
        self.endpoint = EventsEndpoint(self._receiver())

    def send(self, text: str | bytes | None = None, /, **changes: Any) -> HttpResponse:  # noqa: ANN401
        """A push as a gateway hands it on; by default of a SET that is accepted."""
        sent = set_text() if text is None else text
        fields: dict[str, Any] = {"method": "POST", "headers": {"content-type": SET_TYPE}, "source_ip": "192.0.2.9"}
        body = sent if isinstance(sent, bytes) else sent.encode()
        request = HttpRequest(path="/events", body=body, correlation_id=f"e-{next(_numbers)}", **{**fields, **changes})
        return self.endpoint.handle(request)

    def _receiver(self) -> EventReceiver:
        bridge, clock = self.bridge, self.bridge.clock
        trust = CachedTrust(bridge.trust, KnownVersions(bridge.state, clock), clock)
        issuer_rate, address_rate = self.rates
        limits = RequestLimits(Limiter(bridge.allowances, clock), issuer_rate, PLENTY, address_rate, trust)
        return EventReceiver(
            verifier=SecurityEventVerifier(trust, KeyCache(KeySource(bridge.web), clock), BRIDGE, clock),
            state=bridge.state,
            answers=self.answers,
            revoker=Revoker(bridge.state, bridge.ledger, clock, bridge.identifiers, self.wait),
            risks=RiskRaiser(bridge.state, bridge.ledger, clock, bridge.identifiers),
            ledger=bridge.ledger,
            log=bridge.log,
            clock=clock,
            identifiers=bridge.identifiers,
            forget_trust=trust.forget,
            check_source_rate=limits.check_source_rate,
            admit_events=limits.admit_events,
        )

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.bridge.clock.advance(seconds)

    def revoked_values(self) -> list[str]:
        return [one.key.value for one in self.bridge.state.revocations()]


def told(response: HttpResponse) -> tuple[int, str, str]:
    """Status, `err` and our reason (RFC 8935 section 2.3)."""
    body = json.loads(response.body)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    return response.status, body["err"], body["description"].partition(":")[0]
