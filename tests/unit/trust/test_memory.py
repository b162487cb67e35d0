"""What a process remembers of trust, and how it learns that it is behind."""

from collections.abc import Collection
from dataclasses import dataclass, field

import pytest

from federation.model.trust import DocumentRef, Kind
from federation.oauth.reasons import Reason
from federation.trust.memory import OF_STRANGERS, OF_THE_PROVEN, TrustMemory
from federation.trust.risks import KnownRisks
from federation.trust.versions import KnownVersions
from tests.support.exchange_world import AUDIENCE, NOW
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust

REF = DocumentRef(Kind.AUDIENCE, "risk-engine")
UNCERTAIN = Reason.CERTIFICATE_REFUSED
"""Another issuer may name the same authority by now, of which no document tells."""


@dataclass
class Documents:
    """A cache."""

    forgotten: list[DocumentRef] = field(default_factory=list)

    def forget_documents(self, moved: Collection[DocumentRef]) -> None:
        self.forgotten.extend(moved)


class World:
    def __init__(self) -> None:
        self.clock, self.trust, self.documents, self.named = FixedClock(NOW), FakeTrust(), Documents(), 0
        self.state = FakeState(self.trust, FakeLedger(self.clock), self.clock)
        self.versions = KnownVersions(self.state, self.clock)
        risks = KnownRisks(self.clock)
        self.memory = TrustMemory((self.documents,), self.versions, risks, self.clock, self._forget_names)

    def _forget_names(self) -> None:
        self.named += 1

    def write(self) -> None:
        self.trust.add(Kind.AUDIENCE, "risk-engine", AUDIENCE)

    def decide(self) -> None:
        """Somebody's request rests on the audience."""
        self.memory.begin()
        self.versions.of([REF])


@pytest.fixture
def world() -> World:
    made = World()
    made.write()
    made.decide()
    return made


def test_C11_what_a_commit_found_out_is_known_from_then_on(world: World) -> None:
    world.memory.renew({REF: 2}, (REF,), {})
    assert world.documents.forgotten == [REF]
    assert world.versions.still({REF: 2})


@pytest.mark.parametrize("reason", sorted((OF_STRANGERS | OF_THE_PROVEN) - {UNCERTAIN}))
def test_a_refusal_that_an_edit_could_have_made_wrong_is_looked_into_once(world: World, reason: Reason) -> None:
    world.clock.advance(1)
    assert not world.memory.catches_up(reason)
    world.write()
    world.clock.advance(1)
    assert world.memory.catches_up(reason)
    assert world.documents.forgotten == [REF]
    world.decide()
    world.clock.advance(1)
    assert not world.memory.catches_up(reason)


def test_whose_certificate_is_refused_is_looked_up_once_more(world: World) -> None:
    world.clock.advance(1)
    assert world.memory.catches_up(UNCERTAIN)
    assert world.named == 1
    assert not world.memory.catches_up(UNCERTAIN), "within a quarter of a second"


@pytest.mark.parametrize("reason", [Reason.MALFORMED_TOKEN, Reason.TOKEN_REPLAYED, Reason.TOKEN_REVOKED])
def test_no_edit_makes_any_other_refusal_wrong(world: World, reason: Reason) -> None:
    world.write()
    world.clock.advance(1)
    assert not world.memory.catches_up(reason)


def test_an_edit_of_what_a_refusal_does_not_rest_on_makes_nobody_decide_again(world: World) -> None:
    """Another tenant writes all the time."""
    world.clock.advance(1)
    world.trust.add(Kind.AUDIENCE, "another", AUDIENCE)
    assert not world.memory.catches_up(Reason.POLICY_DENIED)


def test_a_refusal_that_rests_on_nothing_costs_no_read(world: World) -> None:
    world.memory.begin()
    before = world.state.reads
    world.clock.advance(1)
    assert not world.memory.catches_up(Reason.BAD_SIGNATURE)
    assert world.state.reads == before
