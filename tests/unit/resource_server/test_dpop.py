"""Tokens that are bound to a key."""

import asyncio
import json
from hashlib import sha256
from threading import get_ident
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from federation.model.binding import Binding
from federation.model.json import Json
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.identifiers import PROOF_ALGORITHMS
from federation.oauth.reasons import Reason
from federation.resource_server.dpop import WINDOW, DpopProofs, DpopRequest, InvalidProof, certificate_thumbprint
from federation.resource_server.replays import RememberedProofs
from tests.support.dpop import ath, jkt, proof_header
from tests.support.dpop import proof as proof_of
from tests.support.fake_clock import FixedClock
from tests.support.issued_world import NOW, claims_of, made_from
from tests.support.jose_keys import JoseKey, b64u, ec_key, ed25519_key, key_for
from tests.support.jose_tokens import signed
from tests.support.verifying_service import Service
from tests.support.x509_authority import authority

URL = "https://risk.example.com/scores"


@pytest.fixture
def service() -> Service:
    return Service()


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
    assert service.refusal(token, dpop=shown).reason is Reason.PROOF_REPLAYED


def test_J8_a_proof_is_remembered_for_as_long_as_it_would_be_taken(service: Service) -> None:
    """One that was made by a clock ahead of ours is good for two minutes."""
    key = ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    ahead = proof(key, token, iat=NOW + WINDOW)
    service.accepts(token, dpop=ahead)
    for _ in range(2 * WINDOW // 40):
        service.world.clock.advance(40)
        assert service.refusal(token, dpop=ahead).reason is Reason.PROOF_REPLAYED


def test_J13_what_would_make_us_forget_is_refused_and_time_makes_room() -> None:
    clock, key = FixedClock(NOW), ec_key("holder")
    proofs = DpopProofs(clock.now, most=3)

    def spend(request: DpopRequest) -> None:
        proofs.spend(proofs.read(request, "token"))

    def shown(number: int) -> DpopRequest:
        return proof(key, "token", jti=f"p-{number}", iat=int(clock.at))

    first = shown(0)
    for request in (first, shown(1), shown(2)):
        spend(request)
    with pytest.raises(TemporarilyUnavailable):
        spend(shown(3))
    with pytest.raises(InvalidProof):
        spend(first)
    clock.advance(2 * WINDOW + 1)
    spend(shown(4))


def test_J13_only_the_holder_of_a_key_uses_up_what_is_remembered() -> None:
    """A token that was stolen, with proofs by another key, would else keep its holder out."""
    service, key = Service(replays=RememberedProofs(lambda: float(NOW), most=2)), ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    for number in range(3):
        service.refusal(token, dpop=proof(ec_key("thief"), token, jti=f"t-{number}"))
        service.refusal(service.world.token(), dpop=proof(key, token, jti=f"u-{number}"))
    service.accepts(token, dpop=proof(key, token))


class Store:
    """Where proofs are remembered: `answer`, or what it raises."""

    def __init__(self, answer: Any) -> None:  # noqa: ANN401
        self.answer = answer
        self.threads = set[int]()

    def claim(self, name: str, until: float) -> bool:
        assert (name, until) != ("", 0)
        self.threads.add(get_ident())
        if isinstance(self.answer, Exception):
            raise self.answer
        answer: bool = self.answer
        return answer


@pytest.mark.parametrize("fault", [OSError("away"), RuntimeError("a driver's own")])
def test_a_proof_is_not_taken_while_the_store_of_used_ones_cannot_tell(fault: Exception) -> None:
    service, key = Service(replays=Store(answer=fault)), ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    refusal = service.refusal(token, dpop=proof(key, token))
    assert (refusal.reason, refusal.http_status) == (Reason.STORE_UNAVAILABLE, 503)


def test_an_answer_of_the_store_that_is_no_yes_is_a_no() -> None:
    service, key = Service(replays=Store(answer=None)), ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    assert service.refusal(token, dpop=proof(key, token)).reason is Reason.PROOF_REPLAYED


def test_a_store_that_is_slow_does_not_hold_up_the_event_loop() -> None:
    store, key = Store(answer=True), ec_key("holder")
    service = Service(replays=store)
    token = service.world.token(made_from(binding=bound_to(key)))
    asyncio.run(service.verifier.verify_async(token, dpop=proof(key, token)))
    assert store.threads.isdisjoint({get_ident()})


def test_J3_a_private_key_in_the_header_proves_nothing(service: Service) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    whole = ECAlgorithm.to_jwk(private, as_dict=True)
    public = {name: whole[name] for name in ("crv", "kty", "x", "y")}
    binding = Binding(jkt=b64u(sha256(json.dumps(public, separators=(",", ":")).encode()).digest()))
    token = service.world.token(made_from(binding=binding))

    def shown(jti: str, **more: str) -> DpopRequest:
        claims = {"jti": jti, "htm": "GET", "htu": URL, "iat": NOW, "ath": ath(token)}
        header = {"typ": "dpop+jwt", "jwk": {**public, **more}}
        return DpopRequest(jwt.encode(claims, private, "ES256", header), "GET", URL)

    assert service.refusal(token, dpop=shown("p-1", d=whole["d"])).reason is Reason.MALFORMED_PROOF
    service.accepts(token, dpop=shown("p-2"))


def test_K6_a_proof_beside_the_certificate_that_a_token_is_bound_to_is_refused(service: Service) -> None:
    """Whoever asks with a proof believes that it counts."""
    certificate, key = authority("holder").pem, ec_key("holder")
    token = service.world.token(made_from(binding=Binding(x5t_s256=certificate_thumbprint(certificate))))
    service.accepts(token, certificate=certificate)
    refusal = service.refusal(token, certificate=certificate, dpop=proof(key, token))
    assert refusal.reason is Reason.PROOF_REQUIRED


def test_a_second_key_in_a_binding_is_not_overlooked(service: Service) -> None:
    key = ec_key("holder")
    claims = claims_of(service.world.token(made_from(binding=bound_to(key))))
    text = service.world.sign(claims | {"cnf": {**claims["cnf"], "kid": "another"}})
    assert service.refusal(text, dpop=proof(key, text)).reason is Reason.PROOF_REQUIRED


def test_a_bound_token_without_proof_is_refused(service: Service) -> None:
    for binding in (bound_to(ec_key("holder")), Binding(x5t_s256="thumb")):
        assert service.refusal(service.world.token(made_from(binding=binding))).reason is Reason.PROOF_REQUIRED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"htm": "POST"}, Reason.WRONG_PROOF_TARGET),
        ({"htu": "https://other.example.com/scores"}, Reason.WRONG_PROOF_TARGET),
        ({"htu": URL + "/x"}, Reason.WRONG_PROOF_TARGET),
        ({"iat": NOW - 61}, Reason.STALE_PROOF),
        ({"iat": NOW + 61}, Reason.STALE_PROOF),
        ({"jti": None}, Reason.INCOMPLETE_PROOF),
        ({"jti": ["p-1"]}, Reason.INCOMPLETE_PROOF),
        ({"ath": "another"}, Reason.WRONG_PROOF_TOKEN),
    ],
)
def test_a_proof_of_something_else_says_of_what(service: Service, changes: dict[str, Any], reason: Reason) -> None:
    key = ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    refusal = service.refusal(token, dpop=proof(key, token, **changes))
    assert (type(refusal), refusal.reason) == (InvalidProof, reason)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": "now"},
        {"iat": 10**400},
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
def test_a_proof_that_is_malformed_is_refused(service: Service, changes: dict[str, Any]) -> None:
    key = ec_key("holder")
    token = service.world.token(made_from(binding=bound_to(key)))
    assert service.refusal(token, dpop=proof(key, token, **changes)).reason is Reason.MALFORMED_PROOF


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
    assert service.refusal(token, dpop=shown).reason is Reason.MALFORMED_PROOF


def test_J3_a_curve_of_another_name_proves_nothing(service: Service) -> None:
    key = ed25519_key()
    token = service.world.token(made_from(binding=Binding(jkt=jkt(key))))
    for alg, crv in (("Ed25519", "Ed448"), ("EdDSA", "X25519"), ("ES256", "Ed25519")):
        header = proof_header(key, alg, jwk={**key.public, "crv": crv})
        shown = proof_of(key, alg, header=header, htm="GET", htu=URL, iat=NOW, ath=ath(token))
        assert service.refusal(token, dpop=DpopRequest(shown, "GET", URL)).reason is Reason.MALFORMED_PROOF


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
