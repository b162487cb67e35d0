"""H7 and H8 in the whole pipeline: real tokens in hands that they were not made for."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from federation.model.json import Json
from federation.model.trust import Selector
from federation.oauth.identifiers import TokenType
from tests.support.attacked_bridge import Attacked, Connection, attacked, by_assertion, issued_claims
from tests.support.client_world import GATEWAY
from tests.support.dpop import ath, jkt
from tests.support.exchange_world import MAPPING, subject_token
from tests.support.jose_keys import ec_key
from tests.support.x509_authority import authority, device, pem

A, B = GATEWAY, "acme-batch"
A_KEY, B_KEY, OURS, THEIRS = (ec_key(name) for name in ("client-a", "client-b", "ours", "theirs"))
REQUIRED = ("invalid_request", "proof_required")
NOT_PERMITTED = ("invalid_request", "client_not_permitted")


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    """Two clients of one tenant, and an agent that may act."""
    with attacked() as made:
        made.let_impersonate()
        made.register(A, A_KEY)
        made.register(B, B_KEY)
        made.world.write({**MAPPING, "may_act": ["agent/*"]}, Selector("sub", "worker"))
        agent = {**MAPPING, "id": "agent", "match": {"sub": "planner"}, "principal": "agent/planner"}
        made.world.write(agent, Selector("sub", "planner"))
        yield made


def as_client(bridge: Attacked, id_: str) -> dict[str, Json]:
    """Parameters of a client that proves itself afresh."""
    key = A_KEY if id_ == A else B_KEY
    return by_assertion(key=key, iss=id_, sub=id_, jti=bridge.name("assertion"))


def acting(**claims: Any) -> dict[str, Json]:  # noqa: ANN401  (claims)
    return {"actor_token": subject_token(sub="planner", **claims), "actor_token_type": TokenType.JWT.value}


def test_H7_a_stolen_bound_token_is_worth_nothing_to_the_thief(bridge: Attacked) -> None:
    token = bridge.token(None, bridge.proving(OURS))
    for over in (Connection(), bridge.proving(THEIRS), Connection(certificate=pem(authority().sign(device())))):
        bridge.refused_unsigned(partial(bridge.post, token, over), *REQUIRED)
        bridge.refused_unsigned(partial(bridge.post, token, over, **acting()), *REQUIRED)


def test_H7_a_bound_actor_token_takes_its_own_proof(bridge: Attacked) -> None:
    bound = acting(cnf={"jkt": jkt(OURS)})
    bridge.refused_unsigned(lambda: bridge.post(None, **bound), *REQUIRED)
    bridge.refused_unsigned(lambda: bridge.post(None, bridge.proving(THEIRS), **bound), *REQUIRED)
    assert issued_claims(bridge.post(None, bridge.proving(OURS), **bound))["cnf"] == {"jkt": jkt(OURS)}


def test_H7_two_tokens_with_two_keys_take_both(bridge: Attacked) -> None:
    subject = bridge.foreign(cnf={"jkt": jkt(OURS)})
    bound = acting(cnf={"jkt": jkt(THEIRS)})
    for key in (OURS, THEIRS):
        bridge.refused_unsigned(partial(bridge.post, subject, bridge.proving(key), **bound), *REQUIRED)
    vouched = bridge.proof(OURS, ath=ath(subject), cnf={"jkt": jkt(THEIRS)})
    given = issued_claims(bridge.post(subject, bridge.proving(THEIRS), subject_token_proof=vouched, **bound))
    assert given["cnf"] == {"jkt": jkt(THEIRS)}


@pytest.mark.parametrize("cnf", [{}, {"kid": "x"}, {"jwk": {}}, {"jkt": ""}, {"jkt": 7}, "x", [], None])
def test_H7_a_binding_that_we_do_not_understand_is_not_dropped(bridge: Attacked, cnf: Json) -> None:
    token = subject_token(cnf=cnf)
    bridge.refused_unsigned(lambda: bridge.post(token, bridge.proving(OURS)), *REQUIRED)


def test_H8_a_token_that_was_issued_to_one_client_is_no_others(bridge: Attacked) -> None:
    token = bridge.token(None, **as_client(bridge, A))
    bridge.refused_unsigned(lambda: bridge.post(token, **as_client(bridge, B)), *NOT_PERMITTED)
    bridge.refused_unsigned(lambda: bridge.post(token), *NOT_PERMITTED)
    assert issued_claims(bridge.post(token, **as_client(bridge, A)))["client_id"] == A


def test_H8_nor_is_what_came_of_it(bridge: Attacked) -> None:
    token = bridge.token(bridge.token(None, **as_client(bridge, A)), **as_client(bridge, A))
    bridge.refused_unsigned(lambda: bridge.post(token, **as_client(bridge, B)), *NOT_PERMITTED)


def test_H8_nor_may_it_say_who_acts(bridge: Attacked) -> None:
    """An agent's token that another client was given is nothing with which to act."""
    stolen = bridge.token(subject_token(sub="planner", jti="p-1"), **as_client(bridge, A))
    with_it: dict[str, Json] = {"actor_token": stolen, "actor_token_type": TokenType.ACCESS_TOKEN.value}
    response = bridge.post(None, **with_it, **as_client(bridge, B))
    assert response.status == 400
    assert len(bridge.left().released) == 1


def test_H8_an_actor_that_may_act_is_the_edge_between_two_clients(bridge: Attacked) -> None:
    token = bridge.token(None, **as_client(bridge, A))
    given = issued_claims(bridge.post(token, **acting(), **as_client(bridge, B)))
    assert (given["client_id"], given["act"]["sub"], given["sub"]) == (B, "agent/planner", "partner/acme/sync")


def test_H8_naming_a_client_without_proving_it_is_no_edge(bridge: Attacked) -> None:
    token = bridge.token(None, **as_client(bridge, A))
    bridge.refused_unsigned(
        lambda: bridge.post(token, client_id=A), "invalid_client", "client_authentication_failed", 401
    )


def test_H8_a_token_that_was_issued_to_nobody_in_particular_is_what_it_was(bridge: Attacked) -> None:
    token = bridge.token()
    assert issued_claims(bridge.post(token, **as_client(bridge, B)))["client_id"] == B
