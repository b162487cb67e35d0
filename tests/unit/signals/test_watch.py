"""A delivery is learned once, whoever else delivers, and whoever stops in between loses nothing."""

from collections.abc import Sequence

import pytest

from federation.model.json import JsonObject
from federation.model.risk import RiskKey
from federation.model.signals import StoredMemory, Watched
from federation.oauth.errors import TemporarilyUnavailable
from federation.signals.cases import DAY, allowed, history, refused, stranger
from federation.signals.memory import remembered
from federation.signals.observation import Observation
from federation.signals.raising import RiskRaiser
from federation.signals.signal import Step
from federation.signals.watch import Watch
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_signals import FakeSignals
from tests.support.fake_trust import FakeTrust
from tests.support.signal_cases import observations

SYNC = Watched("principal", "partner/sync", "acme")
RISK = RiskKey("principal", "partner/sync", "acme")
THEFT: JsonObject = allowed(source_ip="192.0.2.77", user_agent="curl/8")


class World:
    """A watch on stores in memory, which knows the usual life of somebody."""

    def __init__(self) -> None:
        self.signals, clock = FakeSignals(), FixedClock()
        self.ledger = FakeLedger(clock)
        self.state = FakeState(FakeTrust(), self.ledger, clock)
        raiser = RiskRaiser(self.state, self.ledger, clock, CountingIdentifiers())
        self.watch = Watch(self.signals, self.signals, raiser, self.signals, clock)
        self.usual = list(observations(history()))
        self.watch.look(self.usual)
        clock.at = self.usual[-1].seconds + 60

    def see(self, *steps: Step) -> Sequence[Observation]:
        """What comes next, with names of its own."""
        everything = list(observations((*history(), *steps)))
        return everything[len(self.usual) :]

    def memory(self) -> int:
        return remembered(self.signals.memories[SYNC].content).seen


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_unusual_is_kept_told_and_raises_the_risk_of_who_is_proven(world: World) -> None:
    (signal,) = world.watch.look(world.see(Step(THEFT, after=60))).signals
    assert (signal.name, signal.watched, signal.rings) == ("first_seen", SYNC, True)
    assert world.signals.records == {signal.id: signal}
    assert world.signals.notices == [signal]
    (cause,) = world.state.raised[RISK]
    assert (cause.source, cause.decay.score, cause.correlation_ids[-1]) == ("signal:first_seen", 90, "c-121")
    (record,) = world.ledger.records.values()
    assert (record["outcome"], record["signal"]) == ("risk_raised", signal.id)


def test_a_signal_says_that_it_raised_a_score_where_it_did(world: World) -> None:
    told = world.watch.look(world.see(Step(allowed(), times=200, every=0.05, after=60))).signals
    assert {one.watched.what for one in told} == {"principal", "issuer", "tenant"}
    assert {one.watched.risk_key for one in told if one.raises} == set(world.state.raised)


def test_the_same_delivery_again_changes_nothing(world: World) -> None:
    delivered = world.see(*(Step(allowed(), times=200, every=0.05, after=60),))
    first = world.watch.look(delivered)
    before = dict(world.signals.memories)
    assert world.watch.look(delivered).signals == ()
    assert {key: one.content for key, one in world.signals.memories.items()} == {
        key: one.content for key, one in before.items()
    }
    assert [one.name for one in first.signals].count("surge") == len({one.watched for one in first.signals})


def test_records_that_come_again_in_another_delivery_count_once(world: World) -> None:
    delivered = world.see(Step(allowed(), times=20, every=1.0, after=60))
    seen = world.memory()
    world.watch.look(delivered)
    world.watch.look(delivered[3:11])
    for one in delivered[:5]:
        world.watch.look([one])
    assert world.memory() == seen + 20


def test_who_stops_before_the_history_is_written_finds_the_same_again_and_tells_nobody_twice(world: World) -> None:
    delivered = world.see(Step(THEFT, after=60))
    world.signals.lost_writes = 1
    with pytest.raises(TemporarilyUnavailable):
        world.watch.look(delivered)
    world.watch.look(delivered)
    assert (len(world.signals.records), len(world.signals.notices)) == (1, 1)


def test_of_two_at_once_both_are_learned(world: World) -> None:
    first, second = world.see(Step(allowed(), after=60), Step(allowed(), after=1))
    rivals = [second]
    world.signals.meanwhile = lambda: rivals and world.watch.look([rivals.pop()])
    seen = world.memory()
    world.watch.look([first])
    assert world.memory() == seen + 2


def test_E_what_strangers_send_raises_nobodys_risk_and_is_part_of_nobodys_history(world: World) -> None:
    before = world.signals.memories[SYNC]
    forged = stranger("bad_signature", principal="partner/sync", tenant="acme", issuer="acme", client_id="gateway")
    report = world.watch.look(world.see(Step(forged, times=300, every=0.1, after=60)))
    assert {one.name for one in report.signals} == {"strangers", "bad_signature_jump"}
    assert world.state.raised == {}
    assert world.signals.memories[SYNC] == before
    assert {one.tenant for one in report.signals} == {None}


def test_an_issuer_pays_half_for_what_it_vouches_for(world: World) -> None:
    unmapped = refused("no_mapping", principal=None)
    world.watch.look(world.see(Step(unmapped, times=12, every=0.5, after=60)))
    assert world.state.raised[RiskKey("issuer", "acme", "acme")][0].decay.score == 35


def test_after_an_hour_without_anybody_who_looked_all_is_found_at_its_own_time(world: World) -> None:
    backlog = world.see(Step(allowed(), times=30, every=120.0, after=60), Step(THEFT), Step(allowed(), times=5))
    (signal,) = world.watch.look(backlog).signals
    assert signal.at == int(backlog[30].seconds)


def test_a_history_that_cannot_be_read_is_begun_anew(world: World) -> None:
    world.signals.memories[SYNC] = StoredMemory(b"\x00 no memory", 9)
    world.watch.look(world.see(Step(allowed(), after=DAY)))
    assert (world.memory(), world.signals.memories[SYNC].version) == (1, 10)
