"""ATTACKS E10: one admin who writes trust becomes another for a moment, and confirms what they wrote themselves."""

import pytest

from federation.admin.second_admin import SEEN_FOR
from federation.model.issuer_keys import IssuerKeySet
from tests.support.admin_world import BRIDGE, AdminWorld, Document, Reply, admin_mapping, audience, issuer, mapping

EVERYBODY = mapping("everybody", "builds", match={"iss": "https://builds.example.com"}, dangerous=True)
MINE = {"jwks_uri": "https://mallory.example.com/keys"}


@pytest.fixture
def world() -> AdminWorld:
    """Carol comes in by an issuer of her own; what waits for her is of another one."""
    world = AdminWorld()
    world.store(issuer("builds"))
    world.store(issuer("idp", audiences=[BRIDGE]))
    world.store(admin_mapping("carol", "idp"))
    assert world.put(EVERYBODY).status == 201
    return world


def confirm(world: AdminWorld, who: str = "carol", **claims: object) -> Reply:
    now = int(world.clock.now())
    made_by: Document = {"iss": "idp", "mapping": "carol@1", "decision": "d", **claims}
    token = world.token(who, iat=now, exp=now + 300, fed=made_by)
    return world.call("POST", "/mappings/everybody/confirm", {"version": 1, "reason": "all of them"}, token=token)


def test_E10_whoever_was_there_all_the_time_confirms(world: AdminWorld) -> None:
    assert confirm(world).status == 200


@pytest.mark.parametrize(
    ("changed", "before"),
    [
        (admin_mapping("carol", "idp", match={"sub": "mallory"}), admin_mapping("carol", "idp")),
        (issuer("idp", audiences=[BRIDGE], keys=MINE), issuer("idp", audiences=[BRIDGE])),
    ],
)
def test_E10_nobody_is_another_admin_by_a_change_that_is_undone_again(
    world: AdminWorld, changed: Document, before: Document
) -> None:
    """A token from between the two lives on, and the documents look as they always did."""
    world.clock.advance(1)
    assert world.put(changed, '"1"').status == 200
    world.clock.advance(1)
    assert world.put(before, '"2"').status == 200
    answer = confirm(world)
    assert (answer.status, answer.code) == (403, "new_admin")
    assert f"{changed['kind']} {changed['id']}" in answer.members["detail"]


def test_E10_nor_by_what_others_were_given_of_the_admin(world: AdminWorld) -> None:
    """Whoever runs another application has tokens of its users; with one audience more they would be for us."""
    assert world.put(issuer("idp", audiences=[BRIDGE, "mallorys-app"]), '"1"').status == 200
    assert confirm(world).code == "new_admin"


def test_E10_nor_with_a_token_that_was_made_from_one_for_somebody_else(world: AdminWorld) -> None:
    """With an Audience, a grant and a policy that permits to impersonate, a service would be each of its callers."""
    link = {"jti": "at-a-service", "client": "carol", "mapping": "carol", "iss": "idp"}
    assert confirm(world, chain=[link]).code == "new_admin"


def test_E10_nor_by_keys_that_somebody_gave_the_admins_issuer(world: AdminWorld) -> None:
    """Pushed keys are in no document, so its history does not know of them."""
    now = int(world.clock.now())
    world.pushed.save(IssuerKeySet("idp", "anchor", "{}", now, given_at=now - SEEN_FOR + 1), "")
    answer = confirm(world)
    assert (answer.status, answer.code) == (403, "new_admin")
    assert "Issuer idp" in answer.members["detail"]
    world.clock.advance(SEEN_FOR)
    assert confirm(world).status == 200, "others have seen it by now"


def test_E10_nor_while_nobody_can_tell(world: AdminWorld) -> None:
    world.pushed.failing = True
    assert confirm(world).status == 503


def test_E10_other_grants_make_nobody_new(world: AdminWorld) -> None:
    world.store(audience("reports"))
    carol = admin_mapping("carol", "idp")
    more = {"audience": "reports", "scopes": ["risk:read"]}
    assert world.put({**carol, "grants": [*carol["grants"], more]}, '"1"').status == 200
    assert confirm(world).status == 200
