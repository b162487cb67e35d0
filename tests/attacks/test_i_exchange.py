"""I6 in the whole pipeline: what is bound stays bound, and says so."""

import itertools
from collections.abc import Iterator
from functools import partial

import pytest

from federation.model.json import Json
from tests.support.attacked_bridge import PLAIN, Attacked, Connection, attacked, by_assertion, issued, issued_claims
from tests.support.delegation_world import claims_of
from tests.support.dpop import ath, jkt
from tests.support.exchange_world import AUDIENCE, body
from tests.support.jose_keys import ec_key

KEYS = [ec_key(f"hop-{number}") for number in range(4)]
REQUIRED = ("invalid_request", "proof_required")


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        made.let_impersonate()
        yield made


def test_I6_a_bound_token_is_of_type_DPoP_and_an_unbound_one_is_a_bearers(bridge: Attacked) -> None:
    bound, unbound = bridge.post(None, bridge.proving(KEYS[0])), bridge.post()
    assert (body(bound)["token_type"], issued_claims(bound)["cnf"]) == ("DPoP", {"jkt": jkt(KEYS[0])})
    assert (body(unbound)["token_type"], issued_claims(unbound).get("cnf")) == ("Bearer", None)


def test_I6_no_hop_of_a_chain_of_keys_makes_an_unbound_token(bridge: Attacked) -> None:
    token = bridge.token(None, bridge.proving(KEYS[0]))
    for old, new in itertools.pairwise(KEYS):
        for over in (PLAIN, bridge.proving(new), bridge.proving(ec_key("stranger"))):
            bridge.refused_unsigned(partial(bridge.post, token, over), *REQUIRED)
        vouched = bridge.proof(old, ath=ath(token), cnf={"jkt": jkt(new)})
        answer = bridge.post(token, bridge.proving(new), subject_token_proof=vouched)
        token = issued(answer)
        assert (body(answer)["token_type"], claims_of(token)["cnf"]) == ("DPoP", {"jkt": jkt(new)})


@pytest.mark.parametrize("presented", ["foreign", "own"])
def test_I6_the_old_keys_word_alone_binds_to_nothing(bridge: Attacked, presented: str) -> None:
    token = bridge.foreign(cnf={"jkt": jkt(KEYS[0])})
    if presented == "own":
        token = bridge.token(token, bridge.proving(KEYS[0]))
    alone = bridge.proof(KEYS[0], ath=ath(token), cnf={"jkt": jkt(KEYS[1])})
    bridge.refused_unsigned(
        lambda: bridge.post(token, subject_token_proof=alone), "invalid_dpop_proof", "unrelated_proof"
    )


@pytest.mark.parametrize("method", ["foreign", "own"])
def test_I6_the_answer_never_says_bearer_where_there_is_a_key(bridge: Attacked, method: str) -> None:
    token = None if method == "foreign" else bridge.token(None, bridge.proving(KEYS[0]))
    answer = bridge.post(token, bridge.proving(KEYS[0]))
    assert body(answer)["token_type"] == "DPoP"


@pytest.mark.parametrize("demanded", ["dpop", "any"])
def test_I6_where_an_audience_demands_a_key_nobody_gets_a_bearers_token(bridge: Attacked, demanded: str) -> None:
    bridge.world.write({**AUDIENCE, "sender_constraint": demanded})
    unbound: list[Connection] = [PLAIN, Connection(headers=(("authorization-dpop", "x"),))]
    for over in unbound:
        bridge.refused_unsigned(partial(bridge.post, None, over), *REQUIRED)
    assert body(bridge.post(None, bridge.proving(KEYS[0])))["token_type"] == "DPoP"


def test_I6_a_policys_demand_holds_from_the_very_next_exchange(bridge: Attacked) -> None:
    bridge.token()
    demand: dict[str, Json] = {
        "kind": "Policy",
        "id": "bound",
        "cedar": '@require_proof("dpop") permit (principal, action == Action::"exchange", resource);',
    }
    bridge.world.write(demand)
    bridge.refused(bridge.post, *REQUIRED)
    bridge.token(None, bridge.proving(KEYS[0]))


@pytest.mark.parametrize("jkt_claimed", ["cnf", "jkt"])
def test_I6_a_claim_in_a_request_binds_nothing(bridge: Attacked, jkt_claimed: str) -> None:
    answer = bridge.post(None, **{jkt_claimed: '{"jkt":"x"}'})
    assert "cnf" not in issued_claims(answer)


def test_I6_a_client_that_asks_for_itself_gets_no_bearers_token(bridge: Attacked) -> None:
    bridge.register()
    bridge.refused(lambda: bridge.for_itself(scope="risk:read", **by_assertion(jti="c-1")), *REQUIRED)
    answer = bridge.for_itself(bridge.proving(KEYS[0]), scope="risk:read", **by_assertion(jti="c-2"))
    assert (body(answer)["token_type"], issued_claims(answer)["cnf"]) == ("DPoP", {"jkt": jkt(KEYS[0])})
