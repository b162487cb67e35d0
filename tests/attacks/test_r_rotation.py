"""Group R: our own keys rotate, retire and are revoked, and nothing that is good stops being so on the way."""

from collections.abc import Callable

import pytest

from federation.keys.rotation import OUTLIVES
from federation.model.keys import MAX_AGE, SEEN_BY_ALL, KeyRefusal, KeyRefused, KeySet, KeyState
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.metadata import JWKS_PATH
from federation.ports import PublishedDocument, VersionConflict
from tests.support.crashing import Crash, CrashPlan
from tests.support.fake_publisher import FakePublisher
from tests.support.key_world import LIFETIME, KeyWorld


@pytest.fixture
def world() -> KeyWorld:
    return KeyWorld().started()


def refusal(act: Callable[[], object]) -> KeyRefusal:
    with pytest.raises(KeyRefused) as refused:
        act()
    return refused.value.refusal


def test_R1_a_key_that_is_not_in_the_fetched_jwks_does_not_sign(world: KeyWorld) -> None:
    first = world.active.kid
    del world.publisher.documents[JWKS_PATH]
    assert refusal(world.rotate) is KeyRefusal.UNSEEN
    world.clock.advance(LIFETIME)
    assert not world.rotation().run().rotated  # type: ignore[union-attr]
    assert world.active.kid == first


def test_R1_a_key_that_was_never_published_does_not_sign() -> None:
    world = KeyWorld()
    world.publish()
    world.rotation().run()
    world.clock.advance(LIFETIME)
    assert refusal(world.rotate) is KeyRefusal.UNSEEN


def test_R2_a_key_signs_when_the_oldest_jwks_that_a_verifier_may_hold_has_it() -> None:
    world = KeyWorld()
    world.publish()
    world.run()
    world.clock.advance(SEEN_BY_ALL - 1)
    assert refusal(world.rotate) is KeyRefusal.UNSEEN
    world.clock.advance(1)
    world.rotate()
    assert world.active.published_at is not None
    assert world.clock.now() - world.active.published_at >= 2 * MAX_AGE


def test_R3_a_key_stays_while_a_token_of_it_may_live(world: KeyWorld) -> None:
    first = world.active.kid
    world.rotate()
    world.clock.advance(OUTLIVES - 1)
    assert refusal(lambda: world.keys.removing(first, int(world.clock.now()))) is KeyRefusal.ALIVE
    world.run()
    assert first in world.jwks
    world.clock.advance(1)
    world.run()
    assert first not in world.jwks


@pytest.mark.parametrize("which", [KeyState.NEXT, KeyState.ACTIVE])
def test_R3_nothing_but_a_retired_key_is_ever_removed(world: KeyWorld, which: KeyState) -> None:
    (key,) = [key for key in world.keys.keys if key.state is which]
    assert refusal(lambda: world.keys.removing(key.kid, 2**40)) is KeyRefusal.ALIVE


class Interrupted:
    """KeySets of a rotator that is overtaken between its read and its write."""

    def __init__(self, world: KeyWorld, overtake: Callable[[], object]) -> None:
        self._world = world
        self._overtake = [overtake]

    def load(self) -> KeySet | None:
        return self._world.trust.load()

    def save(self, keys: KeySet) -> None:
        while self._overtake:
            self._overtake.pop()()
        self._world.trust.save(keys)


def test_R4_of_two_rotators_one_wins_and_the_other_sees_that_nothing_is_left_to_do(world: KeyWorld) -> None:
    world.clock.advance(LIFETIME)
    second = world.standby.kid
    late = world.rotation(key_sets=Interrupted(world, lambda: world.rotation().run()))
    late.run()
    assert world.active.kid == second
    assert len(world.keys.changes) == 1


def test_R4_two_who_make_a_standby_at_once_have_one_and_lose_none() -> None:
    world = KeyWorld()
    world.publish()
    world.rotation(key_sets=Interrupted(world, lambda: world.rotation().run())).run()
    assert len([key for key in world.keys.keys if key.state is KeyState.NEXT]) == 1
    recover(world)
    assert unknown_keys(world) == set()


def test_R5_an_older_jwks_is_noticed_replaced_and_waits_its_time_again(world: KeyWorld) -> None:
    older = PublishedDocument(JWKS_PATH, b'{"keys": []}', "application/jwk-set+json", "")
    world.publisher.documents[JWKS_PATH] = older
    report = world.publish()
    assert (report.rolled_back, report.published) == (True, (JWKS_PATH,))
    assert world.jwks == {key.kid for key in world.keys.keys}
    assert refusal(world.rotate) is KeyRefusal.UNSEEN
    assert not world.publish().rolled_back
    world.clock.advance(SEEN_BY_ALL)
    world.rotate()


def test_R5_an_older_jwks_that_still_has_a_revoked_key_is_noticed_too(world: KeyWorld) -> None:
    older, revoked = world.publisher.documents[JWKS_PATH], world.active.kid
    world.revoke(revoked)
    assert not world.publish().rolled_back
    world.publisher.documents[JWKS_PATH] = older
    assert world.publish().rolled_back
    assert revoked not in world.jwks


def test_R5_a_jwks_that_vanished_is_noticed(world: KeyWorld) -> None:
    del world.publisher.documents[JWKS_PATH]
    assert world.publish().rolled_back


class Overtaken(FakePublisher):
    """Between this publisher's look and its write, another one puts a newer set out."""

    def __init__(self, world: KeyWorld) -> None:
        super().__init__()
        self.documents = world.publisher.documents
        self._world = world

    def replace(self, document: PublishedDocument, tag: str | None) -> None:
        self._world.revoke(self._world.active.kid)
        self._world.publish()
        super().replace(document, tag)


def test_R5_whoever_is_late_never_puts_an_older_set_out(world: KeyWorld) -> None:
    revoked = world.active.kid
    world.revoke(world.standby.kid, "order-0")
    with pytest.raises(VersionConflict):
        world.publish(publisher=Overtaken(world))
    assert world.jwks == {key.kid for key in world.keys.keys}
    assert revoked not in world.jwks


def test_R7_a_revoked_key_is_gone_at_once_and_the_standby_signs(world: KeyWorld) -> None:
    revoked, standby = world.active, world.standby
    world.revoke(revoked.kid)
    world.publish()
    assert world.active.kid == standby.kid
    assert not world.keys.holds(revoked.kid)
    assert revoked.kid not in world.jwks
    assert not world.keys.changes[-1].unseen
    assert world.standby.kid not in {revoked.kid, standby.kid}, "the next one is there already"


def test_R7_in_an_emergency_a_key_signs_that_not_everybody_has_seen_and_it_is_said(world: KeyWorld) -> None:
    world.revoke(world.active.kid)
    world.revoke(world.active.kid, "order-2")
    assert world.keys.changes[-1].unseen
    assert world.keys.active is not None


def test_R7_keys_that_do_not_sign_can_be_revoked_as_well(world: KeyWorld) -> None:
    first = world.active.kid
    world.rotate()
    for number, kid in enumerate([first, world.standby.kid], 2):
        world.revoke(kid, f"order-{number}")
        assert not world.keys.holds(kid)
    assert world.keys.active is not None


def test_O6_the_last_key_is_not_revoked() -> None:
    world = KeyWorld()
    world.publish()
    world.maker.failing = True
    assert refusal(lambda: world.revoke(world.active.kid)) is KeyRefusal.LAST
    assert world.keys.active is not None
    world.maker.failing = False
    world.revoke(world.active.kid)


def test_O6_a_key_is_revoked_once_and_a_stranger_never(world: KeyWorld) -> None:
    revoked = world.active.kid
    world.revoke(revoked)
    assert refusal(lambda: world.revoke(revoked, "order-2")) is KeyRefusal.GONE
    assert refusal(lambda: world.revoke("nobody", "order-3")) is KeyRefusal.UNKNOWN


def test_O9_an_order_that_is_repeated_has_one_effect(world: KeyWorld) -> None:
    revoked = world.active.kid
    for _ in range(2):
        world.revoke(revoked, "order-1")
    assert len(world.keys.changes) == 1
    world.publish()
    world.clock.advance(SEEN_BY_ALL)
    for _ in range(2):
        world.rotate("order-2")
    assert [change.order for change in world.keys.changes] == ["order-1", "order-2"]


def test_fault_F4_a_key_that_is_disabled_is_followed_by_a_standby_that_everybody_has(world: KeyWorld) -> None:
    first = world.active
    world.signer.disabled.add(first.kms_key)
    assert world.run().rotated
    assert first.kid in world.jwks


def test_fault_F4_and_by_none_that_somebody_may_lack() -> None:
    world = KeyWorld()
    world.publish()
    world.run()
    world.signer.disabled.add(world.active.kms_key)
    report = world.run()
    assert (report.rotated, report.overdue) == (False, True)
    world.clock.advance(SEEN_BY_ALL)
    assert world.run().rotated


STEPS = 40
"""More than any run has calls."""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("order", ["run", "rotate", "revoke"])
def test_fault_F14_a_crash_at_any_step_is_made_good_by_the_next_run(order: str, after: bool) -> None:
    for step in range(STEPS):
        world = KeyWorld().started()
        if order == "run":
            world.clock.advance(LIFETIME)
        crashed = crash(world, order, CrashPlan(step, after))
        if not crashed:
            assert step > 5
            return
        act(world, order, CrashPlan(STEPS, after))
        recover(world)
        assert world.active.seen(int(world.clock.now()))
        assert len(world.keys.changes) == 1
        assert unknown_keys(world) == set()
    pytest.fail("there are more steps than that")


@pytest.mark.parametrize("after", [False, True])
def test_fault_F14_a_crash_at_any_step_of_publication_is_made_good_by_the_next(after: bool) -> None:
    for step in range(STEPS):
        world = KeyWorld()
        try:
            world.publish(CrashPlan(step, after))
        except Crash:
            assert not world.publish().rolled_back
            assert world.jwks == {world.active.kid}
            continue
        assert step > 5
        return


@pytest.mark.parametrize("unlisted", [False, True])
def test_fault_F14_a_key_that_was_made_and_not_written_down_is_used_or_deleted(unlisted: bool) -> None:
    world = KeyWorld()
    world.publish()
    lost = world.maker.make("ES256")
    world.maker.unlisted = {lost} if unlisted else set()
    world.run()
    assert (world.standby.kms_key == lost) is not unlisted
    world.maker.unlisted = set()
    recover(world)
    assert unknown_keys(world) == set()
    assert (lost in world.maker.gone) is unlisted


def test_a_kms_that_makes_no_keys_keeps_no_compromised_one(world: KeyWorld) -> None:
    world.maker.failing = True
    revoked = world.active.kid
    world.revoke(revoked)
    assert not world.keys.holds(revoked)
    with pytest.raises(TemporarilyUnavailable):
        world.rotation().run()


def crash(world: KeyWorld, order: str, plan: CrashPlan) -> bool:
    try:
        act(world, order, plan)
    except Crash:
        return True
    return False


def act(world: KeyWorld, order: str, plan: CrashPlan) -> None:
    rotation = world.rotation(plan=plan)
    if order == "run":
        rotation.run()
    elif order == "rotate":
        rotation.carry_out(world.order("order-1"))
    else:
        rotation.carry_out(world.order("order-1", revoked=world.first))


def recover(world: KeyWorld) -> None:
    """Two days of the schedule."""
    world.publish()
    for _ in range(2):
        world.run()
        world.clock.advance(24 * 60 * 60)
    world.run()


def unknown_keys(world: KeyWorld) -> set[str]:
    """KMS keys that cost money and that nobody knows of."""
    return {made.kms_key for made in world.maker.made()} - {key.kms_key for key in world.keys.keys}
