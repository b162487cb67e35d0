"""What a process remembers of trust, and how it learns that it is behind."""

from dataclasses import dataclass, field

import pytest

from federation.model.trust import Kind
from federation.oauth.reasons import Reason
from federation.trust.memory import OF_STRANGERS, OF_THE_PROVEN, TrustMemory
from federation.trust.risks import KnownRisks
from tests.support.exchange_world import AUDIENCE, NOW
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust


@dataclass
class Documents:
    """A cache that another request reads in while it is told to forget."""

    memory: TrustMemory | None = None
    seen: list[int] = field(default_factory=list)

    def forget(self) -> None:
        if self.memory is not None:
            self.seen.append(self.memory.revision())


class World:
    def __init__(self) -> None:
        self.clock, self.trust, self.documents = FixedClock(NOW), FakeTrust(), Documents()
        state = FakeState(self.trust, FakeLedger(self.clock), self.clock)
        self.memory = TrustMemory((self.documents,), KnownRisks(self.clock), state, self.clock)
        self.documents.memory = self.memory

    def write(self) -> None:
        self.trust.add(Kind.AUDIENCE, "risk-engine", AUDIENCE)


@pytest.fixture
def world() -> World:
    return World()


def test_C11_nobody_finds_old_documents_under_the_new_number(world: World) -> None:
    """Or a decision by what is gone would pass the commit, which compares numbers."""
    before = world.memory.revision()
    world.memory.renew(revision=before + 1, moved=True, risks={})
    assert (world.documents.seen, world.memory.revision()) == ([before], before + 1)


@pytest.mark.parametrize("reason", sorted(OF_STRANGERS | OF_THE_PROVEN))
def test_a_refusal_that_an_edit_could_have_made_wrong_is_looked_into_once(world: World, reason: Reason) -> None:
    world.memory.revision()
    world.clock.advance(1)
    assert not world.memory.catches_up(reason)
    world.write()
    world.clock.advance(1)
    assert world.memory.catches_up(reason)
    world.clock.advance(1)
    assert not world.memory.catches_up(reason)


@pytest.mark.parametrize("reason", [Reason.MALFORMED_TOKEN, Reason.TOKEN_REPLAYED, Reason.TOKEN_REVOKED])
def test_no_edit_makes_any_other_refusal_wrong(world: World, reason: Reason) -> None:
    world.memory.revision()
    world.write()
    world.clock.advance(1)
    assert not world.memory.catches_up(reason)
