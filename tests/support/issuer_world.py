"""A verifier with trusted issuers around it: real code everywhere, and a network that counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from federation.model.json import Json, JsonObject
from federation.model.names import IssuerName, NamedIssuers
from federation.model.tokens import VerifiedToken
from federation.model.trust import Issuer, IssuerKeys
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.ports import Fetcher
from federation.verification.claims_table import ClaimsTable
from federation.verification.discovery import KeySource
from federation.verification.issuer_names import KnownIssuers
from federation.verification.issuers import TrustedIssuers
from federation.verification.key_cache import KeyCache
from federation.verification.provider import Provider
from federation.verification.second_level import SecondLevel
from federation.verification.verifier import TokenVerifier, UnverifiedToken
from tests.support.fake_clock import FixedClock
from tests.support.fake_fetcher import FakeFetcher
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.jose_keys import JoseKey, rsa_key
from tests.support.jose_tokens import signed

NOW = 1_800_000_000
BRIDGE = "https://federation.example.com"
IDP = "https://idp.example.com"
JWKS_URI = f"{IDP}/jwks.json"
DISCOVERY = f"{IDP}/.well-known/openid-configuration"

ANY_TOKEN = Provider(name="oidc", table=ClaimsTable(required={}))


class Directory:
    """An IssuerDirectory whose documents a test may exchange."""

    def __init__(self, *issuers: Issuer) -> None:
        self.current = issuers

    def issuers(self) -> tuple[Issuer, ...]:
        return self.current

    def issuer(self, id_: str) -> Issuer | None:
        return KnownIssuers(self.current).issuer(id_)

    def issuers_named(self, names: Sequence[IssuerName]) -> NamedIssuers:
        return KnownIssuers(self.current).issuers_named(names)


class Recording:
    """A Fetcher that remembers what another one was asked."""

    def __init__(self, inner: Fetcher) -> None:
        self.inner = inner
        self.fetched: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        return self.inner.fetch(url)


def jwks(*keys: JoseKey | JsonObject) -> dict[str, Json]:
    return {"keys": [key.jwk() if isinstance(key, JoseKey) else key for key in keys]}


def trusted(*keys: JoseKey | JsonObject, **changes: object) -> Issuer:
    """A trusted issuer with static keys, `changes` applied."""
    issuer = Issuer(
        id="idp",
        version=1,
        provider="oidc",
        issuer=IDP,
        audiences=(),
        keys=IssuerKeys(jwks=jwks(*(keys or (rsa_key(),)))),
        algorithms=("RS256", "ES256"),
        max_token_age=3600,
    )
    return replace(issuer, **changes)


def claims(**changes: Json) -> dict[str, Json]:
    """Claims that every check accepts, `changes` applied."""
    base: dict[str, Json] = {"iss": IDP, "aud": BRIDGE, "sub": "workload-1", "iat": NOW, "exp": NOW + 300, "jti": "j-1"}
    return {**base, **changes}


def without(*names: str) -> dict[str, Json]:
    """The same claims, but for some."""
    return {name: value for name, value in claims().items() if name not in names}


def token(
    payload: JsonObject | str | bytes | None = None,
    *,
    key: JoseKey | None = None,
    alg: str = "RS256",
    header: JsonObject | str | bytes | None = None,
) -> str:
    """A signed token; what is not given is as every check accepts it."""
    key = key or rsa_key()
    header = {"alg": alg, "kid": key.kid, "typ": "JWT"} if header is None else header
    return signed(header, claims() if payload is None else payload, key, alg)


@dataclass
class World:
    """A bridge's verification layer. `alarms`: (issuer document, what happened)."""

    directory: Directory
    web: FakeFetcher | Recording = field(default_factory=FakeFetcher)
    clock: FixedClock = field(default_factory=FixedClock)
    provider: Provider = ANY_TOKEN
    alarms: list[tuple[str, str]] = field(default_factory=list)
    fetched: FakeIssuerKeys = field(default_factory=FakeIssuerKeys)
    pushed: FakeIssuerKeys = field(default_factory=FakeIssuerKeys)

    def __post_init__(self) -> None:
        self.source = KeySource(self.web, loopback=isinstance(self.web, Recording))
        self.keys = KeyCache(self.source, self.clock, self.alarm, SecondLevel(self.fetched, self.pushed))
        issuers = TrustedIssuers(self.directory, BRIDGE)
        self.verifier = TokenVerifier(issuers, self.keys, lambda _name: self.provider, self.clock)

    def alarm(self, issuer: str, what: str) -> None:
        self.alarms.append((issuer, what))

    def verify(self, text: str, token_type: TokenType = TokenType.JWT) -> VerifiedToken:
        return self.verifier.verify(UnverifiedToken(text, token_type))


def world(*issuers: Issuer, web: FakeFetcher | Recording | None = None) -> World:
    """A world that trusts `issuers`; by default one with a static RSA key."""
    return World(Directory(*(issuers or (trusted(),))), web or FakeFetcher())


def unavailable(w: World, text: str) -> Reason:
    """Why a token cannot be judged now: a 503 that says when to come back, and nothing about the issuer."""
    with pytest.raises(TemporarilyUnavailable) as refused:
        w.verify(text)
    assert refused.value.http_status == 503
    assert int(refused.value.headers["retry-after"]) > 0
    return refused.value.reason


def refusal(w: World, text: str, token_type: TokenType = TokenType.JWT) -> Reason:
    """Why a token is refused. It is: with a 400 `invalid_request`, and without a question to the network."""
    before = len(w.web.fetched)
    with pytest.raises(InvalidRequest) as refused:
        w.verify(text, token_type)
    assert refused.value.http_status == 400
    assert len(w.web.fetched) == before
    return refused.value.reason
