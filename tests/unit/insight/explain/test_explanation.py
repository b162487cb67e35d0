"""An explanation says what was decided, and why, step by step."""

import json

import pytest
from msgspec.structs import replace

from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.explain.steps import ORDER, Explanation
from federation.insight.render import render
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json
from tests.support.admin_trust import (
    ACTORS,
    AUDIENCE,
    BRIDGE,
    CLAIMS,
    ISSUER,
    MAPPING,
    NOW,
    policy,
    trust,
)
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

ZONE: dict[str, Json] = {"kind": "Zone", "id": "corp", "cidrs": ["192.0.2.0/24"]}
CORP_ONLY = policy("corp-only", 'forbid (principal, action, resource) unless { context.network.zone == "corp" };')
ASKING = Question(Identity(CLAIMS), NOW, audiences=("risk-engine",))


def explained(question: Question = ASKING, *bodies: dict[str, Json], snapshot: Snapshot | None = None) -> Explanation:
    return explain(snapshot or trust(*bodies), question, BRIDGE)


def claiming(**changes: Json) -> Question:
    return replace(ASKING, subject=Identity({**CLAIMS, **changes}))


def refused(question: Question, *bodies: dict[str, Json]) -> tuple[str, str]:
    """Where and why."""
    explanation = explained(question, *bodies)
    assert not explanation.allowed
    assert explanation.decision is None
    assert explanation.refusal is not None
    assert explanation.step(explanation.refusal.step).outcome == "refused"
    return explanation.refusal.step, explanation.refusal.reason


def token(**changes: Json) -> str:
    key = rsa_key()
    claims: dict[str, Json] = {**CLAIMS, "aud": BRIDGE, "iat": NOW, "exp": NOW + 600, "jti": "j-1", **changes}
    return signed({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, claims, key)


def test_what_is_allowed_is_told_with_the_token_that_would_come_of_it() -> None:
    explanation = explained()
    assert explanation.allowed
    assert explanation.decision is not None
    assert explanation.decision.principal == "partner/acme/sync"
    assert explanation.decision.scopes == ("risk:read",)
    assert explanation.decision.expires_at == NOW + 300
    assert [step.step for step in explanation.steps] == list(ORDER)
    assert {step.outcome for step in explanation.steps} == {"ok", "skipped"}


def test_bare_claims_need_no_times_and_say_what_was_assumed() -> None:
    assert explained().step("claims").facts["assumed"] == ["aud", "iat", "exp"]
    assert refused(claiming(exp=NOW - 600)) == ("claims", "token_expired")


def test_an_issuer_of_nearly_that_name_is_shown() -> None:
    question = claiming(iss="https://idp.example.com/")
    assert refused(question) == ("issuer", "untrusted_issuer")
    near = explained(question).step("issuer").facts["near"]
    assert near == [{"id": "acme", "issuer": "https://idp.example.com", "audiences": [], "enabled": True}]


def test_a_mapping_that_no_index_would_have_found_is_shown_with_its_differences() -> None:
    question = claiming(sub="worker-2")
    assert refused(question) == ("mapping", "no_mapping")
    near = explained(question).step("mapping").facts["near"]
    assert isinstance(near, list)
    assert near[0] == {
        "mapping": "acme-sync",
        "missed": [{"claim": "sub", "wanted": "worker", "got": "worker-2"}],
        "enabled": True,
    }


def test_a_disabled_mapping_is_near() -> None:
    near = explained(ASKING, {**MAPPING, "enabled": False}).step("mapping").facts["near"]
    assert isinstance(near, list)
    assert near[0] == {"mapping": "acme-sync", "missed": [], "enabled": False}


@pytest.mark.parametrize(
    ("question", "bodies", "where"),
    [
        (ASKING, [{**ISSUER, "enabled": False}], ("issuer", "untrusted_issuer")),
        (claiming(aud="somebody"), [], ("issuer", "wrong_audience")),
        (claiming(nbf=True), [], ("claims", "malformed_claims")),
        (replace(ASKING, audiences=()), [], ("targets", "missing_target")),
        (replace(ASKING, audiences=("bridge",)), [], ("targets", "target_not_granted")),
        (replace(ASKING, scopes=("risk:all",)), [], ("scopes", "scope_not_granted")),
        (ASKING, [{**AUDIENCE, "enabled": False}], ("targets", "target_not_granted")),
        (ASKING, [CORP_ONLY], ("policy", "policy_denied")),
        (claiming(exp=NOW + 10), [], ("lifetime", "token_expires_too_soon")),
        (replace(ASKING, client="nobody"), [], ("client", "client_authentication_failed")),
        (replace(ASKING, actor=Identity({**CLAIMS, "sub": "nobody"})), [], ("actor", "no_mapping")),
        (replace(ASKING, actor=Identity({**CLAIMS, "sub": "planner"})), [], ("actor", "actor_not_permitted")),
        (replace(ASKING, subject=Identity(token="a.b")), [], ("issuer", "malformed_token")),
    ],
)
def test_a_refusal_is_told_at_its_step(
    question: Question, bodies: list[dict[str, Json]], where: tuple[str, str]
) -> None:
    assert refused(question, *bodies) == where


def test_what_comes_after_a_refusal_was_not_reached() -> None:
    explanation = explained(replace(ASKING, audiences=("bridge",)))
    assert [step.outcome for step in explanation.steps] == [
        *("ok", "ok", "ok", "ok", "skipped", "refused"),
        *("skipped", "skipped", "skipped", "skipped", "skipped", "skipped"),
    ]


def test_ceilings_are_shown_side_by_side() -> None:
    explanation = explained(replace(ASKING, scopes=("risk:all",)), {**AUDIENCE, "scopes": ["risk:read", "risk:all"]})
    assert explanation.step("scopes").facts["ceilings"] == [
        {
            "audience": "risk-engine",
            "mapping": ["risk:read", "risk:write"],
            "client": None,
            "exist": ["risk:read", "risk:all"],
            "ceiling": ["risk:read"],
            "default": ["risk:read"],
        }
    ]


def test_every_policy_that_determined_it_is_shown_with_its_effect_and_obligations() -> None:
    short = policy("short", '@max_ttl("60s") permit (principal, action, resource);')
    explanation = explained(ASKING, short, ZONE)
    assert explanation.decision is not None
    assert explanation.decision.lifetime == 60
    decisions = explanation.step("policy").facts["decisions"]
    assert isinstance(decisions, list)
    assert decisions[0]["policies"] == [
        {"policy": "default", "version": 0, "effect": "permit", "obligations": {}},
        {"policy": "short", "version": 1, "effect": "permit", "obligations": {"max_ttl": 60}},
    ]
    assert explanation.step("obligations").facts["max_ttl"] == 60


def test_a_forbid_is_shown_with_the_zone_that_it_saw() -> None:
    explanation = explained(replace(ASKING, source_ip="203.0.113.9"), CORP_ONLY, ZONE)
    decisions = explanation.step("policy").facts["decisions"]
    assert isinstance(decisions, list)
    assert (decisions[0]["zone"], decisions[0]["policies"][0]["policy"]) == (None, "corp-only")
    assert explained(replace(ASKING, source_ip="192.0.2.9"), CORP_ONLY, ZONE).allowed


def test_the_first_step_of_a_token_says_whether_its_signature_was_checked() -> None:
    checked = explained(replace(ASKING, subject=Identity(token=token())))
    assert (checked.allowed, checked.step("issuer").facts["signature"]) == (True, "checked")
    elsewhere: dict[str, Json] = {**ISSUER, "keys": {"discovery": True}}
    unchecked = explained(replace(ASKING, subject=Identity(token=token())), elsewhere)
    assert (unchecked.allowed, unchecked.step("issuer").facts["signature"]) == (False, "not checked")
    assert unchecked.undecided is not None
    assert unchecked.undecided.startswith("the signature of the subject token was not checked")
    assert "bare claims" in str(explained().step("issuer").facts["signature"])


def test_a_token_that_somebody_else_signed_is_refused_where_its_keys_are_known() -> None:
    header, claims, _ = token().split(".")
    forged = f"{header}.{claims}.{token(sub='other').split('.')[2]}"
    assert refused(replace(ASKING, subject=Identity(token=forged))) == ("claims", "bad_signature")


def test_of_a_token_nothing_is_assumed() -> None:
    assert refused(replace(ASKING, subject=Identity(token=token(exp=NOW - 100)))) == ("claims", "token_expired")


def test_an_actor_is_told_with_its_mapping_and_the_chain() -> None:
    question = replace(ASKING, actor=Identity({**CLAIMS, "sub": "planner"}))
    explanation = explained(question, {**MAPPING, "may_act": ["agent/*"]})
    assert explanation.decision is not None
    assert explanation.decision.act == {"sub": "agent/planner"}
    assert explanation.step("actor").facts["mapping"] == "planner"


def test_a_token_of_ours_is_explained_by_what_stands_behind_it() -> None:
    ours: dict[str, Json] = {
        "iss": BRIDGE,
        "sub": "partner/acme/sync",
        "aud": "risk-engine",
        "scope": "risk:read",
        "env": "prod",
        "tenant": "acme",
        "fed": {"iss": "acme", "mapping": "acme-sync@1"},
    }
    question = replace(ASKING, subject=Identity(ours), actor=Identity({**CLAIMS, "sub": "planner"}))
    mapping: dict[str, Json] = {**MAPPING, "may_act": ["agent/*"]}
    assert explained(question, mapping).allowed
    assert refused(replace(question, scopes=("risk:write",)), mapping) == ("scopes", "scope_not_granted")
    assert refused(question, {**mapping, "enabled": False}) == ("mapping", "no_mapping")


def test_claims_that_no_jwt_carries_are_of_the_issuer_that_is_named() -> None:
    aws: dict[str, Json] = {
        **ISSUER,
        "id": "aws",
        "provider": "aws",
        "issuer": "https://sts.eu-west-1.amazonaws.com",
        "keys": {"caller_identity": True},
    }
    rule: dict[str, Json] = {**MAPPING, "id": "role", "issuer": "aws", "match": {"role_id": "AROA1"}}
    identity = Identity({"sub": "AROA1", "role_id": "AROA1"}, issuer="aws")
    assert explained(replace(ASKING, subject=identity), aws, rule).allowed
    assert refused(replace(ASKING, subject=replace(identity, issuer="gone")), aws) == ("issuer", "untrusted_issuer")


def test_the_same_question_has_the_same_explanation_and_leaves_the_documents_alone() -> None:
    snapshot = trust(CORP_ONLY, ZONE, ACTORS)
    before = dict(snapshot.documents)
    question = replace(ASKING, source_ip="203.0.113.9", scopes=("risk:read",))
    assert explained(question, snapshot=snapshot) == explained(question, snapshot=snapshot)
    assert snapshot.documents == before


def test_an_explanation_is_json() -> None:
    for question in (ASKING, claiming(sub="nobody"), replace(ASKING, subject=Identity(token=token()))):
        rendered = render(explained(question, CORP_ONLY, ZONE))
        assert json.loads(json.dumps(rendered)) == rendered
