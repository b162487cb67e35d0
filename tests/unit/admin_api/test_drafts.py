"""A partner's documents are drafted over the admin API; nothing is written by it."""

from typing import Any

import pytest

from federation.verification.providers import provider_names
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import Reply, issuer

CLAIMS = {"iss": "https://idp.partner.example", "sub": "billing"}
ASKED = {"claims": CLAIMS, "audience": "risk-engine", "scopes": ["risk:read"]}


def drafted(world: ResourceWorld, **more: Any) -> Reply:  # noqa: ANN401 (members of the body)
    return world.call("POST", "/drafts", {**ASKED, **more})


def test_what_is_drafted_can_be_planned_and_changes_nothing() -> None:
    world = ResourceWorld()
    before = world.trust.revision()
    answer = drafted(world).members
    assert [one["kind"] for one in answer["documents"]] == ["Issuer", "Mapping"]
    assert answer["documents"][1]["match"] == {"sub": "billing"}
    planned = world.call("POST", "/plan", {"documents": answer["documents"]}).members
    assert {one["action"] for one in planned["changes"]} == {"create"}
    assert world.trust.revision() == before


def test_a_tenants_draft_is_the_tenants_and_knows_no_other_tenants_issuer() -> None:
    world = ResourceWorld()
    world.store(issuer("rival", tenant="rival", issuer=CLAIMS["iss"]))
    answer = world.tina("POST", "/drafts", ASKED).members
    assert (answer["known_issuer"], answer["documents"][0]["tenant"]) == (None, "acme")
    assert drafted(world).members["known_issuer"] == "rival"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"provider": "none"}, "/provider"),
        ({"claims": {"sub": "s"}}, "/issuer"),
        ({"audience": "A B"}, "/audience"),
        ({"token": "x"}, "/token"),
    ],
)
def test_what_is_unclear_names_its_place(more: dict[str, Any], pointer: str) -> None:
    answer = drafted(ResourceWorld(), **more)
    assert (answer.status, answer.pointers) == (422, [pointer])


def test_every_provider_is_told_with_an_example() -> None:
    items = ResourceWorld().call("GET", "/providers").members["items"]
    assert [one["name"] for one in items] == list(provider_names())
    assert all(one["claims"] and one["about"] for one in items)


@pytest.mark.parametrize("name", ["", 'a"b', "x" * 300, "a\nb", "\u202e"])
def test_a_claim_that_no_line_can_name_is_not_proposed(name: str) -> None:
    world = ResourceWorld()
    for claims in ({**CLAIMS, name: "v"}, {**CLAIMS, "repository": {name: 1}}, {**CLAIMS, name: {"q": "v"}}):
        answer = drafted(world, claims=claims)
        assert answer.status == 200, answer.body
        assert [pin["path"] for pin in answer.members["pins"]] == ["sub"]
