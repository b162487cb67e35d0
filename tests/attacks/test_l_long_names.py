"""L10, Q4: a name that no document can have is a stranger's like any other, asks no store, and is not remembered."""

import pytest

from tests.support.client_world import ClientWorld, assertion, by_key

LONGEST = 63
"""Characters of a document's id."""


@pytest.fixture
def world() -> ClientWorld:
    world = ClientWorld()
    world.register(by_key())
    return world


@pytest.mark.parametrize("name", ["x" * 200, "x" * 1_025, "é" * 600, "x" * 60_000], ids=len)
def test_L10_a_name_that_no_document_can_have_asks_nobody(world: ClientWorld, name: str) -> None:
    """DynamoDB has no key of that length: to ask would be a server error, and a place among the strangers 60 kB."""
    before = world.trust.reads
    stranger = world.refusal(client_id="stranger", client_assertion=assertion(iss="stranger", sub="stranger"))
    assert world.trust.reads == before + 1
    assert world.refusal(client_id=name) == stranger
    assert world.refusal(client_id=name, client_assertion=assertion(iss="other", sub="other")) == stranger
    assert world.trust.reads == before + 1


def test_L10_a_name_in_an_assertion_is_no_other(world: ClientWorld) -> None:
    before = world.trust.reads
    world.refusal(client_assertion=assertion(iss="x" * 1_100, sub="x" * 1_100))
    assert world.trust.reads == before


def test_L10_the_longest_name_of_a_document_is_asked_for(world: ClientWorld) -> None:
    world.register(by_key(), "x" * LONGEST)
    assert world.ask(client_assertion=assertion(iss="x" * LONGEST, sub="x" * LONGEST)).client_id == "x" * LONGEST
