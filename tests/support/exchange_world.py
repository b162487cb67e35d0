"""A whole bridge in memory: every step real, fakes in the place of AWS and the network."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from federation.authentication.callers import Callers
from federation.authentication.grants import TokenCallers
from federation.endpoint import TokenEndpoint
from federation.exchange import Exchange
from federation.keys.publication import Publication
from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.mapping.mapper import Mapper
from federation.mapping.own import OwnMappings
from federation.mapping.principals import Principals
from federation.minting.commit import Commit
from federation.minting.current_key import CurrentKey
from federation.minting.minter import Minter
from federation.model.json import Json
from federation.model.trust import Kind, RateLimit, Selector
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.pipeline import Pipeline
from federation.policy.authorizer import Authorizer
from federation.policy.decider import Decider
from federation.trust.directory import CachedTrust
from federation.trust.memory import TrustMemory
from federation.trust.policies import CachedPolicies
from federation.trust.risks import KnownRisks
from federation.trust.versions import KnownVersions
from federation.verification.certificate import CertificateVerifier
from federation.verification.discovery import KeySource
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.own_tokens import OwnTokenVerifier
from federation.verification.proofs.dpop import DpopVerifier
from federation.verification.proofs.token_request import Nonces, Proofs
from federation.verification.providers import provider_named
from federation.verification.verifier import JWT_TYPES, JwtVerifier, TokenVerifier, TokenVerifiers
from federation.verification.x509.candidates import CertificateIssuers
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_approvals import FakeApprovals
from tests.support.fake_audit_log import FakeAuditLog
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_fetcher import FakeFetcher
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_nonces import FakeNonceSecrets
from tests.support.fake_publisher import FakePublisher
from tests.support.fake_signer import FakeSigner
from tests.support.fake_trust import FakeTrust
from tests.support.jose_keys import JoseKey, rsa_key
from tests.support.jose_tokens import signed

NOW = 1_800_000_000
BRIDGE = "https://federation.example.com"
IDP = "https://idp.example.com"

ISSUER: dict[str, Json] = {
    "kind": "Issuer",
    "id": "acme",
    "tenant": "acme",
    "provider": "oidc",
    "issuer": IDP,
    "keys": {"jwks": {"keys": [rsa_key().jwk()]}},
}
MAPPING: dict[str, Json] = {
    "kind": "Mapping",
    "id": "acme-sync",
    "issuer": "acme",
    "match": {"sub": "worker"},
    "principal": "partner/acme/sync",
    "grants": [{"audience": "risk-engine", "scopes": ["risk:read", "risk:write"], "default_scopes": ["risk:read"]}],
}
AUDIENCE: dict[str, Json] = {
    "kind": "Audience",
    "id": "risk-engine",
    "resource": "https://risk.example.com",
    "environment": "prod",
    "scopes": ["risk:read", "risk:write"],
}


PLENTY = RateLimit(10_000, 10_000)


@dataclass
class Bridge:
    """The endpoint, and everything around it that a test may turn."""

    pool: ThreadPoolExecutor
    trust: FakeTrust = field(default_factory=FakeTrust)
    signer: FakeSigner = field(default_factory=FakeSigner)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    log: FakeAuditLog = field(default_factory=FakeAuditLog)
    web: FakeFetcher = field(default_factory=FakeFetcher)
    requests: int = 0
    source_ip: str = "192.0.2.7"
    certificate: str | None = None
    """PEM of the TLS client certificate of every connection."""
    headers: dict[str, str] = field(default_factory=dict)
    issuer_rate: RateLimit = PLENTY
    tenant_rate: RateLimit = PLENTY
    address_rate: RateLimit = PLENTY

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(self.clock)
        self.identifiers = CountingIdentifiers()
        self.approvals = FakeApprovals(self.clock)
        self.allowances = FakeAllowances(self.clock)
        self.risks = KnownRisks(self.clock)
        self.nonces = Nonces(FakeNonceSecrets(), self.clock, BRIDGE)
        self.state = FakeState(self.trust, self.ledger, self.clock)
        self.write(ISSUER)
        self.write(AUDIENCE)
        self.write(MAPPING, Selector("sub", "worker"))
        self._publish()
        self.restart()

    def restart(self) -> None:
        """A cold process over the same stores."""
        self.endpoint = TokenEndpoint(self._exchange(), f"{BRIDGE}/.well-known/errors.html")

    def write(self, document: dict[str, Json], filed_under: Selector | None = None) -> None:
        """The next version of a document."""
        self.trust.add(Kind(str(document["kind"])), str(document["id"]), document, filed_under)

    def post(self, token: str | None = None, **parameters: Json) -> HttpResponse:
        """One exchange over HTTP values."""
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": token or subject_token(),
            "audience": "risk-engine",
            **parameters,
        }
        self.requests += 1
        body = urlencode({name: value for name, value in form.items() if value is not None}, doseq=True).encode()
        headers = {"content-type": FORM, **self.headers}
        id_ = f"c-{self.requests}"
        http = HttpRequest("POST", "/token", body, id_, headers, "", self.source_ip, self.certificate)
        return self.endpoint.handle(http)

    def _publish(self) -> None:
        Publication(
            issuer=BRIDGE,
            kms_key=self.signer.create(),
            algorithm="RS256",
            public_keys=self.signer,
            key_sets=self.trust,
            publisher=self.publisher,
            clock=self.clock,
        ).run()

    def _exchange(self) -> Exchange:
        versions = KnownVersions(self.state, self.clock)
        trust = CachedTrust(self.trust, versions, self.clock)
        policies = CachedPolicies(self.trust, versions)
        key = CurrentKey(self.trust, self.clock)

        source = KeySource(self.web)
        keys = KeyCache(source, self.clock)
        foreign = TokenVerifier(TrustedIssuers(trust, BRIDGE), keys, provider_named, self.clock)
        jwts = JwtVerifier(OwnTokenVerifier(BRIDGE, key.key_set, self.clock), foreign)
        certificates = CertificateVerifier(CertificateIssuers(trust), keys, provider_named, self.clock)
        of_clients = KeyCache(source, self.clock)
        callers = Callers(trust, trust, foreign, of_clients, self.clock, BRIDGE, certificates=certificates)
        pipeline = Pipeline(
            callers=TokenCallers(callers),
            proofs=Proofs(DpopVerifier(self.clock), frozenset({f"{BRIDGE}/token"}), self.nonces),
            tokens=TokenVerifiers({**dict.fromkeys(JWT_TYPES, jwts), TokenType.MTLS: certificates}),
            mapper=Principals(Mapper(trust, provider_named), OwnMappings(trust, trust)),
            policy=Authorizer(trust, Decider(policies), self.clock, self.approvals, self.risks),
            clock=self.clock,
        )
        return Exchange(
            pipeline=pipeline,
            minter=Minter(BRIDGE, key, self.identifiers, Commit(self.ledger, self.state, self.signer)),
            log=self.log,
            clock=self.clock,
            memory=TrustMemory((trust, key), versions, self.risks, self.clock, trust.forget_names),
            limits=RequestLimits(
                Limiter(self.allowances, self.clock), self.issuer_rate, self.tenant_rate, self.address_rate, trust
            ),
        )


@contextmanager
def bridge() -> Iterator[Bridge]:
    """A bridge with one issuer, one mapping and one audience."""
    with ThreadPoolExecutor(6) as pool:
        yield Bridge(pool)


def subject_token(key: JoseKey | None = None, **changes: Json) -> str:
    """A token that the bridge accepts, `changes` applied."""
    key = key or rsa_key()
    claims: dict[str, Json] = {
        "iss": IDP,
        "aud": BRIDGE,
        "sub": "worker",
        "iat": NOW,
        "exp": NOW + 600,
        "jti": "j-1",
        **changes,
    }
    return signed({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, claims, key)


def body(response: HttpResponse) -> dict[str, Any]:
    """The JSON of an answer."""
    value: dict[str, Any] = json.loads(response.body)
    return value


def reason(response: HttpResponse) -> str:
    """The stable code of a refusal."""
    return str(body(response)["error_description"]).partition(":")[0]
