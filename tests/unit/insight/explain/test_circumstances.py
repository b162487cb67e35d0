"""Clients, keys, people and scores as somebody supposes them."""

import pytest
from msgspec.structs import replace

from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.explain.steps import Explanation
from federation.model.json import Json
from federation.model.policy import Risk
from tests.support.admin_trust import AUDIENCE, BRIDGE, CLAIMS, MAPPING, NOW, policy, trust
from tests.support.jose_keys import rsa_key

CLIENT: dict[str, Json] = {
    "kind": "Client",
    "id": "gateway",
    "auth": {"method": "private_key_jwt", "jwks": {"keys": [rsa_key().jwk()]}},
    "audiences": ["risk-engine"],
    "scopes": ["risk:read"],
    "grants": ["token-exchange", "client-credentials"],
}
ASKING = Question(Identity(CLAIMS), NOW, audiences=("risk-engine",))
THROUGH = replace(ASKING, client="gateway")
NEEDS_YES = policy("yes", '@require_approval("a score") permit (principal, action, resource);')
NEEDS_KEY = policy("key", '@require_proof("dpop") permit (principal, action, resource);')
CALM = policy("calm", "forbid (principal, action, resource) when { context.risk.principal > 50 };")


def explained(question: Question, *bodies: dict[str, Json]) -> Explanation:
    return explain(trust(*bodies), question, BRIDGE)


@pytest.mark.parametrize(
    ("question", "bodies", "where"),
    [
        (replace(THROUGH, scopes=("risk:write",)), [CLIENT], ("scopes", "scope_not_granted")),
        (THROUGH, [{**CLIENT, "audiences": ["bridge"]}], ("targets", "target_not_granted")),
        (THROUGH, [{**CLIENT, "grants": ["client-credentials"]}], ("client", "grant_not_allowed")),
        (THROUGH, [{**CLIENT, "enabled": False}], ("client", "client_authentication_failed")),
        (THROUGH, [{**CLIENT, "tenant": "globex"}], ("client", "client_not_permitted")),
        (ASKING, [NEEDS_YES], ("obligations", "approval_pending")),
        (ASKING, [NEEDS_KEY], ("obligations", "proof_required")),
        (ASKING, [{**AUDIENCE, "sender_constraint": "mtls"}], ("obligations", "proof_required")),
        (replace(ASKING, risk=Risk(principal=60)), [CALM], ("policy", "policy_denied")),
        (
            replace(ASKING, authorization_details=({"type": "payment"},)),
            [],
            ("details", "details_not_granted"),
        ),
    ],
)
def test_a_ceiling_or_an_obligation_is_told_at_its_step(
    question: Question, bodies: list[dict[str, Json]], where: tuple[str, str]
) -> None:
    explanation = explained(question, *bodies)
    assert explanation.refusal is not None
    assert (explanation.refusal.step, explanation.refusal.reason) == where


@pytest.mark.parametrize(
    ("question", "bodies"),
    [
        (THROUGH, [CLIENT]),
        (replace(ASKING, approved_by="person/ada"), [NEEDS_YES]),
        (replace(ASKING, proof="dpop"), [NEEDS_KEY]),
        (replace(ASKING, proof="mtls"), [{**AUDIENCE, "sender_constraint": "mtls"}]),
        (replace(ASKING, risk=Risk(principal=50)), [CALM]),
    ],
)
def test_what_is_supposed_is_taken_as_shown(question: Question, bodies: list[dict[str, Json]]) -> None:
    assert explained(question, *bodies).allowed


def test_a_token_that_would_be_bound_says_by_what() -> None:
    bound = explained(replace(ASKING, proof="dpop"), NEEDS_KEY).decision
    assert bound is not None
    assert bound.binding == "dpop"
    free = explained(ASKING).decision
    assert free is not None
    assert free.binding is None


def test_a_bound_identity_is_supposed_to_prove_its_own_key() -> None:
    bound = Identity({**CLAIMS, "cnf": {"jkt": "key-1"}})
    assert not explained(replace(ASKING, subject=bound)).allowed
    assert explained(replace(ASKING, subject=bound, proof="dpop")).allowed
    assert not explained(replace(ASKING, subject=bound, proof="mtls")).allowed


def test_a_client_that_asks_for_itself_has_no_identity_to_explain() -> None:
    itself = replace(THROUGH, subject=None, proof="dpop")
    explanation = explained(itself, CLIENT)
    assert explanation.decision is not None
    assert explanation.decision.principal == "client/gateway"
    assert [explanation.step(name).outcome for name in ("issuer", "claims", "mapping")] == ["skipped"] * 3
    assert not explained(replace(itself, client=None), CLIENT).allowed
    assert not explained(replace(itself, proof="none"), CLIENT).allowed


def test_what_is_approved_is_approved_for_this_question_alone() -> None:
    approved = replace(ASKING, approved_by="person/ada")
    assert explained(approved, NEEDS_YES).allowed
    assert not explained(ASKING, NEEDS_YES, {**MAPPING, "may_act": []}).allowed
