"""What an edit means for those who were seen."""

import json

from hypothesis import given
from hypothesis import strategies as st

from federation.insight.effects.access import ObservedExchange, access_of, observed
from federation.insight.effects.gains_and_losses import Effects, effects
from federation.insight.effects.static import Touched, changed_refs
from federation.insight.explain.decision import Decisions
from federation.insight.render import render
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind
from tests.support.admin_trust import ACTORS, AGENT, AUDIENCE, BRIDGE, ISSUER, MAPPING, NOW, policy, trust

WORKER = ObservedExchange("acme", {"sub": "worker"}, ("risk-engine",), ("risk:read",))
PLANNER = ObservedExchange("acme", {"sub": "planner"})
LEDGER: dict[str, Json] = {"kind": "Audience", "id": "ledger", "environment": "prod", "scopes": ["book:read"]}
PEOPLE: dict[str, Json] = {**MAPPING, "id": "people", "match": {"sub": "u-*"}, "principal": "user/{sub}"}
CORP: dict[str, Json] = {"kind": "Zone", "id": "corp", "cidrs": ["192.0.2.0/24"]}
CORP_ONLY = policy("corp-only", 'forbid (principal, action, resource) unless { context.network.zone == "corp" };')


def of(before: Snapshot, after: Snapshot, *seen: ObservedExchange) -> Effects:
    return effects(before, after, seen, BRIDGE, NOW)


def told(found: Effects) -> dict[str, list[str]]:
    """Who, where, what, and how many."""
    return {
        name: [f"{one.principal} {one.audience} {' '.join(one.scopes)} x{one.observed}" for one in getattr(found, name)]
        for name in ("gained", "lost", "changed")
        if getattr(found, name)
    }


def test_nothing_changed_means_nothing_and_nobody_is_decided_again() -> None:
    found = of(trust(), trust(), WORKER, PLANNER)
    assert (told(found), found.identities, found.decided_again) == ({}, 2, 0)


def test_a_scope_more_is_gained_and_a_scope_less_is_lost() -> None:
    more = {**MAPPING, "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}]}
    assert told(of(trust(more), trust(), WORKER)) == {"gained": ["partner/acme/sync risk-engine risk:write x1"]}
    assert told(of(trust(), trust(more), WORKER)) == {"lost": ["partner/acme/sync risk-engine risk:write x1"]}


def test_what_an_identity_never_used_counts_as_well() -> None:
    grants = [
        *list(MAPPING["grants"] if isinstance(MAPPING["grants"], list) else []),
        {"audience": "ledger", "scopes": ["book:read"]},
    ]
    found = of(trust(LEDGER), trust(LEDGER, {**MAPPING, "grants": grants}), WORKER)
    assert told(found) == {"gained": ["partner/acme/sync ledger book:read x1"]}


def test_a_disabled_rule_takes_everything_from_whom_it_fitted() -> None:
    found = of(trust(), trust({**MAPPING, "enabled": False}), WORKER)
    assert told(found) == {"lost": ["partner/acme/sync risk-engine risk:read risk:write x1"]}


def test_an_identity_that_becomes_somebody_else_loses_and_gains() -> None:
    found = of(trust(), trust({**MAPPING, "principal": "partner/acme/other"}), WORKER)
    assert told(found) == {
        "gained": ["partner/acme/other risk-engine risk:read risk:write x1"],
        "lost": ["partner/acme/sync risk-engine risk:read risk:write x1"],
    }


def test_other_terms_are_a_change() -> None:
    short = of(trust(), trust({**AUDIENCE, "max_ttl": "1m"}), WORKER)
    assert told(short) == {"changed": ["partner/acme/sync risk-engine risk:read risk:write x1"]}
    assert [(one.before and one.before.lifetime, one.after and one.after.lifetime) for one in short.changed] == [
        (300, 60)
    ]
    yes = policy("yes", '@require_approval("a score") @require_proof("dpop") permit (principal, action, resource);')
    asked = of(trust(), trust(yes), WORKER)
    assert [one.after and set(one.after.needs) for one in asked.changed] == [{"approval", "dpop"}]


def test_a_policy_is_decided_again_for_everybody_where_they_called_from() -> None:
    inside = ObservedExchange("acme", {"sub": "worker"}, ip="192.0.2.9")
    outside = ObservedExchange("acme", {"sub": "worker"}, ip="198.51.100.9")
    found = of(trust(CORP), trust(CORP, CORP_ONLY), inside, outside)
    assert told(found) == {"lost": ["partner/acme/sync risk-engine risk:read risk:write x1"]}
    assert found.decided_again == 2


def test_a_policy_that_looks_at_scopes_takes_only_those() -> None:
    no_write = policy(
        "no-write", 'forbid (principal, action, resource) when { context.scopes.contains("risk:write") };'
    )
    assert told(of(trust(), trust(no_write), WORKER)) == {"lost": ["partner/acme/sync risk-engine risk:write x1"]}


def test_whoever_acts_is_seen_with_whom_it_acts_for() -> None:
    delegated = ObservedExchange("acme", {"sub": "worker"}, actor_issuer="acme", actor_claims={"sub": "planner"})
    before = trust({**MAPPING, "may_act": ["agent/*"]})
    assert told(of(before, trust(), delegated)) == {"lost": ["partner/acme/sync risk-engine risk:read risk:write x1"]}
    assert told(of(before, before.with_body({**AGENT, "enabled": False}), delegated))["lost"][1:] == [
        "partner/acme/sync risk-engine risk:read risk:write x1"
    ]


def test_only_those_are_decided_again_whom_a_document_can_touch() -> None:
    found = of(trust(), trust({**MAPPING, "may_act": ["agent/x"]}), WORKER, PLANNER)
    assert (found.identities, found.decided_again) == (2, 1)
    found = of(trust(), trust({**ACTORS, "max_ttl": "1m"}), WORKER, PLANNER)
    assert found.decided_again == 1
    other: dict[str, Json] = {**ISSUER, "id": "globex", "issuer": "https://idp.globex.example.com", "tenant": "globex"}
    assert of(trust(), trust(other), WORKER, PLANNER).decided_again == 0


def test_an_identity_that_asks_often_is_one() -> None:
    found = of(trust(), trust({**MAPPING, "enabled": False}), WORKER, WORKER, WORKER)
    assert (found.identities, [one.observed for one in found.lost]) == (1, [1])


def test_several_identities_of_one_principal_are_counted_together() -> None:
    one, other = (ObservedExchange("acme", {"sub": f"u-{n}"}) for n in (1, 2))
    same = {**PEOPLE, "principal": "user/all"}
    assert told(of(trust(), trust(same), one, other)) == {"gained": ["user/all risk-engine risk:read risk:write x2"]}


def test_a_new_rule_that_nobody_has_used_yet_is_told_by_its_documents() -> None:
    assert told(of(trust(), trust(PEOPLE), WORKER)) == {"gained": ["user/{sub} risk-engine risk:read risk:write x0"]}
    gone = trust().without(DocumentRef(Kind.MAPPING, "acme-sync"))
    assert told(of(trust(), gone)) == {"lost": ["partner/acme/sync risk-engine risk:read risk:write x0"]}


def test_a_rule_that_names_somebody_else_takes_from_who_was_seen_and_gives_to_who_was_not() -> None:
    found = told(of(trust(), trust({**MAPPING, "match": {"sub": "another"}}), WORKER))
    assert found == {
        "gained": ["partner/acme/sync risk-engine risk:read risk:write x0"],
        "lost": ["partner/acme/sync risk-engine risk:read risk:write x1"],
    }


def test_so_it_does_where_nobody_was_seen_at_all() -> None:
    everything = "partner/acme/sync risk-engine risk:read risk:write x0"
    found = told(of(trust(), trust({**MAPPING, "match": {"sub": "another"}})))
    assert found == {"gained": [everything], "lost": [everything]}
    people = told(of(trust(PEOPLE), trust({**PEOPLE, "match": {"sub": "w-*"}}), WORKER))
    assert people == {name: ["user/{sub} risk-engine risk:read risk:write x0"] for name in ("gained", "lost")}


def test_a_rule_that_fits_more_gives_to_others_than_were_seen_and_one_that_fits_fewer_takes_from_them() -> None:
    wide = trust({**MAPPING, "match": {"sub": "work*"}})
    everything = "partner/acme/sync risk-engine risk:read risk:write x0"
    assert told(of(trust(), wide, WORKER)) == {"gained": [everything]}
    assert told(of(wide, trust(), WORKER)) == {"lost": [everything]}


def test_a_second_rule_for_a_principal_that_was_seen_gives_to_somebody_who_was_not() -> None:
    backdoor = {**MAPPING, "id": "acme-sync-2", "match": {"sub": "s-*"}}
    people = [{**MAPPING, "match": {"sub": "w*"}}]
    found = told(of(trust(*people), trust(*people, backdoor), WORKER))
    assert found == {"gained": ["partner/acme/sync risk-engine risk:read risk:write x0"]}


def test_a_rule_under_another_name_means_nothing_for_whoever_was_seen() -> None:
    renamed = trust({**MAPPING, "id": "acme-worker"}).without(DocumentRef(Kind.MAPPING, "acme-sync"))
    assert told(of(trust(), renamed, WORKER)) == {}


def test_examples_that_come_out_otherwise_are_told() -> None:
    example: Json = {"principal": "partner/acme/sync", "audience": "risk-engine", "expect": "allow"}
    tested: dict[str, Json] = {**policy("tested", "permit (principal, action, resource);"), "examples": [example]}
    found = of(trust(tested), trust(tested, CORP_ONLY))
    assert [(one.policy, one.number, one.allowed_before, one.allowed_after) for one in found.examples] == [
        ("tested", 0, True, False)
    ]


def test_somebody_is_told_how_far_it_is() -> None:
    heard: list[tuple[int, int]] = []
    effects(trust(), trust(CORP_ONLY), [WORKER, PLANNER], BRIDGE, NOW, lambda done, total: heard.append((done, total)))
    assert heard == [(1, 2), (2, 2)]


def test_effects_are_json() -> None:
    found = render(of(trust(), trust(CORP_ONLY, PEOPLE), WORKER))
    assert json.loads(json.dumps(found)) == found


def test_an_audit_record_says_who_was_seen() -> None:
    record: dict[str, Json] = {
        "issuer": "acme",
        "claims": {"sub": "worker"},
        "audience": ["risk-engine"],
        "scope": ["risk:read"],
        "source_ip": "192.0.2.7",
        "client_id": "gateway",
        "client_method": "private_key_jwt",
        "actor_issuer": "acme",
        "actor_claims": {"sub": "planner"},
    }
    assert observed(record) == ObservedExchange(
        "acme", {"sub": "worker"}, ("risk-engine",), ("risk:read",), "192.0.2.7", "gateway", "acme", {"sub": "planner"}
    )
    without_client = {name: value for name, value in record.items() if name != "client_method"}
    seen = observed(without_client)
    assert seen is not None
    assert seen.client is None


def test_a_record_from_before_claims_were_kept_says_nothing() -> None:
    assert observed({"issuer": "acme"}) is None
    assert observed({"claims": {"sub": "worker"}}) is None
    assert observed({}) is None


bodies = st.sampled_from(
    [
        {**MAPPING, "enabled": False},
        {**MAPPING, "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}]},
        {**MAPPING, "match": {"sub": "work*"}},
        {**AUDIENCE, "enabled": False},
        {**AUDIENCE, "scopes": ["risk:write"]},
        {**ISSUER, "enabled": False},
        {**ISSUER, "environments": ["dev"]},
        PEOPLE,
        CORP_ONLY,
        LEDGER,
    ]
)
people = st.sampled_from([WORKER, PLANNER, ObservedExchange("acme", {"sub": "u-7"}), ObservedExchange("acme", {})])


@given(st.lists(bodies, max_size=4), st.lists(bodies, max_size=4), st.lists(people, max_size=4))
def test_undoing_an_edit_gives_back_what_it_took(
    one: list[dict[str, Json]], other: list[dict[str, Json]], seen: list[ObservedExchange]
) -> None:
    there, back = of(trust(*one), trust(*other), *seen), of(trust(*other), trust(*one), *seen)
    assert told(there).get("gained") == told(back).get("lost")
    assert told(there).get("lost") == told(back).get("gained")
    assert len(there.changed) == len(back.changed)


@given(st.lists(bodies, max_size=4), st.lists(bodies, max_size=4), people)
def test_whoever_is_not_decided_again_has_the_same_rights_as_before(
    one: list[dict[str, Json]], other: list[dict[str, Json]], seen: ObservedExchange
) -> None:
    before, after = trust(*one), trust(*other)
    touched = Touched(before, after, changed_refs(before, after))
    if not touched.touches(seen):
        question = seen.question(NOW)
        assert access_of(Decisions(before, BRIDGE), question) == access_of(Decisions(after, BRIDGE), question)
