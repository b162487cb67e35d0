"""J8 to J10 in the whole pipeline: a DPoP proof is for one request, fresh by our own nonce, and by the right key."""

from collections.abc import Iterator
from functools import partial

import pytest

from federation.model.json import Json
from federation.oauth.http import HttpResponse
from federation.verification.proofs.token_request import PERIOD
from tests.support.attacked_bridge import Attacked, Connection, attacked, issued, issued_claims
from tests.support.delegation_world import claims_of
from tests.support.dpop import ath, jkt, proof
from tests.support.exchange_world import NOW, body
from tests.support.jose_keys import JoseKey, ec_key, ed25519_key
from tests.support.jose_twins import twin

OLD, NEW, EVIL = ec_key("old"), ec_key("new"), ec_key("evil")
REPLAYED = ("invalid_dpop_proof", "proof_replayed")
UNRELATED = ("invalid_dpop_proof", "unrelated_proof")
REQUIRED = ("invalid_request", "proof_required")
NONCE = ("use_dpop_nonce", "dpop_nonce_required")


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        made.let_impersonate()
        yield made


def test_J8_a_proof_is_good_for_one_token(bridge: Attacked) -> None:
    over = bridge.proving(OLD)
    bridge.token(None, over)
    bridge.refused(lambda: bridge.post(None, over), *REPLAYED)
    bridge.token(None, bridge.proving(OLD))


def test_J8_of_fifty_uses_of_one_proof_at_once_one_wins(bridge: Attacked) -> None:
    over = bridge.proving(OLD)
    bridge.race(lambda: bridge.post(None, over), *REPLAYED)
    assert len(bridge.world.ledger.claims) == 1


def test_J8_a_jti_is_one_keys_own(bridge: Attacked) -> None:
    for key in (OLD, NEW):
        bridge.token(None, bridge.proving(key, jti="the-same"))
        bridge.refused(partial(bridge.post, None, bridge.proving(key, jti="the-same")), *REPLAYED)


def test_J8_the_twin_of_a_proof_is_the_same_use(bridge: Attacked) -> None:
    text = bridge.proof(OLD)
    bridge.token(None, Connection(twin(text)))
    for again in (text, twin(text)):
        bridge.refused(partial(bridge.post, None, Connection(again)), *REPLAYED)


def test_J8_a_cold_process_knows_what_was_used(bridge: Attacked) -> None:
    over = bridge.proving(OLD)
    bridge.token(None, over)
    bridge.world.restart()
    bridge.refused(lambda: bridge.post(None, over), *REPLAYED)


def test_J8_both_proofs_of_a_hop_are_used(bridge: Attacked) -> None:
    token = bridge.token(None, bridge.proving(OLD))
    vouched = bridge.proof(OLD, ath=ath(token), cnf={"jkt": jkt(NEW)})
    bridge.token(token, bridge.proving(NEW), subject_token_proof=vouched)
    fresh = bridge.proving(NEW)
    bridge.refused(lambda: bridge.post(token, fresh, subject_token_proof=vouched), *REPLAYED)
    bridge.token(None, fresh)  # it was not used up by what was refused


def test_J9_the_first_answer_is_a_nonce_and_the_second_a_token(bridge: Attacked) -> None:
    answer = bridge.refused(lambda: bridge.post(None, Connection(proof(OLD, iat=NOW))), *NONCE)
    nonce = answer.headers["dpop-nonce"]
    given = issued_claims(bridge.post(None, Connection(proof(OLD, iat=NOW, jti="again", nonce=nonce))))
    assert given["cnf"] == {"jkt": jkt(OLD)}


def test_J9_nothing_is_signed_for_whoever_has_no_nonce(bridge: Attacked) -> None:
    for nonce in ("", "forged", "A" * 32):
        bridge.refused_unsigned(partial(bridge.post, None, bridge.proving(OLD, nonce=nonce)), *NONCE)


def test_J9_the_nonce_of_the_previous_period_is_accepted_and_no_older_one(bridge: Attacked) -> None:
    nonce = bridge.world.nonces.fresh()
    bridge.world.clock.advance(PERIOD)
    bridge.token(None, bridge.proving(OLD, nonce=nonce))
    bridge.world.clock.advance(PERIOD)
    answer = bridge.refused(lambda: bridge.post(None, bridge.proving(OLD, nonce=nonce)), *NONCE)
    bridge.token(None, bridge.proving(OLD, nonce=answer.headers["dpop-nonce"]))


def test_J9_a_nonce_that_is_refused_uses_nothing_up(bridge: Attacked) -> None:
    text = proof(OLD, jti="one", iat=NOW)
    bridge.refused(lambda: bridge.post(None, Connection(text)), *NONCE)
    bridge.token(None, bridge.proving(OLD, jti="one"))


def test_J10_a_bound_token_is_exchanged_with_a_proof_of_its_key_alone(bridge: Attacked) -> None:
    token = bridge.token(None, bridge.proving(OLD))
    bridge.refused_unsigned(lambda: bridge.post(token), *REQUIRED)
    bridge.refused_unsigned(lambda: bridge.post(token, bridge.proving(EVIL)), *REQUIRED)
    assert issued_claims(bridge.post(token, bridge.proving(OLD)))["cnf"] == {"jkt": jkt(OLD)}


@pytest.mark.parametrize("new", [NEW, ed25519_key("new-ed")])
def test_J10_the_old_key_hands_on_to_the_one_that_it_names(bridge: Attacked, new: JoseKey) -> None:
    token, alg = bridge.token(None, bridge.proving(OLD)), "EdDSA" if new is not NEW else "ES256"
    vouched = bridge.proof(OLD, ath=ath(token), cnf={"jkt": jkt(new)})
    answer = bridge.post(token, Connection(bridge.proof(new, alg=alg)), subject_token_proof=vouched)
    assert issued_claims(answer)["cnf"] == {"jkt": jkt(new)}
    assert body(answer)["token_type"] == "DPoP"
    bridge.refused(lambda: bridge.post(issued(answer), bridge.proving(OLD)), *REQUIRED)


def test_J10_what_an_interceptor_has_does_not_fit_together(bridge: Attacked) -> None:
    """The token, both proofs of a request that never arrived, and a key of its own."""
    token, other = bridge.token(None, bridge.proving(OLD)), bridge.token(None, bridge.proving(OLD))
    vouched, header = bridge.proof(OLD, ath=ath(token), cnf={"jkt": jkt(NEW)}), bridge.proof(NEW)
    by_evil = bridge.proof(EVIL, ath=ath(token), cnf={"jkt": jkt(EVIL)})

    def refused(error: tuple[str, str], dpop: str, previous: str, presented: str = token) -> None:
        bridge.refused_unsigned(partial(_hop, bridge, presented, dpop, previous), *error)

    refused(UNRELATED, bridge.proof(EVIL), vouched)  # names another key
    refused(REQUIRED, bridge.proof(EVIL), by_evil)  # by a key that the token is not bound to
    refused(("invalid_dpop_proof", "wrong_proof_token"), bridge.proof(EVIL), header)  # made for the header
    refused(("invalid_dpop_proof", "wrong_proof_token"), bridge.proof(EVIL), bridge.proof(OLD))  # of another request
    refused(("invalid_dpop_proof", "wrong_proof_token"), header, vouched, other)  # made for another token
    refused(UNRELATED, vouched, vouched)
    assert issued_claims(_hop(bridge, token, header, vouched))["cnf"] == {"jkt": jkt(NEW)}


def _hop(bridge: Attacked, token: str, dpop: str, previous: str) -> HttpResponse:
    return bridge.post(token, Connection(dpop), subject_token_proof=previous)


def test_J10_a_proof_of_the_old_key_that_names_none_hands_nothing_on(bridge: Attacked) -> None:
    token = bridge.token(None, bridge.proving(OLD))
    namings: list[Json] = [None, {}, jkt(NEW), {"jkt": jkt(NEW), "kid": "x"}, {"jkt": ""}, {"jkt": jkt(OLD)}]
    for cnf in namings:
        previous = bridge.proof(OLD, ath=ath(token), cnf=cnf)
        bridge.refused_unsigned(partial(_hop, bridge, token, bridge.proof(NEW), previous), *UNRELATED)


def test_J10_a_foreign_token_that_is_bound_stays_bound(bridge: Attacked) -> None:
    from_elsewhere = bridge.foreign(cnf={"jkt": jkt(OLD)})
    bridge.refused_unsigned(lambda: bridge.post(from_elsewhere), *REQUIRED)
    bridge.refused_unsigned(lambda: bridge.post(from_elsewhere, bridge.proving(EVIL)), *REQUIRED)
    vouched = bridge.proof(OLD, ath=ath(from_elsewhere), cnf={"jkt": jkt(NEW)})
    made = bridge.token(from_elsewhere, bridge.proving(NEW), subject_token_proof=vouched)
    assert claims_of(made)["cnf"] == {"jkt": jkt(NEW)}
