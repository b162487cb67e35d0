"""Which version every document had when it was last looked at."""

import pytest

from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import TemporarilyUnavailable
from federation.trust.versions import ABSENT_TTL, AT_ONCE, COOL_DOWN, MAX_STALE, TTL, KnownVersions
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust
from tests.support.trust_documents import AUDIENCE


def ref(name: str = "a") -> DocumentRef:
    return DocumentRef(Kind.AUDIENCE, name)


class World:
    def __init__(self) -> None:
        self.clock, self.trust = FixedClock(), FakeTrust()
        self.state = FakeState(self.trust, FakeLedger(self.clock), self.clock)
        self.versions = KnownVersions(self.state, self.clock)

    def write(self, name: str = "a") -> None:
        self.trust.add(Kind.AUDIENCE, name, AUDIENCE)


@pytest.fixture
def world() -> World:
    made = World()
    made.write()
    return made


def test_what_was_looked_at_a_moment_ago_is_not_looked_at_again(world: World) -> None:
    assert world.versions.still({ref(): 1})
    world.write()
    assert world.versions.still({ref(): 1})
    assert world.state.reads == 1
    world.clock.advance(TTL)
    assert not world.versions.still({ref(): 1})
    assert world.state.reads == 2


def test_one_look_asks_for_everything_whose_turn_it_is(world: World) -> None:
    for number in range(AT_ONCE + 50):
        world.versions.of([ref(f"b-{number}")])
    world.clock.advance(TTL)
    before = world.state.reads
    assert world.versions.of([ref()]) == {ref(): 1}
    assert world.state.reads == before + 1
    assert len(world.state.questions[-1].documents) == AT_ONCE
    assert world.versions.of([ref(f"b-{AT_ONCE + 49}")])
    assert world.state.reads == before + 1


def test_that_there_is_no_such_document_is_known_for_seconds(world: World) -> None:
    assert world.versions.of([ref("new")]) == {ref("new"): 0}
    world.write("new")
    world.clock.advance(ABSENT_TTL)
    assert world.versions.of([ref("new")]) == {ref("new"): 1}


def test_an_older_look_never_replaces_a_newer_one(world: World) -> None:
    began = world.clock.now()
    world.clock.advance(1)
    world.versions.learn({ref(): 7}, world.clock.now())
    world.versions.learn({ref(): 6}, began)
    assert world.versions.of([ref()]) == {ref(): 7}


def test_a_clock_that_is_set_back_makes_everybody_look(world: World) -> None:
    world.versions.of([ref()])
    world.write()
    world.clock.advance(-5)
    assert world.versions.of([ref()]) == {ref(): 2}


def test_F25_while_nobody_can_look_the_last_versions_stand_for_half_an_hour(world: World) -> None:
    world.versions.of([ref()])
    world.clock.advance(TTL)
    world.state.failing = True
    assert world.versions.still({ref(): 1})
    asked = len(world.state.questions)
    assert world.versions.still({ref(): 1})
    assert len(world.state.questions) == asked, "not every request waits for a store that is down"
    world.clock.advance(COOL_DOWN)
    assert world.versions.still({ref(): 1})
    world.clock.advance(MAX_STALE)
    with pytest.raises(TemporarilyUnavailable):
        world.versions.still({ref(): 1})


def test_F25_what_nobody_ever_looked_at_is_no_guess(world: World) -> None:
    world.state.failing = True
    with pytest.raises(TemporarilyUnavailable):
        world.versions.of([ref()])


def test_a_request_rests_on_the_version_that_it_saw_first(world: World) -> None:
    world.versions.begin()
    world.versions.of([ref(), ref("none")])
    world.versions.learn({ref(): 2}, world.clock.now())
    world.versions.of([ref()])
    assert world.versions.touched() == {ref(): 1, ref("none"): 0}
    world.versions.begin()
    assert world.versions.touched() == {}
