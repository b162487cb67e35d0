"""A bridge that has issued tokens, and the endpoints where one asks about them and revokes them."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from federation.authentication.immediate import ImmediateCallers
from federation.introspection.dependencies import TokenDependencies
from federation.introspection.endpoint import IntrospectionEndpoint
from federation.introspection.introspection import Introspection
from federation.introspection.signed import SignedAnswers
from federation.keys.publication import Publication
from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.mapping.own import OwnMappings
from federation.minting.current_key import CurrentKey
from federation.minting.signed_jwt import JwtSigner
from federation.model.authorization import Authorization, Link, Provenance
from federation.model.documents import decode_client
from federation.model.json import Json
from federation.model.one_time import OneTimeUse, Purpose
from federation.model.own_claims import build_claims
from federation.model.revocation_keys import key_texts, keys_of_authorized
from federation.model.status_list import status_reference
from federation.model.tokens import Caller, Vouched
from federation.model.trust import DocumentRef, Kind, RateLimit
from federation.oauth.errors import InvalidClient
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import AT_JWT, FORM, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.ports import KeptToken
from federation.revocation.endpoint import RevocationEndpoint
from federation.revocation.revoker import Revoker
from federation.revocation.token import TokenRevocation
from federation.status.publication import StatusPublication
from federation.trust.directory import CachedTrust
from federation.trust.versions import KnownVersions
from federation.verification.own_tokens import OwnReferences, OwnTokenVerifier
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_audit_log import FakeAuditLog
from tests.support.fake_clock import FixedClock, no_wait
from tests.support.fake_current_state import FakeState
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_issued_tokens import FakeIssuedTokens
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_one_time_claims import FakeOneTimeClaims
from tests.support.fake_publisher import FakePublisher
from tests.support.fake_signer import FakeSigner
from tests.support.fake_trust import FakeTrust

NOW = 1_800_000_000
BRIDGE = "https://federation.example.com"
ERRORS = f"{BRIDGE}/.well-known/errors.html"
RISK, LEDGER = "risk-engine", "ledger"
API, STRANGER = "risk-engine-api", "other-api"
"""A client that may introspect tokens for RISK, and one that may not."""
GATEWAY = "acme-gateway"
"""A client to which tokens are issued."""
JWT = "application/token-introspection+jwt"

PLENTY = RateLimit(10_000, 10_000)

USUAL = Authorization(
    principal="partner/acme/sync",
    client_id="partner/acme/sync",
    audiences=(RISK,),
    scopes=("risk:read",),
    issued_at=NOW,
    expires_at=NOW + 300,
    issued_token_type=TokenType.ACCESS_TOKEN,
    transaction="txn-1",
    provenance=Provenance(issuer="acme", mapping="acme-sync@1", decision="d-1"),
    context={"repository": "acme/sync"},
    documents=(),
    tenant="acme",
    environment="prod",
)


def issued_to(client: str, authorization: Authorization = USUAL) -> Authorization:
    """The same for a registered client."""
    provenance = replace(authorization.provenance, client=f"{client}@1")
    return replace(authorization, client_id=client, provenance=provenance)


def made_from(*parents: str, **changes: Any) -> Authorization:  # noqa: ANN401  (fields of an Authorization)
    """A token that was exchanged for another of ours, oldest first."""
    links = tuple(Link(parent, "partner/acme/sync", "acme-sync", "acme") for parent in parents)
    return replace(USUAL, **{"provenance": replace(USUAL.provenance, chain=links), **changes})


class AssertedCallers:
    """Believes an assertion `<client id> <jti>`: whoever verifies real ones is tested elsewhere."""

    def __init__(self, trust: FakeTrust) -> None:
        self._trust = trust
        self.vouched: Vouched | None = None
        """By whom they all were authenticated."""

    def authenticate(self, request: ExchangeRequest) -> Caller:
        assertion = request.credentials.client_assertion
        if assertion is None:
            return Caller()
        id_, _, jti = assertion.partition(" ")
        document = self._trust.get(DocumentRef(Kind.CLIENT, id_))
        if document is None or not jti:
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED)
        client = decode_client(document)
        use = OneTimeUse(Purpose.CLIENT_ASSERTION, (id_, jti), NOW + 300)
        return Caller(client, (use,), None, (client.document,), self.vouched)


@dataclass
class IssuedWorld:
    """Real code, fakes in the place of AWS."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    trust: FakeTrust = field(default_factory=FakeTrust)
    signer: FakeSigner = field(default_factory=FakeSigner)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    log: FakeAuditLog = field(default_factory=FakeAuditLog)
    address_rate: RateLimit = PLENTY
    client_rate: RateLimit = PLENTY

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(self.clock)
        self.state = FakeState(self.trust, self.ledger, self.clock)
        self.claims = FakeOneTimeClaims(self.clock)
        self.tokens = FakeIssuedTokens(self.ledger)
        self._numbers, self._identifiers = count(1), CountingIdentifiers("revocation")
        self.allowances = FakeAllowances(self.clock)
        for client in (API, STRANGER, GATEWAY):
            self.write_client(client)
        for issuer, tenant, mappings in (("acme", "acme", ("acme-sync",)), ("agents", None, ("agent",))):
            self.write_issuer(issuer, **({"tenant": tenant} if tenant else {}))
            for mapping in mappings:
                self.write_mapping(mapping, issuer)
        self.write_audience(RISK, introspection=[API])
        self.write_audience(LEDGER, introspection=["ledger-api"])
        kms_key = self.signer.create()
        Publication(BRIDGE, kms_key, "RS256", self.signer, self.trust, self.publisher, self.clock).run()
        self.restart()

    def restart(self) -> None:
        """Every function starts cold: nothing is remembered but what is stored."""
        trust = CachedTrust(self.trust, KnownVersions(self.state, self.clock), self.clock)
        self.key = CurrentKey(self.trust, self.clock)
        limits = RequestLimits(Limiter(self.allowances, self.clock), self.client_rate, PLENTY, self.address_rate, trust)
        self.asserted = AssertedCallers(self.trust)
        self.callers = ImmediateCallers(self.asserted, self.claims, limits.admit_caller)
        tokens = OwnReferences(OwnTokenVerifier(BRIDGE, self.key.key_set, self.clock), self.state, self.clock)

        def forget_trust() -> None:
            trust.forget()
            self.key.forget()

        jwts = JwtSigner(self.key, self.signer)
        signed = SignedAnswers(BRIDGE, jwts, self.clock)
        introspection = Introspection(
            callers=self.callers,
            tokens=tokens,
            dependencies=TokenDependencies(trust, OwnMappings(trust, trust)),
            state=self.state,
            signed=signed,
            log=self.log,
            clock=self.clock,
            forget_trust=forget_trust,
            check_source_rate=limits.check_source_rate,
        )
        self.introspection = IntrospectionEndpoint(introspection, ERRORS)
        self.revoker = Revoker(self.state, self.ledger, self.clock, self._identifiers, no_wait)
        self.revocation = RevocationEndpoint(
            TokenRevocation(self.callers, tokens, self.revoker, self.log, self.clock, limits.check_source_rate), ERRORS
        )
        self.status = StatusPublication(BRIDGE, self.state, self.tokens, jwts, self.publisher, self.clock)

    def write_audience(self, id_: str, **changes: Any) -> None:  # noqa: ANN401  (members of a document)
        """The next version of an audience."""
        usual: dict[str, Json] = {"kind": "Audience", "id": id_, "environment": "prod", "scopes": ["risk:read"]}
        self.trust.add(Kind.AUDIENCE, id_, {**usual, **changes})

    def write_client(self, id_: str, **changes: Any) -> None:  # noqa: ANN401  (members of a document)
        """The next version of a client."""
        usual: dict[str, Json] = {
            "kind": "Client",
            "id": id_,
            "auth": {"method": "private_key_jwt", "jwks": {"keys": []}},
            "audiences": [RISK, LEDGER],
            "scopes": ["risk:read"],
        }
        self.trust.add(Kind.CLIENT, id_, {**usual, **changes})

    def write_issuer(self, id_: str, **changes: Any) -> None:  # noqa: ANN401  (members of a document)
        """The next version of an issuer."""
        usual: dict[str, Json] = {
            "kind": "Issuer",
            "id": id_,
            "provider": "oidc",
            "issuer": f"https://{id_}.example.com",
        }
        self.trust.add(Kind.ISSUER, id_, {**usual, **changes})

    def write_mapping(self, id_: str, issuer: str, **changes: Any) -> None:  # noqa: ANN401  (members of a document)
        """The next version of a mapping."""
        usual: dict[str, Json] = {
            "kind": "Mapping",
            "id": id_,
            "issuer": issuer,
            "match": {},
            "principal": "x",
            "grants": [{"audience": audience, "scopes": ["risk:read"]} for audience in (RISK, LEDGER)],
        }
        self.trust.add(Kind.MAPPING, id_, {**usual, **changes})

    # What was issued

    def token(self, authorization: Authorization = USUAL, jti: str | None = None) -> str:
        """A signed token with its record."""
        jti = jti or f"jti-{next(self._numbers)}"
        status = status_reference(BRIDGE, authorization.expires_at, jti)
        entry: dict[str, Json] = {
            "jti": jti,
            "correlation_id": jti,
            "outcome": "allow",
            "issued_at": authorization.issued_at,
            "expires_at": authorization.expires_at,
            "status_idx": status.index,
            "revocation_keys": key_texts(keys_of_authorized(authorization, jti)),
        }
        self.ledger.commit(entry, ())
        return self.sign(build_claims(authorization, BRIDGE, jti, status.claim))

    def sign(self, claims: Any, typ: str = AT_JWT) -> str:  # noqa: ANN401  (any JSON)
        return JwtSigner(self.key, self.signer).sign(typ, claims)

    def opaque(self, authorization: Authorization = USUAL, jti: str = "opaque-1") -> str:
        """A reference whose claims are kept."""
        text = sha256(jti.encode()).hexdigest()[:44]
        digest = sha256(text.encode()).hexdigest()
        kept = KeptToken(digest, build_claims(authorization, BRIDGE, jti), authorization.expires_at)
        self.ledger.commit({"jti": jti, "correlation_id": jti, "outcome": "allow"}, (), kept)
        return text

    # What callers do

    def introspect(self, token: str | None, by: str | None = API, *, accept: str = "", **form: str) -> HttpResponse:
        """`by`: None for a caller who does not authenticate."""
        return self.introspection.handle(self.request("/introspect", token, by, {"accept": accept}, form))

    def revoke(self, token: str | None, by: str | None = None, **form: str) -> HttpResponse:
        return self.revocation.handle(self.request("/revoke", token, by, {}, form))

    def request(
        self, path: str, token: str | None, by: str | None, headers: dict[str, str], form: dict[str, str]
    ) -> HttpRequest:
        number = next(self._numbers)
        sent = {**({} if token is None else {"token": token}), **form}
        if by is not None:
            sent = {"client_assertion": f"{by} assertion-{number}", **sent}
        return HttpRequest(
            "POST", path, urlencode(sent).encode(), f"c-{number}", {"content-type": FORM, **headers}, "", "192.0.2.7"
        )

    def active(self, token: str, by: str = API) -> bool:
        return bool(body(self.introspect(token, by))["active"])


def body(response: HttpResponse) -> dict[str, Any]:
    """The JSON of an answer."""
    value: dict[str, Any] = json.loads(response.body)
    return value


def reason(response: HttpResponse) -> str:
    """The stable code of a refusal."""
    return str(body(response)["error_description"]).partition(":")[0]


def outcomes(entries: Iterable[Any]) -> list[str]:
    return [str(entry["outcome"]) for entry in entries]


def claims_of(token: str) -> dict[str, Any]:
    """What a JWT says, unverified."""
    payload = token.split(".")[1]
    value: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return value
