"""Only what could apply is evaluated, and what could apply is never left out."""

import pytest

from federation.model.policy import Party, Place, Policy, Shelf
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar import slices as module
from federation.policy.cedar.compile import read_rule
from federation.policy.cedar.filing import MAX_SHELVES, file_policy
from federation.policy.cedar.latest import Latest
from federation.policy.cedar.slices import PolicySlices
from tests.support.policy_requests import FORBID, PERMIT, policies

PRINCIPAL = Party("partner/acme/sync", "acme-okta", "acme")
PLACE = Place("risk-engine", "prod", "acme")

FILED = {
    "any": f"{FORBID};",
    "audience": 'forbid (principal, action, resource == Audience::"risk-engine");',
    "environment": 'forbid (principal, action, resource in Environment::"prod");',
    "tenant": 'forbid (principal in Tenant::"acme", action, resource in Tenant::"acme");',
    "who": 'forbid (principal == Principal::"partner/acme/sync", action, resource);',
    "other-audience": 'forbid (principal, action, resource == Audience::"payments");',
    "other-environment": 'forbid (principal, action, resource in Environment::"dev");',
    "other-tenant": 'forbid (principal in Tenant::"other", action, resource);',
    "other-who": 'forbid (principal == Principal::"partner/other", action, resource);',
    "confused": 'forbid (principal, action, resource == Audience::"prod");',
}


def in_slice(slices: PolicySlices, principal: Party = PRINCIPAL, place: Place = PLACE) -> set[str]:
    return {rule.document for rule in slices.slice_for(principal, place).rules.values()}


def test_a_slice_holds_what_could_apply() -> None:
    expected = {"any", "audience", "environment", "tenant", "who", "default"}
    assert in_slice(PolicySlices(policies(FILED))) == expected


def test_another_place_has_another_slice() -> None:
    slices = PolicySlices(policies(FILED))
    assert in_slice(slices, place=Place("payments", "dev")) == {
        *("any", "default", "who", "other-audience", "other-environment"),
    }
    assert in_slice(slices, Party("x", "i"), Place("x")) == {"any", "default"}


def test_a_document_with_policies_about_several_places_is_taken_apart() -> None:
    text = f'{PERMIT};forbid (principal, action, resource == Audience::"payments");'
    assert list(PolicySlices(policies({"p": text})).slice_for(PRINCIPAL, PLACE).rules) == ["default#0", "p#0"]


def test_a_tenants_policy_is_about_its_own_principals() -> None:
    slices = PolicySlices((Policy("theirs", 1, f"{FORBID};", tenant="other"),))
    assert in_slice(slices) == {"default"}
    assert in_slice(slices, Party("x", "i", None)) == {"default"}
    assert in_slice(slices, Party("x", "i", "other")) == {"default", "theirs"}


def test_a_slice_is_parsed_once() -> None:
    slices = PolicySlices(policies(FILED))
    assert slices.slice_for(PRINCIPAL, PLACE) is slices.slice_for(PRINCIPAL, PLACE)


def test_places_that_no_policy_tells_apart_share_a_slice() -> None:
    slices = PolicySlices(policies({"any": f"{FORBID};"}))
    assert slices.slice_for(PRINCIPAL, PLACE) is slices.slice_for(Party("x", "i"), Place("payments", "dev"))


def test_slices_are_bounded() -> None:
    count = module.MAX_SLICES + 10
    texts = {f"p-{n}": f'forbid (principal, action, resource == Audience::"a-{n}");' for n in range(count)}
    slices = PolicySlices(policies(texts))
    first = slices.slice_for(PRINCIPAL, Place("a-0"))
    for number in range(1, count):
        slices.slice_for(PRINCIPAL, Place(f"a-{number}"))
    assert slices.slice_for(PRINCIPAL, Place("a-0")) is not first
    assert in_slice(slices, place=Place("a-0")) == {"default", "p-0"}


def snapshot(*documents: Policy) -> str:
    return PolicySlices(documents).slice_for(PRINCIPAL, PLACE).snapshot


def test_a_snapshot_names_the_versions_in_the_slice() -> None:
    first = Policy("p", 1, f"{FORBID};")
    elsewhere = Policy("q", 1, FILED["other-audience"])
    assert snapshot(first) == snapshot(first, elsewhere) != snapshot()
    assert snapshot(first) != snapshot(Policy("p", 2, f"{FORBID};"))
    assert len(snapshot(first)) == 64


def test_two_documents_never_look_like_one_in_a_snapshot() -> None:
    assert snapshot(Policy('a", 1], ["b', 1, f"{FORBID};")) != snapshot(
        Policy("a", 1, f"{FORBID};"), Policy("b", 1, f"{FORBID};")
    )


@pytest.mark.parametrize(
    "documents",
    [
        (Policy("broken", 3, f"{FORBID}"),),
        (Policy("p", 1, f"{FORBID};"), Policy("p", 2, f"{PERMIT};")),
        (Policy("default", 1, f"{PERMIT};", tenant="acme"),),
        (Policy("too-deep", 1, f"{FORBID} when {{ {'(' * 50}true{')' * 50} }};"),),
    ],
)
def test_a_set_that_cannot_be_read_decides_nothing(documents: tuple[Policy, ...]) -> None:
    with pytest.raises(TemporarilyUnavailable) as caught:
        PolicySlices(documents).slice_for(PRINCIPAL, PLACE)
    assert caught.value.reason is Reason.POLICY_UNAVAILABLE


def test_a_broken_policy_that_is_disabled_is_in_nobodys_way() -> None:
    assert in_slice(PolicySlices((Policy("broken", 3, "?", enabled=False),))) == {"default"}


def test_a_policy_that_can_be_read_but_not_loaded_decides_nothing() -> None:
    slices = PolicySlices((Policy("wide", 1, f"{FORBID} when {{ {' && '.join(['true'] * 90)} }};"),))
    with pytest.raises(TemporarilyUnavailable):
        slices.slice_for(PRINCIPAL, PLACE)


def test_a_broken_policy_of_another_tenant_is_in_nobody_elses_way() -> None:
    slices = PolicySlices((Policy("theirs", 1, "?", tenant="other"), Policy("ours", 1, f"{FORBID};", tenant="acme")))
    assert in_slice(slices) == {"default", "ours"}
    with pytest.raises(TemporarilyUnavailable):
        slices.slice_for(Party("x", "i", "other"), PLACE)


def test_no_policy_of_another_tenant_is_read() -> None:
    """Ten thousand of them cost as much as ten."""
    read_rule.cache_clear()
    slices = PolicySlices(tuple(Policy(f"p-{n}", 1, f"{FORBID};", tenant=f"t-{n}") for n in range(1_000)))
    slices.slice_for(PRINCIPAL, PLACE)
    assert read_rule.cache_info().misses == 1


def test_a_document_about_more_places_than_it_can_be_filed_under_is_found_at_each() -> None:
    rules = [f'forbid (principal, action, resource == Audience::"a-{n}");' for n in range(MAX_SHELVES + 10)]
    slices = PolicySlices((Policy("wide", 1, "".join(rules)),))
    assert in_slice(slices, place=Place(f"a-{MAX_SHELVES + 5}")) == {"default", "wide"}
    assert set(file_policy(Policy("wide", 1, "".join(rules)))) == {Shelf(None, None)}


def test_the_document_in_the_shipped_policys_place_is_seen_wherever_its_rules_lie() -> None:
    replaced = Policy("default", 3, 'permit (principal, action, resource == Audience::"payments");')
    slices = PolicySlices((replaced,))
    assert list(slices.slice_for(PRINCIPAL, PLACE).rules) == []
    assert list(slices.slice_for(PRINCIPAL, Place("payments")).rules) == ["default#0"]


def test_whether_somebody_may_impersonate_is_a_question_about_the_tenant_alone() -> None:
    named = 'permit (principal, action == Action::"impersonate", resource == Audience::"x");'
    slices = PolicySlices((Policy("p", 1, named, tenant="acme"), Policy("q", 1, f"{FORBID};")))
    assert slices.meant("impersonate", "acme")
    assert not slices.meant("impersonate", "other")
    assert not slices.meant("impersonate", None)
    assert not slices.meant("delegate", "acme")


def test_what_is_made_is_made_anew_only_of_something_else() -> None:
    latest: Latest[list[int], list[int]] = Latest(sorted)
    numbers = [2, 1]
    made = latest.of(numbers)
    assert latest.of(numbers) is made
    assert latest.of([2, 1]) is not made


def test_what_could_not_be_made_is_tried_again() -> None:
    latest: Latest[str, int] = Latest(int)
    for _ in range(2):
        with pytest.raises(ValueError, match="invalid"):
            latest.of("?")
