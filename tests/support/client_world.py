"""Registered clients and whoever asks in their name: real code, and keys that count how often they verify."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from msgspec.structs import replace

from federation.authentication.callers import Callers
from federation.authentication.decoys import Decoys
from federation.authentication.grants import TokenCallers
from federation.model.json import Json, JsonObject
from federation.model.tokens import Caller
from federation.model.trust import Issuer, Kind
from federation.oauth.errors import InvalidClient
from federation.oauth.identifiers import JWT_BEARER_ASSERTION, GrantType, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ClientCredentials, ExchangeRequest
from federation.trust.directory import CachedTrust
from federation.trust.versions import KnownVersions
from federation.verification.algorithms import SignatureAlgorithm
from federation.verification.certificate import CertificateVerifier
from federation.verification.discovery import KeySource
from federation.verification.held_keys import ResolvedKey
from federation.verification.issuers import TrustedIssuers
from federation.verification.jwk import PublicKey
from federation.verification.key_cache import KeyCache
from federation.verification.providers import provider_named
from federation.verification.verifier import TokenVerifier
from federation.verification.x509.candidates import CertificateIssuers
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_fetcher import FakeFetcher
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust
from tests.support.issuer_world import BRIDGE, jwks
from tests.support.jose_keys import JoseKey, ec_key
from tests.support.jose_tokens import signed

NOW = 1_800_000_000
GATEWAY = "acme-gateway"
CREDENTIALS = {"client_secret", "client_assertion", "client_assertion_type", "authorization", "client_id"}


@dataclass
class CountedKey:
    """A public key that notes each use."""

    inner: Any
    uses: list[str]

    @property
    def curve(self) -> object:
        return self.inner.curve

    def verify(self, *arguments: object) -> None:
        self.uses.append(type(self.inner).__name__)
        self.inner.verify(*arguments)


@dataclass
class CountingKeys:
    """Clients' keys, and the keys of nobody."""

    inner: KeyCache
    uses: list[str] = field(default_factory=list)

    def resolve(self, issuer: Issuer, kid: str | None, algorithm: SignatureAlgorithm) -> ResolvedKey:
        found = self.inner.resolve(issuer, kid, algorithm)
        return replace(found, key=replace(found.key, public_key=self._counted(found.key.public_key)))

    def key(self, algorithm: SignatureAlgorithm) -> PublicKey:
        return self._counted(Decoys().key(algorithm))

    def _counted(self, key: PublicKey) -> PublicKey:
        return cast("PublicKey", CountedKey(key, self.uses))


@dataclass
class ClientWorld:
    """Everything around the callers."""

    trust: FakeTrust = field(default_factory=FakeTrust)
    web: FakeFetcher = field(default_factory=FakeFetcher)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        state = FakeState(self.trust, FakeLedger(self.clock), self.clock)
        self.known = CachedTrust(self.trust, KnownVersions(state, self.clock), self.clock)
        self.keys = CountingKeys(KeyCache(KeySource(self.web), self.clock))
        issuers = TrustedIssuers(self.known, BRIDGE)
        of_issuers = KeyCache(KeySource(self.web), self.clock)
        tokens = TokenVerifier(issuers, of_issuers, provider_named, self.clock)
        certificates = CertificateVerifier(CertificateIssuers(self.known), of_issuers, provider_named, self.clock)
        callers = Callers(
            self.known,
            self.known,
            tokens,
            self.keys,
            self.clock,
            BRIDGE,
            certificates=certificates,
            decoys=self.keys,
        )
        self.callers = TokenCallers(callers)

    def register(self, auth: JsonObject, id_: str = GATEWAY, **changes: Any) -> None:  # noqa: ANN401 (JSON)
        """The next version of a Client document; it holds at once."""
        body = {"auth": dict(auth), "audiences": ["risk-engine"], "scopes": ["risk:read"], **changes}
        self.trust.add(Kind.CLIENT, id_, body)
        self.known.forget()

    def ask(self, **parts: Any) -> Caller:  # noqa: ANN401 (of a request)
        return self.callers.authenticate(request(**parts))

    def refusal(self, **parts: Any) -> str:  # noqa: ANN401 (of a request)
        """What the audit record says; the caller hears the same whatever was wrong (ATTACKS L10)."""
        with pytest.raises(InvalidClient) as refused:
            self.ask(**parts)
        assert (refused.value.http_status, refused.value.error) == (401, "invalid_client")
        assert refused.value.reason is Reason.CLIENT_AUTHENTICATION_FAILED
        assert refused.value.detail
        return refused.value.detail


def request(**parts: Any) -> ExchangeRequest:  # noqa: ANN401 (of a request)
    """An exchange; a part that is a credential goes where it belongs."""
    credentials = {name: parts.pop(name) for name in CREDENTIALS & parts.keys()}
    if "client_assertion" in credentials:
        credentials.setdefault("client_assertion_type", JWT_BEARER_ASSERTION)
    form: dict[str, Any] = {"subject_token": "a.b.c", "subject_token_type": TokenType.JWT, **parts}
    return ExchangeRequest(credentials=ClientCredentials(**credentials), **form)


def by_key(*keys: JoseKey) -> dict[str, Json]:
    """`auth` of a client with these keys, by default one on P-256."""
    return {"method": "private_key_jwt", "jwks": jwks(*(keys or (ec_key(),)))}


def assertion_claims(**changes: Json) -> dict[str, Json]:
    """Claims of an assertion that is accepted; a change to None leaves the claim out."""
    base: dict[str, Json] = {
        "iss": GATEWAY,
        "sub": GATEWAY,
        "aud": BRIDGE,
        "iat": NOW,
        "exp": NOW + 60,
        "jti": "once-1",
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def assertion(key: JoseKey | None = None, alg: str = "ES256", header: JsonObject | None = None, **changes: Json) -> str:
    """An assertion that is accepted, `changes` applied."""
    key = key or ec_key()
    return signed({"alg": alg, "kid": key.kid, **(header or {})}, assertion_claims(**changes), key, alg)


def itself(**parts: Any) -> ExchangeRequest:  # noqa: ANN401 (of a request)
    """A client that asks for itself."""
    nothing = {"subject_token": None, "subject_token_type": None, "grant": GrantType.CLIENT_CREDENTIALS}
    return request(**nothing, **parts)
