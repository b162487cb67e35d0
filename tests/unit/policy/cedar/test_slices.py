"""Only what could apply is evaluated, and what could apply is never left out."""

import pytest

from federation.model.policy import Party, Place, Policy
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar import slices as module
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
        PolicySlices(documents)
    assert caught.value.reason is Reason.POLICY_UNAVAILABLE


def test_a_broken_policy_that_is_disabled_is_in_nobodys_way() -> None:
    assert in_slice(PolicySlices((Policy("broken", 3, "?", enabled=False),))) == {"default"}


def test_a_policy_that_can_be_read_but_not_loaded_decides_nothing() -> None:
    slices = PolicySlices((Policy("wide", 1, f"{FORBID} when {{ {' && '.join(['true'] * 90)} }};"),))
    with pytest.raises(TemporarilyUnavailable):
        slices.slice_for(PRINCIPAL, PLACE)


def test_slices_are_made_anew_only_for_another_set() -> None:
    latest, documents = Latest(PolicySlices), policies({"any": f"{FORBID};"})
    made = latest.of(documents)
    assert latest.of(documents) is made
    assert latest.of(policies({"any": f"{FORBID};"})) is not made


def test_a_set_that_could_not_be_made_is_tried_again() -> None:
    latest, broken = Latest(PolicySlices), policies({"any": "?"})
    for _ in range(2):
        with pytest.raises(TemporarilyUnavailable):
            latest.of(broken)
