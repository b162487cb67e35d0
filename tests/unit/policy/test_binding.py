"""Which key a token is bound to, and which proofs are asked for."""

import pytest
from msgspec.structs import replace

from federation.model.binding import Binding, ProvenKeys
from federation.model.json import Json
from federation.model.one_time import OneTimeUse
from federation.model.tokens import VerifiedToken
from federation.model.trust import ClientAuth
from tests.support.policy_world import Decisions, agent, client, outcome_of, own, registered, want
from tests.support.trust_values import NOW, audience, grant, mapped, verified

REQUIRED = ("invalid_request", "proof_required")
DPOP, CERTIFICATE = ProvenKeys(dpop="new"), ProvenKeys(certificate="leaf", certificate_expires_at=NOW + 200)
BOTH = ProvenKeys(dpop="new", certificate="leaf")


def bound(cnf: Json) -> VerifiedToken:
    return replace(verified(), claims={"sub": "worker", "cnf": cnf})


def to(constraint: str) -> Decisions:
    return Decisions((audience(sender_constraint=constraint),))


def test_a_dpop_key_that_was_shown_is_what_the_token_is_bound_to() -> None:
    assert Decisions().decide(proven=DPOP).binding == Binding(jkt="new")
    assert Decisions().decide().binding is None


def test_a_certificate_that_nobody_asked_for_binds_nothing() -> None:
    assert Decisions().decide(proven=CERTIFICATE).binding is None


@pytest.mark.parametrize(
    "cnf", [{"jkt": "old"}, {"x5t#S256": "x"}, {}, None, "x", {"jkt": ""}, {"jkt": 1}, {"kid": "x"}]
)
@pytest.mark.parametrize("proven", [ProvenKeys(), DPOP, CERTIFICATE, ProvenKeys(previous="x", certificate="old")])
def test_a_bound_token_is_worth_nothing_without_its_own_key(cnf: Json, proven: ProvenKeys) -> None:
    assert outcome_of(Decisions().refused(subject=bound(cnf), proven=proven)) == REQUIRED
    assert outcome_of(Decisions().refused(acting=agent(bound(cnf)), proven=proven)) == REQUIRED


@pytest.mark.parametrize("cnf", [{"jkt": "new", "x5t#S256": "leaf"}, {"jkt": "new", "jwk": {}}])
def test_a_confirmation_that_is_understood_in_part_is_not_understood(cnf: Json) -> None:
    assert outcome_of(Decisions().refused(subject=bound(cnf), proven=BOTH)) == REQUIRED


@pytest.mark.parametrize(
    ("cnf", "proven", "expected"),
    [
        ({"jkt": "new"}, DPOP, Binding(jkt="new")),
        ({"jkt": "old"}, ProvenKeys(dpop="new", previous="old"), Binding(jkt="new")),
        ({"jkt": "old"}, ProvenKeys(previous="old", certificate="leaf"), Binding(x5t_s256="leaf")),
        ({"x5t#S256": "leaf"}, CERTIFICATE, Binding(x5t_s256="leaf")),
        ({"x5t#S256": "leaf"}, BOTH, Binding(jkt="new")),
    ],
)
def test_a_bound_token_becomes_a_bound_token(cnf: Json, proven: ProvenKeys, expected: Binding) -> None:
    assert Decisions().decide(subject=bound(cnf), proven=proven).binding == expected


def test_a_key_that_only_vouches_for_another_binds_nothing_by_itself() -> None:
    error = Decisions().refused(subject=bound({"jkt": "old"}), proven=ProvenKeys(previous="old"))
    assert outcome_of(error) == REQUIRED


def test_a_key_that_vouches_for_the_subject_token_releases_no_actor_token_that_is_bound_to_it_too() -> None:
    """`subject_token_proof` names one token in its `ath`: whoever has another one has stolen it."""
    proven, stolen = ProvenKeys(dpop="new", previous="old"), agent(bound({"jkt": "old"}))
    for subject in (bound({"jkt": "old"}), bound({"jkt": "new"}), verified()):
        assert outcome_of(Decisions().refused(subject=subject, acting=stolen, proven=proven)) == REQUIRED
    shown = Decisions().decide(subject=bound({"jkt": "old"}), acting=agent(bound({"jkt": "new"})), proven=proven)
    assert shown.binding == Binding(jkt="new")


def test_our_own_bound_tokens_are_held_to_the_same() -> None:
    ours = own(binding=Binding(jkt="old"))
    assert outcome_of(Decisions().refused(subject=ours, acting=agent(), proven=DPOP)) == REQUIRED
    made = Decisions().decide(subject=ours, acting=agent(), proven=ProvenKeys(dpop="old"))
    assert made.binding == Binding(jkt="old")


def test_a_bound_actor_makes_a_bound_token() -> None:
    made = Decisions().decide(acting=agent(bound({"x5t#S256": "leaf"})), proven=CERTIFICATE)
    assert made.binding == Binding(x5t_s256="leaf")


@pytest.mark.parametrize(
    ("constraint", "proven", "expected"),
    [
        ("any", DPOP, Binding(jkt="new")),
        ("any", CERTIFICATE, Binding(x5t_s256="leaf")),
        ("dpop", BOTH, Binding(jkt="new")),
        ("mtls", CERTIFICATE, Binding(x5t_s256="leaf")),
    ],
)
def test_a_constraint_of_audience_client_or_policy_is_met(
    constraint: str, proven: ProvenKeys, expected: Binding
) -> None:
    assert to(constraint).decide(proven=proven).binding == expected
    constrained = registered(client(sender_constraint=constraint))
    assert Decisions().decide(caller=constrained, proven=proven).binding == expected
    if constraint != "any":
        by_policy = Decisions(texts={"p": f'@require_proof("{constraint}") permit (principal, action, resource);'})
        assert by_policy.decide(proven=proven).binding == expected


@pytest.mark.parametrize(
    ("constraint", "proven"),
    [("any", ProvenKeys()), ("dpop", CERTIFICATE), ("mtls", DPOP), ("mtls", BOTH), ("dpop", ProvenKeys())],
)
def test_a_constraint_that_is_not_met_is_a_refusal(constraint: str, proven: ProvenKeys) -> None:
    assert outcome_of(to(constraint).refused(proven=proven)) == REQUIRED
    constrained = registered(client(sender_constraint=constraint))
    assert outcome_of(Decisions().refused(caller=constrained, proven=proven)) == REQUIRED
    if constraint != "any":
        by_policy = Decisions(texts={"p": f'@require_proof("{constraint}") permit (principal, action, resource);'})
        assert outcome_of(by_policy.refused(proven=proven)) == REQUIRED


def test_of_several_constraints_all_must_be_met() -> None:
    world = Decisions((audience(sender_constraint="dpop"), audience("ledger", sender_constraint="mtls")))
    who = mapped(grant(), grant("ledger"))
    for proven in (DPOP, CERTIFICATE, BOTH):
        assert outcome_of(world.refused(want("risk-engine", "ledger"), proven=proven, who=who)) == REQUIRED


def test_a_client_that_proves_nothing_gets_no_bearer_token() -> None:
    public = registered(client(auth=ClientAuth("none")))
    assert outcome_of(Decisions().refused(caller=public)) == REQUIRED
    assert Decisions().decide(caller=public, proven=DPOP).binding == Binding(jkt="new")


@pytest.mark.parametrize(
    ("proven", "seen"), [(ProvenKeys(), "none"), (DPOP, "dpop"), (CERTIFICATE, "mtls"), (BOTH, "dpop")]
)
def test_policies_see_the_proof(proven: ProvenKeys, seen: str) -> None:
    policy = f'forbid (principal, action, resource) when {{ context.proof == "{seen}" }};'
    assert Decisions(texts={"p": policy}).refused(proven=proven).reason.value == "policy_denied"


def test_the_proof_that_a_policy_counted_on_binds_the_token() -> None:
    policy = 'forbid (principal, action, resource) unless { context.proof == "mtls" };'
    assert Decisions(texts={"p": policy}).decide(proven=CERTIFICATE).binding == Binding(x5t_s256="leaf")


def test_a_token_outlives_neither_the_certificate_it_is_bound_to_nor_the_clients() -> None:
    assert to("mtls").decide(proven=CERTIFICATE).expires_at == NOW + 200
    assert Decisions().decide(proven=CERTIFICATE).expires_at == NOW + 300
    assert Decisions().decide(caller=registered(expires_at=NOW + 100)).expires_at == NOW + 100
    assert Decisions().refused(caller=registered(expires_at=NOW + 29)).reason.value == "token_expires_too_soon"


def test_every_proof_is_spent_with_the_token() -> None:
    assertion, proof = OneTimeUse("client_assertion", ("gateway", "a"), NOW), OneTimeUse("dpop", ("new", "b"), NOW)
    decision = Decisions().decide(
        caller=registered(one_time=(assertion,)), proven=ProvenKeys(dpop="new", one_time=(proof,))
    )
    assert decision.one_time == (assertion, proof)
