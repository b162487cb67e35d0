"""spiffe_jwt: a JWT-SVID as proof of a registered client."""

from typing import Any

import pytest

from federation.model.one_time import OneTimeUse, Purpose
from federation.model.trust import Kind
from federation.oauth.identifiers import SPIFFE_ASSERTION
from tests.support.client_world import GATEWAY, NOW, ClientWorld
from tests.support.issuer_world import BRIDGE
from tests.support.jose_keys import ec_key
from tests.support.jose_tokens import signed

WORKLOAD = "spiffe://acme.example/gateway"
MESH: dict[str, Any] = {
    "provider": "spiffe",
    "issuer": "spiffe://acme.example",
    "algorithms": ["ES256"],
    "keys": {"jwks": {"keys": [ec_key("mesh").jwk(use="jwt-svid")]}},
}


def svid(key: str = "mesh", **changes: Any) -> str:  # noqa: ANN401 (claims)
    claims = {"sub": WORKLOAD, "aud": [BRIDGE], "exp": NOW + 300, "iat": NOW, **changes}
    return signed({"alg": "ES256", "kid": "mesh"}, claims, ec_key(key), "ES256")


def sent(text: str, **parts: Any) -> dict[str, Any]:  # noqa: ANN401 (of a request)
    return {"client_id": GATEWAY, "client_assertion": text, "client_assertion_type": SPIFFE_ASSERTION, **parts}


@pytest.fixture
def world() -> ClientWorld:
    world = ClientWorld()
    world.trust.add(Kind.ISSUER, "acme-mesh", MESH)
    world.register({"method": "spiffe_jwt", "spiffe_id": WORKLOAD, "issuer": "acme-mesh"})
    return world


def test_the_workload_is_the_client_as_often_as_it_likes(world: ClientWorld) -> None:
    caller = world.ask(**sent(svid()))
    assert (caller.client_id, caller.one_time) == (GATEWAY, ())
    assert [document.ref.id for document in caller.documents] == [GATEWAY, "acme-mesh"]
    assert world.ask(**sent(svid(aud=BRIDGE))).client_id == GATEWAY


def test_the_older_name_of_an_assertion_will_do(world: ClientWorld) -> None:
    assert world.ask(client_id=GATEWAY, client_assertion=svid()).client_id == GATEWAY


def test_an_svid_with_a_jti_is_for_once(world: ClientWorld) -> None:
    uses = world.ask(**sent(svid(jti="j"))).one_time
    assert uses == (OneTimeUse(Purpose.CLIENT_ASSERTION, (GATEWAY, "j"), NOW + 360),)


WRONG: dict[str, tuple[str, str]] = {
    "another workload": (svid(sub="spiffe://acme.example/other"), "another workload"),
    "another trust domain": (svid(sub="spiffe://other.example/gateway"), "identity_refused"),
    "another key": (svid("other"), "bad_signature"),
    "an audience besides us": (svid(aud=[BRIDGE, "https://other.example.com"]), "claim aud"),
    "another audience": (svid(aud=f"{BRIDGE}/token"), "aud is not"),
    "expired": (svid(exp=NOW - 120, iat=NOW - 300), "token_expired"),
}


@pytest.mark.parametrize("name", WRONG)
def test_any_other_token_is_no_proof(world: ClientWorld, name: str) -> None:
    text, detail = WRONG[name]
    assert detail in world.refusal(**sent(text))


def test_L8_the_subject_token_is_no_assertion_however_its_signature_is_spelled(world: ClientWorld) -> None:
    for subject in (svid(), svid()):
        assert "as an assertion" in world.refusal(**sent(svid(), subject_token=subject))
        assert "as an assertion" in world.refusal(**sent(svid(), actor_token=subject))


def test_a_trust_domain_that_is_not_trusted_any_more_vouches_for_nobody(world: ClientWorld) -> None:
    world.trust.add(Kind.ISSUER, "acme-mesh", {**MESH, "enabled": False})
    world.known.forget()
    assert "disabled or deleted" in world.refusal(**sent(svid()))


def test_without_a_name_in_the_body_an_svid_is_nobodys(world: ClientWorld) -> None:
    assert "unknown" in world.refusal(client_assertion=svid(), client_assertion_type=SPIFFE_ASSERTION)
