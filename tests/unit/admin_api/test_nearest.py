"""The name that somebody probably meant, where there is nothing of the name that they wrote."""

import pytest

from federation.model.nearest import nearest
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import KEY, audience, issuer, mapping


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("risk-engin", "risk-engine"),
        ("risk-egnine", "risk-engine"),
        ("bil", "billing"),
        ("risk", None),
        ("something", None),
        ("billing", None),
    ],
)
def test_it_begins_so_or_is_much_like_it(written: str, meant: str | None) -> None:
    assert nearest(written, ["risk-engine", "risk-reports-of-everybody", "billing"]) == meant


@pytest.fixture
def world() -> ResourceWorld:
    """Of audiences there is one that is everybody's, and beside tina's tenant there is globex."""
    world = ResourceWorld()
    world.store(issuer("globex-idp", tenant="globex"))
    world.store(audience("globex-api", tenant="globex"))
    world.store(mapping("globex-sync", "globex-idp", match={"sub": "worker"}))
    return world


@pytest.mark.parametrize("path", ["/audiences/risk-engin", "/history/Audience/risk-engin"])
def test_a_name_that_is_misspelt_is_answered_with_the_right_one(world: ResourceWorld, path: str) -> None:
    for who in ("alice", "tina"):
        answer = world.call("GET", path, who=who)
        assert (answer.status, answer.code) == (404, "no_such_document")
        assert answer.members["detail"] == "did you mean risk-engine?"


def test_so_are_confirming_restoring_and_deleting(world: ResourceWorld) -> None:
    body = {"version": 1, "reason": "why"}
    for answer in (
        world.call("POST", "/audiences/risk-engin/confirm", body),
        world.call("POST", "/history/audiences/risk-engin/restore", body, if_none_match="*"),
        world.call("DELETE", "/audiences/risk-engin", if_match='"1"'),
    ):
        assert (answer.status, answer.members["detail"]) == (404, "did you mean risk-engine?")


def test_where_nothing_is_like_it_nothing_is_said(world: ResourceWorld) -> None:
    assert "detail" not in world.call("GET", "/audiences/xyz").members


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/issuers/globex-ipd", "globex-idp"),
        ("/mappings/globex-syn", "globex-sync"),
        ("/audiences/globex-ap", "globex-api"),
        ("/history/mappings/globex-syn", "globex-sync"),
    ],
)
def test_O2_another_tenants_name_is_never_the_one_that_was_meant(world: ResourceWorld, path: str, meant: str) -> None:
    assert world.call("GET", path).members["detail"] == f"did you mean {meant}?"
    answer = world.tina("GET", path)
    assert (answer.status, meant in answer.body.decode()) == (404, False)


def test_O2_a_name_that_is_another_tenants_is_answered_like_one_that_there_is_not(world: ResourceWorld) -> None:
    theirs, nobodys = (world.tina("GET", f"/audiences/{name}").members for name in ("globex-api", "globex-apj"))
    assert {**theirs, "correlation_id": "", "instance": ""} == {**nobodys, "correlation_id": "", "instance": ""}


def test_a_kid_that_is_cut_or_misspelt_is_answered_with_the_whole_one() -> None:
    world = ResourceWorld()
    world.life.publish()
    world.life.run()
    for written in (KEY.kid[:-3], f"{KEY.kid[:-1]}_"):
        answer = world.call("POST", f"/keys/{written}/revoke", {"reason": "x"})
        assert (answer.status, answer.code) == (404, "no_such_key")
        assert answer.members["detail"] == f"did you mean {KEY.kid}?"
