"""A bridge to which a private cluster pushes its keys: real code, fakes in the place of AWS."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from federation.admin_api.guard import Guard
from federation.documents.rights import Surroundings
from federation.issuer_keys.endpoint import IssuerKeysEndpoint
from federation.issuer_keys.push import PushKeys
from federation.issuer_keys.pusher import Pushers
from federation.issuer_keys.refresh import KeyRefresh, RefreshReport
from federation.keys.publication import Publication
from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.minting.jws import assemble, signing_input
from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.issuer_keys import KeptKeys
from federation.model.json import Json, JsonObject
from federation.model.tokens import VerifiedToken
from federation.model.trust import Kind, RateLimit
from federation.oauth.errors import InvalidRequest
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import TokenType
from federation.ports import AuditLog, CurrentVersions, CurrentVersionsQuery
from federation.verification.discovery import KeySource
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.own_tokens import AdminTokens, CurrentKeySet, OwnTokenVerifier
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.resource_request import ResourceProofs
from federation.verification.push_tokens import PushTokens
from federation.verification.second_level import SecondLevel
from federation.verification.verifier import TokenVerifier, UnverifiedToken
from tests.support.admin_world import AUDIENCE, admin_mapping, issuer
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_audit_log import FakeAuditLog
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_fetcher import FakeFetcher
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_one_time_claims import FakeOneTimeClaims
from tests.support.fake_publisher import FakePublisher
from tests.support.fake_signer import FakeSigner
from tests.support.fake_trust import FakeTrust
from tests.support.issuer_world import ANY_TOKEN, BRIDGE, NOW, jwks
from tests.support.jose_keys import JoseKey, rsa_key
from tests.support.jose_tokens import signed

ID = "cluster"
ISS = "https://kubernetes.default.svc.cluster.local"
FIRST, SECOND, THIRD = rsa_key("first"), rsa_key("second"), rsa_key("third")
PATH = f"/issuers/{ID}/keys"
JWK_SET = "application/jwk-set+json"
STRANGER = rsa_key("stranger")
BODY = json.dumps(jwks(FIRST, SECOND)).encode()

CLUSTER: dict[str, Json] = {
    "kind": "Issuer",
    "id": ID,
    "tenant": "acme",
    "provider": "oidc",
    "issuer": ISS,
    "keys": {"pushed": True, "jwks": jwks(FIRST)},
}


OF_ACME: dict[str, Json] = {
    "tenant": "acme",
    "fed": {"iss": "acme-corp", "mapping": "acme-admins@1", "decision": "d"},
}
"""Claims of an admin of that tenant alone."""

PLENTY = RateLimit(10_000, 10_000)


@dataclass
class StateWithPeople:
    """What stands, with the documents by which admins come in from where they are kept."""

    state: FakeState
    people: FakeTrust

    def standing(self, question: CurrentVersionsQuery) -> CurrentVersions:
        standing = self.state.standing(replace(question, whole=frozenset()))
        found = (self.people.get(ref) for ref in question.whole)
        return replace(standing, documents=tuple(one for one in found if one is not None))

    def start_standing(self, question: CurrentVersionsQuery) -> Callable[[], CurrentVersions]:
        return partial(self.standing, question)


@dataclass
class PushWorld:
    """One issuer that pushes, its first key in its document. `alarms`: (issuer, what happened)."""

    trust: FakeTrust = field(default_factory=FakeTrust)
    fetched: FakeIssuerKeys = field(default_factory=FakeIssuerKeys)
    pushed: FakeIssuerKeys = field(default_factory=FakeIssuerKeys)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    log: FakeAuditLog = field(default_factory=FakeAuditLog)
    web: FakeFetcher = field(default_factory=FakeFetcher)
    alarms: list[tuple[str, str]] = field(default_factory=list)
    forgotten: int = 0
    people: FakeTrust = field(default_factory=FakeTrust)
    """Who the admins are; apart, so that the issuer that pushes is the only one here."""
    bearer: bool = True
    address_rate: RateLimit = PLENTY

    def __post_init__(self) -> None:
        self.ledger, self.signer, self._numbers = FakeLedger(self.clock), FakeSigner(), count(1)
        self.state = FakeState(self.trust, self.ledger, self.clock)
        limiter = Limiter(FakeAllowances(self.clock), self.clock)
        self._limits = RequestLimits(limiter, self.address_rate, self.address_rate, self.address_rate, self.trust)
        self.write()
        self._admit()
        kms_key = self.signer.create()
        Publication(BRIDGE, kms_key, "RS256", self.signer, self.trust, FakePublisher(), self.clock).run()
        self.endpoint = IssuerKeysEndpoint(self.push_keys(), f"{BRIDGE}/.well-known/errors.html")
        self.verifier = self.cold()

    def push_keys(self, log: AuditLog | None = None) -> PushKeys:
        return PushKeys(
            issuer=self.trust.issuer,
            state=self.state,
            pushed=self.pushed,
            pushers=Pushers(self.door(self.trust.load), PushTokens(BRIDGE, self.clock), self.admins_by),
            ledger=self.ledger,
            log=log or self.log,
            clock=self.clock,
            identifiers=CountingIdentifiers(),
            check_source_rate=self._limits.check_source_rate,
            alarm=self.alarm,
        )

    def door(self, own_keys: CurrentKeySet) -> Guard:
        """That of the admin API. An admin on a laptop needs no key to which the token is bound."""
        return Guard(
            tokens=AdminTokens(OwnTokenVerifier(BRIDGE, own_keys, self.clock)),
            proofs=ResourceProofs(DpopVerifier(self.clock)),
            state=StateWithPeople(self.state, self.people),
            claims=FakeOneTimeClaims(self.clock),
            urls=lambda path: frozenset({BRIDGE + path}),
            forget_keys=self._forget,
            bearer=self.bearer,
        )

    def admins_by(self, issuer: str) -> frozenset[str]:
        return Surroundings(self.people, self.people).admins_by(issuer)

    def cold(self) -> TokenVerifier:
        """The token path of a runtime that has heard of nothing yet."""
        cache = KeyCache(KeySource(self.web), self.clock, self.alarm, SecondLevel(self.fetched, self.pushed))
        return TokenVerifier(TrustedIssuers(self.trust, BRIDGE), cache, lambda _name: ANY_TOKEN, self.clock)

    def _admit(self) -> None:
        self.people.add(Kind.AUDIENCE, ADMIN_AUDIENCE, AUDIENCE)
        for document in (issuer("corp"), issuer("acme-corp", tenant="acme")):
            self.people.add(Kind.ISSUER, str(document["id"]), document)
        for name, of in (("admins", "corp"), ("acme-admins", "acme-corp"), ("helpers", "corp")):
            self.people.add(Kind.MAPPING, name, admin_mapping(name, of))

    def refresh(self) -> RefreshReport:
        """One run of the schedule."""
        return KeyRefresh(
            self.trust, KeySource(self.web), self.fetched, self.pushed, self.clock, alarm=self.alarm
        ).run()

    def write(self, **changes: Json) -> None:
        """The next version of the issuer's document."""
        document = {**CLUSTER, **changes}
        self.trust.add(Kind.ISSUER, str(document["id"]), document)

    def alarm(self, issuer: str, what: str) -> None:
        self.alarms.append((issuer, what))

    def _forget(self) -> None:
        self.forgotten += 1

    def at(self, seconds: float) -> "PushWorld":
        """The same world later."""
        self.clock.advance(seconds)
        return self

    # What a cluster does

    def push(self, *keys: JoseKey | JsonObject, by: JoseKey = FIRST, **claims: Json) -> HttpResponse:
        """The cluster pushes keys under a token signed by `by`; a claim of None is left out."""
        body = json.dumps(jwks(*keys)).encode()
        return self.send(body, self.vouching(body, by, claims))

    def vouching(
        self, body: bytes, by: JoseKey = FIRST, changes: JsonObject | None = None, header: JsonObject | None = None
    ) -> str:
        """A token of the cluster that vouches for a body, `changes` applied to its claims."""
        now = int(self.clock.now())
        claims: dict[str, Json] = {
            "iss": ISS,
            "aud": BRIDGE,
            "iat": now,
            "exp": now + 300,
            "jti": f"push-{next(self._numbers)}",
            "jwks_sha256": digest(body),
            **(changes or {}),
        }
        present = {name: value for name, value in claims.items() if value is not None}
        return signed(header or {"alg": "RS256", "kid": by.kid, "typ": "JWT"}, present, by)

    def send(
        self,
        body: bytes,
        token: str | None,
        path: str = PATH,
        scheme: str = "Bearer",
        **changes: Any,  # noqa: ANN401
    ) -> HttpResponse:
        """A request as a gateway hands it on."""
        headers = {"content-type": JWK_SET, **({} if token is None else {"authorization": f"{scheme} {token}"})}
        fields: dict[str, Any] = {"method": "POST", "headers": headers | changes.pop("headers", {}), **changes}
        request = HttpRequest(path=path, body=body, correlation_id=f"c-{next(self._numbers)}", **fields)
        return self.endpoint.handle(request)

    # What an admin does

    def admin_push(
        self, *keys: JoseKey | JsonObject, path: str = PATH, claims: JsonObject | None = None
    ) -> HttpResponse:
        return self.send(json.dumps(jwks(*keys)).encode(), self.admin_token(claims), path)

    def admin_token(self, changes: JsonObject | None = None) -> str:
        """One of our own tokens, `changes` applied to its claims."""
        keys = self.trust.load()
        assert keys is not None
        assert keys.active is not None
        now = int(self.clock.now())
        claims: dict[str, Json] = {
            "iss": BRIDGE,
            "sub": "admin/ops",
            "aud": "federation-admin",
            "client_id": "admin/ops",
            "iat": now,
            "exp": now + 300,
            "jti": f"token-{next(self._numbers)}",
            "scope": "trust:read trust:write",
            "txn": "t-1",
            "fed": {"iss": "corp", "mapping": "admins@1", "decision": "d"},
            **(changes or {}),
        }
        message = signing_input(keys.active, {name: value for name, value in claims.items() if value is not None})
        return assemble(keys.active, message, self.signer.sign(keys.active, message))

    # What a workload of the cluster does

    def verify(self, key: JoseKey, verifier: TokenVerifier | None = None) -> VerifiedToken:
        """The token path on a workload's token that `key` signed."""
        now = int(self.clock.now())
        claims: dict[str, Json] = {"iss": ISS, "aud": BRIDGE, "sub": "pod", "iat": now, "exp": now + 300}
        text = signed({"alg": "RS256", "kid": key.kid}, claims, key)
        return (verifier or self.cold()).verify(UnverifiedToken(text, TokenType.JWT))

    def kept(self) -> KeptKeys:
        return self.pushed.load(ID)


def digest(body: bytes) -> str:
    """As `jwks_sha256` says it."""
    return urlsafe_b64encode(sha256(body).digest()).rstrip(b"=").decode()


def reason(response: HttpResponse) -> str:
    """The stable code of a refusal."""
    return str(json.loads(response.body)["error_description"]).partition(":")[0]


def assert_refused(world: PushWorld, response: HttpResponse, expected: str, status: int = 401) -> None:
    """Said with its reason and recorded once; nothing was kept, spent or recorded as accepted."""
    assert (response.status, reason(response)) == (status, expected)
    assert [entry["reason"] for entry in world.log.entries] == [expected]
    assert (world.pushed.kept, world.ledger.claims, world.ledger.records) == ({}, {}, {})


def unknown_key(world: PushWorld, key: JoseKey) -> None:
    with pytest.raises(InvalidRequest, match="unknown_key"):
        world.verify(key)
