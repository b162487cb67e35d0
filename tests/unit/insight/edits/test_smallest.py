"""What is suggested really allows the request, opens as little as can be, and never takes a policy away."""

import pytest
from msgspec.structs import replace

from federation.insight.edits.patch import Opens, Suggestion, patched
from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.explain.steps import Explanation
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind
from tests.support.admin_trust import AGENT, AUDIENCE, BRIDGE, CLAIMS, ISSUER, MAPPING, NOW, policy, trust
from tests.support.jose_keys import rsa_key

CLIENT: dict[str, Json] = {
    "kind": "Client",
    "id": "gateway",
    "auth": {"method": "private_key_jwt", "jwks": {"keys": [rsa_key().jwk()]}},
    "audiences": ["risk-engine"],
    "scopes": ["risk:read"],
}
LEDGER: dict[str, Json] = {"kind": "Audience", "id": "ledger", "environment": "prod", "scopes": ["book:read"]}
ADMIN: dict[str, Json] = {"kind": "Audience", "id": "federation-admin", "scopes": ["trust:write"]}
ZONE: dict[str, Json] = {"kind": "Zone", "id": "corp", "cidrs": ["192.0.2.0/24"]}
CORP_ONLY = policy(
    "corp-only",
    '@max_ttl("60s")\npermit (principal, action, resource);\n'
    "// not from anywhere\n"
    'forbid (principal, action, resource in Environment::"prod")\nunless { context.network.zone == "corp" };',
)
ASKING = Question(Identity(CLAIMS), NOW, audiences=("risk-engine",))
PLANNER = Identity({**CLAIMS, "sub": "planner"})


def claiming(**changes: Json) -> Question:
    return replace(ASKING, subject=Identity({**CLAIMS, **changes}))


def explained(snapshot: Snapshot, question: Question) -> Explanation:
    return explain(snapshot, question, BRIDGE)


def applied(snapshot: Snapshot, suggestion: Suggestion) -> Snapshot:
    """As an admin would: by the patch alone."""
    for edit in suggestion.edits:
        if edit.kind != "Request":
            ref = DocumentRef(Kind(edit.kind), edit.id)
            after = patched(snapshot.body(ref) or {}, edit.patch)
            assert after == edit.document_after
            snapshot = snapshot.with_body(after)
    return snapshot


def suggested(question: Question, *bodies: dict[str, Json]) -> list[str]:
    """The descriptions, pairs joined; those of documents alone are applied and asked again."""
    snapshot = trust(*bodies)
    explanation = explained(snapshot, question)
    assert not explanation.allowed
    for suggestion in explanation.suggestions:
        if all(edit.kind != "Request" for edit in suggestion.edits):
            assert explained(applied(snapshot, suggestion), question).allowed
    return [" + ".join(edit.description for edit in one.edits) for one in explanation.suggestions]


def body_after(question: Question, *bodies: dict[str, Json]) -> JsonObject:
    """The document after the first suggestion."""
    after = explained(trust(*bodies), question).suggestions[0].edits[0].document_after
    assert after is not None
    return after


def test_what_is_allowed_needs_no_edit() -> None:
    assert explained(trust(), ASKING).suggestions == ()


def test_a_disabled_mapping_is_enabled() -> None:
    assert suggested(ASKING, {**MAPPING, "enabled": False})[0] == "enable Mapping acme-sync"


def test_a_line_that_differs_is_changed_or_a_mapping_is_added_and_never_widened() -> None:
    assert suggested(claiming(sub="worker-2")) == [
        "let acme-sync match sub: worker-2, and no longer what it matches now",
        "a mapping of its own for sub worker-2",
    ]


def test_a_new_mapping_is_for_this_identity_and_what_it_asks_for_alone() -> None:
    question = replace(claiming(sub="nobody"), scopes=("risk:read",))
    explanation = explained(trust(), question)
    made = next(one.edits[0] for one in explanation.suggestions if one.edits[0].opens is Opens.AN_IDENTITY)
    assert made.document_after == {
        "kind": "Mapping",
        "id": "acme-nobody",
        "issuer": "acme",
        "match": {"sub": "nobody"},
        "principal": "partner/acme/acme-nobody",
        "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}],
    }


def test_a_disabled_issuer_is_enabled() -> None:
    assert suggested(ASKING, {**ISSUER, "enabled": False}) == ["enable Issuer acme"]


def test_a_token_for_somebody_else_is_first_to_be_had_for_us() -> None:
    assert suggested(claiming(aud="https://other.example.com")) == [
        "ask the issuer for a token that is meant for this bridge alone",
        "let issuer acme vouch with tokens that are meant for https://other.example.com",
    ]
    snapshot = trust()
    after = explained(snapshot, claiming(aud="https://other.example.com")).suggestions[1].edits[0].document_after
    assert after is not None
    assert after["audiences"] == [BRIDGE, "https://other.example.com"]


def test_an_audience_without_grant_gets_the_least_grant() -> None:
    assert body_after(replace(ASKING, audiences=("ledger",)), LEDGER)["grants"] == [
        *list(MAPPING["grants"] if isinstance(MAPPING["grants"], list) else []),
        {"audience": "ledger", "scopes": ["book:read"]},
    ]


def test_a_misspelt_audience_is_corrected_in_the_request() -> None:
    assert suggested(replace(ASKING, audiences=("risk-engin",))) == ["ask for audience risk-engine"]


def test_a_request_without_audience_hears_of_those_that_are_granted() -> None:
    assert suggested(replace(ASKING, audiences=())) == ["ask for audience risk-engine"]


def test_a_scope_beyond_the_grant_is_left_out_or_granted() -> None:
    bodies: dict[str, Json] = {**AUDIENCE, "scopes": ["risk:read", "risk:write", "risk:all"]}
    assert suggested(replace(ASKING, scopes=("risk:read", "risk:all")), bodies) == [
        "ask for risk:read alone",
        "grant acme-sync risk:all at risk-engine",
    ]


def test_a_scope_that_does_not_exist_yet_takes_two_edits() -> None:
    found = suggested(replace(ASKING, scopes=("risk:all",)))
    assert "let risk:all exist at risk-engine + grant acme-sync risk:all at risk-engine" in found


def test_a_grant_without_default_gets_one_or_the_request_names_a_scope() -> None:
    bare: dict[str, Json] = {**MAPPING, "grants": [{"audience": "risk-engine", "scopes": ["risk:read", "risk:write"]}]}
    assert suggested(ASKING, bare) == [
        "ask for risk:read alone",
        "ask for risk:write alone",
        "let risk:read be what acme-sync gets at risk-engine when a request names no scope",
        "let risk:write be what acme-sync gets at risk-engine when a request names no scope",
    ]


def test_an_actor_is_let_act_by_its_name() -> None:
    question = replace(ASKING, actor=PLANNER)
    assert suggested(question) == ["let agent/planner act for acme-sync"]
    assert body_after(question)["may_act"] == ["agent/planner"]
    assert body_after(question, {**MAPPING, "may_act": ["tool/*"]})["may_act"] == ["tool/*", "agent/planner"]


def test_an_actor_that_is_not_mapped_and_not_named_takes_two_edits() -> None:
    found = suggested(replace(ASKING, actor=PLANNER), {**AGENT, "enabled": False})
    assert found == ["enable Mapping planner + let agent/planner act for acme-sync"]


def test_a_client_that_lacks_the_audience_or_the_scope_gets_that_one() -> None:
    through = replace(ASKING, client="gateway")
    elsewhere: dict[str, Json] = {**CLIENT, "audiences": ["bridge"]}
    assert suggested(through, elsewhere) == ["let client gateway have risk-engine"]
    writing = replace(through, scopes=("risk:write",))
    assert "let client gateway have risk:write" in suggested(writing, CLIENT)


def test_what_a_policy_demands_is_what_the_caller_is_told_to_bring() -> None:
    key = policy("key", '@require_proof("dpop") permit (principal, action, resource);')
    assert suggested(ASKING, key) == ["send a DPoP proof"]
    yes = policy("yes", '@require_approval("a score") permit (principal, action, resource);')
    assert suggested(ASKING, yes) == ["have it approved"]
    few = policy("few", '@max_scopes("1") permit (principal, action, resource);')
    both = replace(ASKING, scopes=("risk:read", "risk:write"))
    assert suggested(both, few) == ["ask for risk:read alone", "ask for risk:write alone"]


def test_a_forbid_is_met_by_another_request_or_gets_the_narrowest_exception() -> None:
    assert suggested(ASKING, CORP_ONLY, ZONE) == [
        "call from zone corp",
        "an exception in policy corp-only for partner/acme/sync at risk-engine",
    ]


def test_an_exception_is_for_one_principal_at_one_audience_and_leaves_the_rest_of_the_text() -> None:
    cedar = body_after(ASKING, CORP_ONLY)["cedar"]
    assert cedar == str(CORP_ONLY["cedar"]).removesuffix(";") + (
        '\nunless { principal == Principal::"partner/acme/sync" && principal in Tenant::"acme"'
        ' && resource == Audience::"risk-engine" };'
    )
    after = trust({**CORP_ONLY, "cedar": cedar}, {**MAPPING, "id": "other", "match": {"sub": "o"}, "principal": "x/y"})
    assert not explained(after, claiming(sub="o")).allowed


def test_an_exception_that_a_policys_own_examples_speak_against_is_not_suggested() -> None:
    guarded: dict[str, Json] = {
        **CORP_ONLY,
        "examples": [{"principal": "partner/acme/sync", "tenant": "acme", "audience": "risk-engine", "expect": "deny"}],
    }
    assert suggested(ASKING, guarded) == []


def test_the_forbid_itself_is_pointed_at() -> None:
    obstacle = explained(trust(CORP_ONLY), ASKING).obstacles
    assert [(one.policy, one.line) for one in obstacle] == [("corp-only", 4)]
    assert obstacle[0].text.startswith("forbid (principal, action, resource in Environment")


@pytest.mark.parametrize("match", [{"sub": "*"}, {"department": "billing"}, {"sub": "worker", "department": "x"}])
def test_no_edit_lets_in_everybody_or_needs_a_second_admin(match: dict[str, Json]) -> None:
    snapshot = trust({**MAPPING, "match": match, "dangerous": True, "enabled": True})
    for suggestion in explained(snapshot, claiming(sub="zzz")).suggestions:
        for edit in suggestion.edits:
            assert edit.document_after is None or "dangerous" not in edit.document_after


def test_no_edit_takes_a_policy_away_or_disables_one() -> None:
    snapshot = trust(CORP_ONLY, policy("all", "forbid (principal, action, resource);"))
    for suggestion in explained(snapshot, ASKING).suggestions:
        after = applied(snapshot, suggestion)
        assert {one.id for one in after.policy_documents.policies if one.enabled} == {"corp-only", "all"}


def test_nothing_is_suggested_that_opens_trust_itself() -> None:
    assert suggested(replace(ASKING, audiences=("federation-admin",)), ADMIN) == []


def test_what_no_edit_of_documents_mends_has_no_suggestion() -> None:
    assert suggested(claiming(exp=NOW - 600)) == []
    assert suggested(claiming(iss="https://stranger.example.net")) == []


def test_another_tenants_audience_is_never_opened() -> None:
    foreign: dict[str, Json] = {**AUDIENCE, "tenant": "globex"}
    assert suggested(ASKING, foreign) == []
