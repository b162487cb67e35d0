"""The admin API on a trust table in memory, and admins with tokens of ours that are bound to their keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from federation.admin.confirm import Confirmer
from federation.admin.lockout import LockOutGuard
from federation.admin.second_admin import SecondAdmin
from federation.admin_api.confirmations import Confirmations
from federation.admin_api.cursor import Cursors
from federation.admin_api.documents import Documents
from federation.admin_api.edits import Edits
from federation.admin_api.endpoint import AdminEndpoint, Router
from federation.admin_api.guard import Guard
from federation.admin_api.histories import Histories
from federation.admin_api.idempotency import OnceOnly
from federation.admin_api.operation import Operation
from federation.admin_api.sets import DocumentSets
from federation.admin_api.table import table_of
from federation.admin_api.visible import Visible
from federation.insight.pace import Pace
from federation.insight.snapshot.loading import TrustLoader
from federation.limits.admins import AdminLimits
from federation.limits.limiter import Limiter
from federation.model.confirmation import ADMIN_AUDIENCE, ADMIN_SCOPES
from federation.model.json import Json
from federation.model.keys import KeySet, KeyState, SigningKey
from federation.model.quotas import Quotas
from federation.model.trust import Kind, RateLimit, Selector
from federation.oauth.http import HttpRequest
from federation.verification.own_tokens import AdminTokens, OwnTokenVerifier
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.resource_request import ResourceProofs
from tests.support.dpop import ath, jkt, proof
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_answers import FakeAnswers
from tests.support.fake_audit_log import FakeAuditLog
from tests.support.fake_audit_records import FakeAuditRecords
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_nonce_secrets import FakeNonceSecrets
from tests.support.fake_one_time_claims import FakeOneTimeClaims
from tests.support.fake_trust import FakeTrust
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

BRIDGE = "https://federation.example.com"
NOW = 1_800_000_000
PLENTY = Quotas()
KEY = rsa_key("ours")

Document = dict[str, Any]

AUDIENCE: Document = {"kind": "Audience", "id": ADMIN_AUDIENCE, "scopes": list(ADMIN_SCOPES), "max_ttl": "1h"}


def issuer(id_: str = "corp", **changes: Json) -> Document:
    url = f"https://{id_}.example.com"
    return {"kind": "Issuer", "id": id_, "provider": "oidc", "issuer": url, **changes}


def audience(id_: str = "risk-engine", **changes: Json) -> Document:
    return {"kind": "Audience", "id": id_, "scopes": ["risk:read", "risk:write"], "max_ttl": "5m", **changes}


def mapping(id_: str, of: str = "corp", **changes: Json) -> Document:
    grants = [{"audience": "risk-engine", "scopes": ["risk:read"]}]
    return {
        "kind": "Mapping",
        "id": id_,
        "issuer": of,
        "match": {"sub": id_},
        "principal": f"partner/{id_}",
        "grants": grants,
        **changes,
    }


def admin_mapping(name: str, of: str = "corp", scopes: tuple[str, ...] = ADMIN_SCOPES, **changes: Json) -> Document:
    grants: Json = [{"audience": ADMIN_AUDIENCE, "scopes": list(scopes)}]
    return mapping(name, of, principal=f"admin/{name}", grants=grants, **changes)


Rates = tuple[RateLimit, RateLimit]
"""Of a principal, and of a tenant."""
ADDRESS_RATE = RateLimit(per_second=10_000, burst=10_000)
UNHURRIED: Rates = (ADDRESS_RATE, ADDRESS_RATE)
"""Time stands still in this world: nothing is about how often."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.body)
        return members

    @property
    def code(self) -> str:
        """The reason, of a problem."""
        return str(self.members["code"])

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.members["errors"]]


class AdminWorld:
    """A bridge with two global admins, alice and bob, and one of tenant acme, tina. corp vouches for the former."""

    def __init__(
        self,
        trust: FakeTrust | None = None,
        *,
        bearer: bool = False,
        quotas: Quotas = PLENTY,
        rates: Rates = UNHURRIED,
    ) -> None:
        self.quotas = quotas
        self.clock = FixedClock(NOW)
        self.trust = trust or FakeTrust()
        self.ledger = FakeLedger(self.clock)
        self.state = FakeState(self.trust, self.ledger, self.clock)
        self.log = FakeAuditLog()
        self.answers = FakeAnswers(self.clock)
        self.pushed = FakeIssuerKeys()
        self.cursors = Cursors(FakeNonceSecrets(), self.clock)
        self._numbers = count(1)
        jwk = {name: str(value) for name, value in KEY.jwk(alg="RS256", use="sig").items()}
        self.trust.save(KeySet((SigningKey(KEY.kid, "RS256", "key-1", jwk, KeyState.ACTIVE),), version=1))
        self._seed()
        self.operations: list[Operation] = self._operations()
        self.endpoint = AdminEndpoint(
            Router(self.operations),
            self._guard(bearer=bearer),
            AdminLimits(Limiter(FakeAllowances(self.clock), self.clock), rates[0], rates[1], ADDRESS_RATE),
            OnceOnly(self.answers),
            self.log,
            self.clock,
            f"{BRIDGE}/.well-known/errors.html",
        )

    def _seed(self) -> None:
        documents = [
            AUDIENCE,
            audience(),
            issuer(),
            issuer("acme", tenant="acme"),
            admin_mapping("alice"),
            admin_mapping("bob"),
            admin_mapping("tina", "acme", ("trust:read", "trust:write")),
        ]
        for document in documents:
            self.store(document)

    def store(self, document: Document) -> None:
        """Write a document past the API."""
        selector = Selector("sub", str(document["match"]["sub"])) if document["kind"] == "Mapping" else None
        self.trust.add(Kind(document["kind"]), document["id"], document, selector)

    def _operations(self) -> list[Operation]:
        self.records = FakeAuditRecords(self.ledger)
        self.loader = TrustLoader(self.trust, self.trust, self.trust, self.trust, BRIDGE)
        lockout = LockOutGuard(self.loader, self.trust, self.records, self.clock)
        edits = Edits(self.loader, self.clock, lockout, quotas=self.quotas)
        visible = Visible(self.trust, self.trust, self.trust)
        second = SecondAdmin(self.trust, self.trust, self.pushed, self.clock)
        resources = (
            Documents(edits, visible, self.cursors),
            Histories(edits, visible, self.cursors),
            DocumentSets(edits, pace=Pace(self.records, self.clock)),
            Confirmations(Confirmer(self.trust), second, edits, visible, self.clock),
        )
        return table_of(BRIDGE, resources)

    def _guard(self, *, bearer: bool) -> Guard:
        return Guard(
            tokens=AdminTokens(OwnTokenVerifier(BRIDGE, self.trust.load, self.clock)),
            proofs=ResourceProofs(DpopVerifier(self.clock)),
            state=self.state,
            claims=FakeOneTimeClaims(self.clock),
            urls=lambda path: frozenset({BRIDGE + path}),
            forget_keys=lambda: None,
            bearer=bearer,
        )

    def token(self, who: str = "alice", **claims: Json) -> str:
        """An admin's token, bound to the tests' key; a claim that is None is left out."""
        tenant, of = ("acme", "acme") if who == "tina" else (None, "corp")
        scopes = "trust:read trust:write" if tenant else " ".join(ADMIN_SCOPES)
        members: dict[str, Json] = {
            "iss": BRIDGE,
            "sub": f"admin/{who}",
            "aud": ADMIN_AUDIENCE,
            "client_id": f"admin/{who}",
            "iat": NOW,
            "exp": NOW + 300,
            "jti": f"j-{next(self._numbers)}",
            "scope": scopes,
            "txn": "c-1",
            "tenant": tenant,
            "cnf": {"jkt": jkt()},
            "fed": {"iss": of, "mapping": f"{who}@1", "decision": "d"},
            **claims,
        }
        header: dict[str, Json] = {"alg": "RS256", "kid": KEY.kid, "typ": "at+jwt"}
        return signed(header, {name: value for name, value in members.items() if value is not None}, KEY)

    def headers(self, method: str, path: str, token: str) -> dict[str, str]:
        """A token with a proof of its key for exactly this request."""
        fresh = f"p-{next(self._numbers)}"
        proven = proof(htm=method, htu=BRIDGE + path, ath=ath(token), jti=fresh, iat=int(self.clock.now()))
        return {"authorization": f"DPoP {token}", "dpop": proven}

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        who: str = "alice",
        query: str = "",
        token: str | None = None,
        **headers: str,
    ) -> Reply:
        """A request of that admin; header names with underscores."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        proven = self.headers(method, f"/admin/v1{path}", token or self.token(who))
        typed = {"content-type": "application/json"} if content else {}
        return self.send(method, f"/admin/v1{path}", content, {**typed, **proven, **named}, query)

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str], query: str = "") -> Reply:
        """Exactly these bytes."""
        correlation_id = f"c-{next(self._numbers)}"
        response = self.endpoint.handle(HttpRequest(method, path, body, correlation_id, headers, query))
        return Reply(response.status, response.headers, response.body)

    def put(self, document: Document, etag: str | None = None, **options: Any) -> Reply:  # noqa: ANN401
        """Write a document; `etag`: of the version to replace."""
        path = f"/{PLURALS[document['kind']]}/{document['id']}"
        headers = {"if_match": etag} if etag else {"if_none_match": "*"}
        return self.call("PUT", path, document, **headers, **options)


PLURALS = {
    "Issuer": "issuers",
    "Mapping": "mappings",
    "Audience": "audiences",
    "Client": "clients",
    "Policy": "policies",
    "Zone": "zones",
}
