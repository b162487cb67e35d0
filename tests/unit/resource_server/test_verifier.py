import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import pytest

from federation.model.binding import Binding
from federation.model.json import Json
from federation.model.status import SPAN, list_path
from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.identifiers import PROOF_ALGORITHMS
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason
from federation.resource_server.dpop import DpopRequest
from federation.resource_server.verifier import Verifier
from federation.status.list_token import LIFETIME, TTL
from tests.support.dpop import ath, jkt, proof_header
from tests.support.dpop import proof as proof_of
from tests.support.issued_world import BRIDGE, NOW, RISK, USUAL, IssuedWorld, claims_of, made_from
from tests.support.jose_keys import JoseKey, b64u, ec_key, ed25519_key, key_for, rsa_key
from tests.support.jose_tokens import signed

URL = "https://risk.example.com/scores"


@dataclass
class Service:
    """A service beside the bridge: it reads public documents, and nothing else."""

    world: IssuedWorld = field(default_factory=IssuedWorld)
    fetched: list[str] = field(default_factory=list)
    down: bool = False
    max_stale: float = 0.0

    def __post_init__(self) -> None:
        self.world.status.run()
        self.verifier = Verifier(BRIDGE, RISK, fetch=self.fetch, max_stale=self.max_stale, now=self.world.clock.now)

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url.removeprefix(BRIDGE))
        document = self.world.publisher.documents.get(url.removeprefix(BRIDGE))
        if self.down or document is None:
            raise OSError
        return document.body

    def accepts(self, token: str, **proof: Any) -> Mapping[str, Any]:  # noqa: ANN401  (as the verifier's)
        return self.verifier.verify(token, **proof)

    def refusal(self, token: str, **proof: Any) -> OAuthError:  # noqa: ANN401  (as the verifier's)
        with pytest.raises(OAuthError) as refused:
            self.verifier.verify(token, **proof)
        return refused.value


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_good_token_is_what_it_says(service: Service) -> None:
    claims = service.accepts(service.world.token(jti="leaf"))
    assert (claims["sub"], claims["scope"], claims["jti"]) == (USUAL.principal, "risk:read", "leaf")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (made_from(audiences=("other",)), Reason.WRONG_AUDIENCE),
        (made_from(issued_at=NOW - 400, expires_at=NOW - 5), Reason.TOKEN_EXPIRED),
        (made_from(issued_at=NOW + 6), Reason.TOKEN_NOT_YET_VALID),
    ],
)
def test_a_token_for_others_or_for_another_time_is_refused(service: Service, token: Any, reason: Reason) -> None:  # noqa: ANN401
    refusal = service.refusal(service.world.token(token))
    assert (type(refusal), refusal.reason) == (InvalidToken, reason)


@pytest.mark.parametrize("typ", ["JWT", "token-introspection+jwt", "statuslist+jwt", "dpop+jwt"])
def test_other_jwts_of_the_bridge_are_no_access_tokens(service: Service, typ: str) -> None:
    text = service.world.sign(claims_of(service.world.token()), typ)
    assert service.refusal(text).reason is Reason.WRONG_TOKEN_TYP


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "status"])
def test_what_is_missing_is_refused(service: Service, missing: str) -> None:
    claims = claims_of(service.world.token())
    del claims[missing]
    assert isinstance(service.refusal(service.world.sign(claims)), InvalidToken)


def test_another_bridge_is_not_ours(service: Service) -> None:
    claims = claims_of(service.world.token()) | {"iss": "https://other.example.com"}
    assert service.refusal(service.world.sign(claims)).reason is Reason.UNTRUSTED_ISSUER


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_a_strangers_key_is_refused(service: Service, alg: str) -> None:
    key = rsa_key("stranger") if alg != "ES256" else ec_key("stranger")
    ours = service.world.trust.load()
    assert ours is not None
    for kid, reason in ((key.kid, Reason.UNKNOWN_KEY), (ours.keys[0].kid, None)):
        header: dict[str, Json] = {"alg": alg, "kid": kid, "typ": "at+jwt"}
        refusal = service.refusal(signed(header, claims_of(service.world.token()), key, alg))
        assert isinstance(refusal, InvalidToken)
        assert reason is None or refusal.reason is reason


@pytest.mark.parametrize("text", ["", "junk", "a.b.c", "\u00e9.b.c", "a.b.c.d"])
def test_junk_is_refused_and_nothing_is_fetched(service: Service, text: str) -> None:
    assert isinstance(service.refusal(text), InvalidToken)
    assert service.fetched == []


def test_a_flood_of_unknown_keys_is_one_look(service: Service) -> None:
    token = service.world.token()
    service.accepts(token)
    for number in range(20):
        header: dict[str, Json] = {"alg": "RS256", "kid": f"k{number}", "typ": "at+jwt"}
        service.refusal(signed(header, {}, rsa_key("stranger")))
    assert service.fetched.count(JWKS_PATH) == 1


# What was revoked


def test_a_revoked_token_and_its_descendants_are_refused_within_the_lists_ttl(service: Service) -> None:
    root = service.world.token(jti="root")
    leaf, other = service.world.token(made_from("root"), "leaf"), service.world.token(jti="other")
    service.accepts(leaf)
    service.world.revoke(root)
    service.world.status.run()
    service.world.clock.advance(TTL)
    for token in (root, leaf):
        assert service.refusal(token).reason is Reason.TOKEN_REVOKED
    service.accepts(other)


def test_a_list_is_fetched_once_in_the_time_that_it_allows(service: Service) -> None:
    token = service.world.token()
    for _ in range(5):
        service.accepts(token)
        service.world.clock.advance(1)
    assert service.fetched.count(list_path(USUAL.expires_at // SPAN)) == 1
    service.accepts(token)
    assert service.fetched.count(list_path(USUAL.expires_at // SPAN)) == 2


@pytest.mark.parametrize("damage", ["missing", "another hour", "not signed", "an access token"])
def test_M12_without_a_list_nothing_is_accepted(service: Service, damage: str) -> None:
    token, path = service.world.token(), list_path(USUAL.expires_at // SPAN)
    documents = service.world.publisher.documents
    document, later = documents.pop(path), documents[list_path(USUAL.expires_at // SPAN + 1)]
    bodies = {"another hour": later.body, "not signed": document.body[:-8], "an access token": token.encode()}
    if damage in bodies:
        documents[path] = replace(document, body=bodies[damage])
    refusal = service.refusal(token)
    assert (type(refusal), refusal.reason) == (TemporarilyUnavailable, Reason.STATUS_UNAVAILABLE)


def test_an_expired_list_is_not_believed(service: Service) -> None:
    service.world.clock.advance(LIFETIME + 6)
    later = service.world.token(made_from(issued_at=NOW + LIFETIME, expires_at=NOW + LIFETIME + 300))
    assert service.refusal(later).reason is Reason.STATUS_UNAVAILABLE


@pytest.mark.parametrize(("max_stale", "accepted"), [(0.0, TTL), (60.0, TTL + 60)])
def test_how_long_an_old_list_may_stand_in_is_the_services_choice(max_stale: float, accepted: int) -> None:
    service = Service(max_stale=max_stale)
    token = service.world.token()
    service.accepts(token)
    service.down = True
    service.world.clock.advance(accepted - 1)
    service.accepts(token)
    service.world.clock.advance(1)
    assert service.refusal(token).reason is Reason.STATUS_UNAVAILABLE


@pytest.mark.parametrize(
    "status",
    [
        None,
        {},
        {"status_list": {}},
        {"status_list": {"idx": -1, "uri": BRIDGE + list_path(1)}},
        {"status_list": {"idx": 2**23, "uri": BRIDGE + list_path(1)}},
        {"status_list": {"idx": True, "uri": BRIDGE + list_path(1)}},
        {"status_list": {"idx": 1, "uri": "https://other.example.com/.well-known/status-list-1"}},
    ],
)
def test_a_place_that_is_none_is_refused_and_nothing_foreign_is_fetched(service: Service, status: Json) -> None:
    text = service.world.sign(claims_of(service.world.token()) | {"status": status})
    assert isinstance(service.refusal(text), InvalidToken)
    assert service.fetched == [JWKS_PATH]


def test_while_no_key_was_ever_read_nothing_is_accepted(service: Service) -> None:
    service.down = True
    assert isinstance(service.refusal(service.world.token()), TemporarilyUnavailable)


def test_keys_of_before_hold_on_while_the_bridge_cannot_be_reached() -> None:
    service = Service(max_stale=600.0)
    token = service.world.token(made_from(expires_at=NOW + 900))
    service.accepts(token)
    service.down = True
    service.world.clock.advance(301)
    service.accepts(token)


# Tokens that are bound to a key


def proof(key: JoseKey, token: str, *, header: Any = None, jwk: Any = None, **changes: Json) -> DpopRequest:  # noqa: ANN401
    jwk = jwk or {name: value for name, value in key.jwk().items() if name in ("kty", "crv", "x", "y")}
    claims: dict[str, Json] = {
        "jti": "p-1",
        "htm": "GET",
        "htu": URL,
        "iat": NOW,
        "ath": b64u(sha256(token.encode()).digest()),
        **changes,
    }
    text = signed({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk, **(header or {})}, claims, key, "ES256")
    return DpopRequest(text, "GET", URL + "?page=2")


def bound_to(key: JoseKey) -> Binding:
    jwk = key.jwk()
    members = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return Binding(jkt=b64u(sha256(members.encode()).digest()))


def test_a_bound_token_is_accepted_from_whoever_has_the_key_once_per_proof(service: Service) -> None:
    key = ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    shown = proof(key, token)
    service.accepts(token, dpop=shown)
    assert service.refusal(token, dpop=shown).reason is Reason.PROOF_REQUIRED


def test_a_bound_token_without_proof_is_refused(service: Service) -> None:
    for binding in (bound_to(ec_key("holder")), Binding(x5t_s256="thumb")):
        assert service.refusal(service.world.token(made_from(binding=binding))).reason is Reason.PROOF_REQUIRED


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "POST"},
        {"htu": "https://other.example.com/scores"},
        {"htu": URL + "/x"},
        {"iat": NOW - 61},
        {"iat": NOW + 61},
        {"iat": "now"},
        {"iat": 10**400},
        {"jti": None},
        {"jti": ["p-1"]},
        {"ath": "another"},
        {"header": {"typ": "JWT"}},
        {"header": {"alg": "RS256"}},
        {"header": {"alg": "none"}},
        {"header": {"alg": None}},
        {"header": {"alg": ["ES256"]}},
        {"header": {"alg": "EdDSA"}},
        {"header": {"alg": "Ed25519"}},
        {"header": {"typ": 7}},
        {"header": {"jwk": "x"}},
        {"header": {"jwk": None}},
        {"jwk": {"kty": "oct", "k": "c2VjcmV0"}},
    ],
)
def test_a_proof_of_something_else_is_refused(service: Service, changes: dict[str, Any]) -> None:
    key = ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    assert service.refusal(token, dpop=proof(key, token, **changes)).reason is Reason.PROOF_REQUIRED


@pytest.mark.parametrize("alg", PROOF_ALGORITHMS)
def test_every_algorithm_that_binds_a_token_proves_its_key_here(service: Service, alg: str) -> None:
    key = key_for(alg, f"holder-{alg}")
    token = service.world.token(made_from(binding=Binding(jkt=jkt(key))))
    claims: dict[str, Json] = {"jti": alg, "htm": "GET", "htu": URL, "iat": NOW, "ath": ath(token)}
    shown = proof_of(key, alg, header=proof_header(key, alg), **claims)
    assert service.accepts(token, dpop=DpopRequest(shown, "GET", URL))["cnf"] == {"jkt": jkt(key)}


@pytest.mark.parametrize("claims", ["[" * 5000 + "]" * 5000, "[]", "1", '"x"', "null", ""])
def test_a_proof_without_claims_is_refused(service: Service, claims: str) -> None:
    key = ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    shown = DpopRequest(signed(proof_header(key), claims, key, "ES256"), "GET", URL)
    assert service.refusal(token, dpop=shown).reason is Reason.PROOF_REQUIRED


def test_J3_a_curve_of_another_name_proves_nothing(service: Service) -> None:
    key = ed25519_key()
    token = service.world.token(made_from(binding=Binding(jkt=jkt(key))))
    for alg, crv in (("Ed25519", "Ed448"), ("EdDSA", "X25519"), ("ES256", "Ed25519")):
        header = proof_header(key, alg, jwk={**key.public, "crv": crv})
        shown = proof_of(key, alg, header=header, htm="GET", htu=URL, iat=NOW, ath=ath(token))
        assert service.refusal(token, dpop=DpopRequest(shown, "GET", URL)).reason is Reason.PROOF_REQUIRED


def test_a_proof_by_another_key_is_refused(service: Service) -> None:
    token = service.world.token(made_from(binding=bound_to(ec_key("holder"))))
    assert service.refusal(token, dpop=proof(ec_key("thief"), token)).reason is Reason.PROOF_REQUIRED


def test_a_proof_for_a_token_that_is_not_bound_is_refused(service: Service) -> None:
    token = service.world.token()
    assert service.refusal(token, dpop=proof(ec_key("holder"), token)).reason is Reason.PROOF_REQUIRED


@pytest.mark.parametrize("cnf", [None, {}, "x", {"jkt": None}, {"jwk": {}}, {"jkt": "a", "x5t#S256": "b"}])
def test_a_binding_that_is_not_understood_is_not_dropped(service: Service, cnf: Json) -> None:
    text = service.world.sign(claims_of(service.world.token()) | {"cnf": cnf})
    assert service.refusal(text).reason is Reason.PROOF_REQUIRED
