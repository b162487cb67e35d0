"""What a token says of where it comes from, and what must not have been revoked."""

import pytest

from federation.model.authorization import Link
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING, keys_of
from federation.model.tokens import Caller
from tests.support.policy_world import Decisions, agent, outcome_of, own, registered, root
from tests.support.trust_values import NOW, audience

BRIDGE = audience("bridge", resource="https://federation.example.com")
FIRST = Link("j-0", "gateway", "acme-sync", "acme")


def test_a_token_made_of_a_foreign_one_has_nothing_of_ours_behind_it() -> None:
    decision = Decisions().decide()
    assert (decision.provenance.chain, decision.provenance.actor_issuer) == ((), None)


def test_every_token_of_ours_behind_a_token_is_named_oldest_first() -> None:
    subject = own(client_id="gateway", chain=(FIRST,))
    decision = Decisions().decide(subject=subject, acting=agent())
    assert decision.provenance.chain == (FIRST, Link("j-1", "gateway", "acme-sync", "acme"))
    assert (decision.provenance.actor, decision.provenance.actor_issuer) == ("planner@7", "agents")


def test_who_held_the_token_is_what_the_link_names() -> None:
    subject = own(act={"sub": "agent/other"}, current_actor="other", holder_issuer="agents")
    held = root(may_act=("agent/*",))
    decision = Decisions().decide(subject=subject, acting=agent(), who=held)
    assert decision.provenance.chain == (Link("j-1", "partner/acme/sync", "other", "agents"),)


def test_an_actors_token_of_ours_is_behind_the_token_too() -> None:
    actor = agent(own(jti="j-9", client_id="agent/planner", mapping="planner", issuer="agents", audiences=("bridge",)))
    decision = Decisions((audience(), BRIDGE)).decide(subject=own(chain=(FIRST,)), acting=actor)
    assert [link.jti for link in decision.provenance.chain] == ["j-0", "j-1", "j-9"]


@pytest.mark.parametrize(("links", "fits"), [(7, True), (8, False)])
def test_a_line_has_up_to_eight_tokens(links: int, *, fits: bool) -> None:
    chain = tuple(Link(f"j-{number + 2}", "c", "m", "i") for number in range(links))
    if fits:
        assert len(Decisions().decide(subject=own(chain=chain), acting=agent()).provenance.chain) == 8
    else:
        error = Decisions().refused(subject=own(chain=chain), acting=agent())
        assert outcome_of(error) == ("invalid_request", "chain_too_long")


def keys(what: RevocationTarget, *values: str) -> set[RevocationKey]:
    return {RevocationKey(what, value) for value in values}


@pytest.mark.parametrize(("caller", "named"), [(Caller(), ()), (registered(), ("gateway",))])
def test_a_foreign_token_falls_under_its_issuer_mapping_principal_and_client(
    caller: Caller, named: tuple[str, ...]
) -> None:
    (proof,) = Decisions().decide(caller=caller).not_revoked
    assert proof.issued_at == NOW
    assert set(proof.keys) == {
        EVERYTHING,
        *keys(RevocationTarget.ISSUER, "acme"),
        *keys(RevocationTarget.MAPPING, "acme-sync"),
        *keys(RevocationTarget.PRINCIPAL, "partner/acme/sync"),
        RevocationKey(RevocationTarget.PRINCIPAL, "partner/acme/sync", "acme"),
        *keys(RevocationTarget.CLIENT, *named),
    }


def test_one_of_ours_falls_under_everything_that_it_says_and_its_actor_under_its_own() -> None:
    subject = own(chain=(FIRST,))
    theirs, actors = Decisions().decide(subject=subject, acting=agent()).not_revoked
    assert subject.own is not None
    assert set(theirs.keys) == keys_of(subject.own)
    assert {RevocationKey(RevocationTarget.JTI, "j-0"), RevocationKey(RevocationTarget.TXN, "c-0")} <= set(theirs.keys)
    assert {*keys(RevocationTarget.ISSUER, "agents"), *keys(RevocationTarget.MAPPING, "planner")} <= set(actors.keys)


def test_the_same_decision_names_the_same_keys_in_the_same_order() -> None:
    first, again = (Decisions().decide(subject=own(chain=(FIRST,)), acting=agent()) for _ in range(2))
    assert first == again
