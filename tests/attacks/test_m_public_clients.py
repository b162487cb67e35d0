"""M6, M7: clients that have nothing but a name. They give their own tokens back, and are told of nobody's."""

import pytest

from federation.model.authorization import Authorization
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.trust import RateLimit
from tests.support.issued_world import API, GATEWAY, JWT, RISK, STRANGER, USUAL, IssuedWorld, body, issued_to, reason
from tests.support.public_clients import PUBLIC, World


@pytest.fixture
def world() -> World:
    return World()


def test_M6_a_client_that_proves_nothing_gives_its_own_token_back(world: World) -> None:
    token = world.issued.token(issued_to(PUBLIC), "leaf")
    assert world.revoke(token, client_id=PUBLIC).status == 200
    assert set(world.issued.state.revoked) == {RevocationKey(RevocationTarget.JTI, "leaf")}


@pytest.mark.parametrize("whose", [issued_to("acme-gateway"), USUAL, None], ids=["another's", "nobody's", "no token"])
def test_M6_and_nobody_elses_nor_is_its_name_told_from_one_that_is_none(
    world: World, whose: Authorization | None
) -> None:
    """Its own token is all that it has to prove itself with (row M7)."""
    token = "no-token" if whose is None else world.issued.token(whose, "leaf")
    names = ("unknown", "disabled", PUBLIC)
    answers = [world.revoke(token, client_id=name) for name in names]
    told = {(answer.status, body(answer)["error"], body(answer)["error_description"]) for answer in answers}
    assert {each[:2] for each in told} == {(401, "invalid_client")}
    assert len(told) == 1
    assert not world.issued.state.revoked


def test_M7_it_is_told_nothing_though_an_audience_names_it(world: World) -> None:
    answer = world.introspect(world.issued.token(issued_to(PUBLIC)), client_id=PUBLIC)
    told = (answer.status, body(answer)["error"], reason(answer))
    assert told == (401, "invalid_client", "client_authentication_failed")
    unknown = world.introspect(world.issued.token(issued_to(PUBLIC)), client_id="unknown")
    assert told == (unknown.status, body(unknown)["error"], reason(unknown))


def test_M7_anonymous_is_no_client_and_is_told_nothing(world: World) -> None:
    token = world.issued.token(USUAL, "leaf")
    answer = world.introspect(token, client_id="anonymous")
    assert (answer.status, reason(answer)) == (401, "client_required")
    assert world.revoke(token, client_id="anonymous").status == 200
    assert set(world.issued.state.revoked) == {RevocationKey(RevocationTarget.JTI, "leaf")}


def test_Q1_a_flood_of_guesses_asks_no_store_beyond_its_rate() -> None:
    """Nobody need say who they are to revoke what they hold, and a reference is looked up."""
    world = IssuedWorld(address_rate=RateLimit(1, 3))
    before = world.state.reads
    answers = [world.revoke(f"guess-{number:038}") for number in range(20)]
    assert [answer.status for answer in answers] == [200] * 3 + [429] * 17
    assert world.state.reads == before + 3
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert {entry["reason"] for entry in world.log.entries} == {"rate_limited"}


def test_Q1_junk_at_introspection_is_counted_by_its_address_before_it_is_read() -> None:
    world = IssuedWorld(address_rate=RateLimit(1, 3))
    answers = [world.introspect(None, by=None) for _ in range(20)]
    assert [answer.status for answer in answers] == [400] * 3 + [429] * 17
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (world.state.reads, world.claims.writes) == (0, 0)


def test_Q2_a_resource_server_that_asks_too_often_is_refused_alone_and_costs_no_signature() -> None:
    world = IssuedWorld(client_rate=RateLimit(1, 3))
    world.write_audience(RISK, introspection=[API, STRANGER])
    token, signed = world.token(), len(world.signer.signed)
    answers = [world.introspect(token, API, accept=JWT) for _ in range(10)]
    assert [answer.status for answer in answers] == [200] * 3 + [429] * 7
    assert (body(answers[-1])["error"], reason(answers[-1])) == ("slow_down", "rate_limited")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert len(world.signer.signed) == signed + 3
    assert world.claims.writes == 3  # whoever is refused for its rate has not spent its assertion
    assert world.active(token, STRANGER)


def test_Q2_nor_does_it_ask_more_often_of_several_processes() -> None:
    world = IssuedWorld(client_rate=RateLimit(1, 4))
    token, answers = world.token(), []
    for _ in range(8):
        world.restart()
        answers.append(world.introspect(token).status)
    assert answers == [200] * 4 + [429] * 4


def test_Q2_revoking_counts_as_well_for_the_client_that_does_it() -> None:
    world = IssuedWorld(client_rate=RateLimit(1, 3))
    tokens = [world.token(issued_to(GATEWAY)) for _ in range(5)]
    assert [world.revoke(token, by=GATEWAY).status for token in tokens] == [200] * 3 + [429] * 2
    world.clock.advance(2)
    assert world.revoke(tokens[-1], by=GATEWAY).status == 200
