"""There is always a key that signs, and one that every verifier has already."""

from federation.keys.rotation import OUTLIVES, OVERDUE, SCHEDULE
from federation.keys.standbys import LEFT_OVER
from federation.minting.current_key import TTL
from federation.model.keys import CHANGES_KEPT, FORMER_KEPT, SEEN_BY_ALL, KeyEnd, KeyState
from federation.policy.build_authorization import HARD_CAP
from federation.status.publication import LIFETIME as LIST_LIFETIME
from tests.support.key_world import LIFETIME, KeyWorld


def test_nothing_happens_before_the_first_publication() -> None:
    world = KeyWorld()
    assert world.rotation().run() is None
    assert world.trust.load() is None


def test_the_first_run_makes_a_standby() -> None:
    world = KeyWorld()
    world.publish()
    report = world.run()
    assert (report.rotated, report.standby_kid) == (False, world.standby.kid)
    assert world.jwks == {world.active.kid, world.standby.kid}


def test_a_second_run_changes_nothing() -> None:
    world = KeyWorld().started()
    version = world.keys.version
    assert (world.run().rotated, world.keys.version) == (False, version)


def test_a_key_that_has_signed_for_long_enough_is_followed_by_the_standby() -> None:
    world = KeyWorld().started()
    first, second = world.active.kid, world.standby.kid
    world.clock.advance(LIFETIME - SEEN_BY_ALL - 1)
    assert not world.run().rotated
    world.clock.advance(1)
    report = world.run()
    assert (report.rotated, world.active.kid, report.overdue) == (True, second, False)
    assert world.standby.kid not in {first, second}
    (change,) = world.keys.changes
    assert (change.by, change.kid, change.active, change.unseen) == (SCHEDULE, first, second, False)


def test_a_retired_key_stays_until_its_last_token_has_died_and_is_then_deleted() -> None:
    world = KeyWorld().started()
    world.rotate()
    world.publish()
    retired = world.active
    world.clock.advance(SEEN_BY_ALL)
    world.rotate("order-2")
    world.clock.advance(OUTLIVES - 1)
    world.run()
    assert retired.kid in world.jwks
    world.clock.advance(1)
    assert world.run().disposed == (retired.kms_key,)
    assert retired.kid not in world.jwks
    assert world.maker.gone == [retired.kms_key]


def test_the_longest_life_is_the_longest_that_anything_signed_has() -> None:
    assert OUTLIVES >= HARD_CAP + TTL
    assert OUTLIVES >= LIST_LIFETIME + TTL


def test_the_key_that_the_deployment_made_is_never_deleted_and_never_taken_in_again() -> None:
    world = KeyWorld().started()
    world.rotate()
    world.clock.advance(OUTLIVES)
    world.run()
    assert world.maker.gone == []
    assert world.signer.can_sign(world.configured)
    world.clock.advance(FORMER_KEPT)
    world.run()
    assert world.configured not in {key.kms_key for key in world.keys.keys}
    assert world.keys.knows(world.configured)


def test_a_revoked_key_of_the_deployment_is_disabled() -> None:
    world = KeyWorld().started()
    world.revoke(world.active.kid)
    assert not world.signer.can_sign(world.configured)
    assert world.maker.gone == []


def test_a_key_that_kms_cannot_sign_with_is_followed_at_once() -> None:
    world = KeyWorld().started()
    first = world.active
    world.signer.disabled.add(first.kms_key)
    report = world.run()
    assert (report.rotated, report.overdue) == (True, False)
    assert world.active.kid != first.kid
    assert first.kid in world.jwks, "its tokens are still good"


def test_one_that_nothing_can_follow_is_an_alarm() -> None:
    world = KeyWorld()
    world.publish()
    world.signer.disabled.add(world.active.kms_key)
    assert world.run().overdue


def test_a_key_that_signs_for_too_long_because_nobody_sees_the_next_is_an_alarm() -> None:
    world = KeyWorld()
    world.publish()
    world.clock.advance(LIFETIME + OVERDUE - 1)
    reports = [world.rotation().run()]
    world.clock.advance(1)
    reports.append(world.rotation().run())
    assert [report.overdue for report in reports if report] == [False, True]


def test_a_standby_that_kms_cannot_sign_with_is_replaced() -> None:
    world = KeyWorld().started()
    broken = world.standby
    world.signer.disabled.add(broken.kms_key)
    world.run()
    assert world.standby.kid != broken.kid
    assert broken.kid not in world.jwks


def test_another_algorithm_is_used_as_soon_as_everybody_has_seen_its_key() -> None:
    world = KeyWorld().started()
    old = world.standby.kid
    world.run("EdDSA")
    assert world.active.algorithm == "ES256"
    world.clock.advance(SEEN_BY_ALL)
    world.run("EdDSA")
    assert world.active.algorithm == "EdDSA"
    assert old not in world.jwks, "a standby of an algorithm that nobody wants"
    assert [key.end for key in world.keys.former] == [KeyEnd.UNUSED]


def test_a_key_that_a_deployment_made_anew_is_taken_in() -> None:
    world = KeyWorld().started()
    world.configured = world.signer.create("ES256")
    world.run()
    assert world.configured in {key.kms_key for key in world.keys.keys if key.state is KeyState.NEXT}


def test_a_key_that_nobody_took_in_is_deleted_after_a_day() -> None:
    world = KeyWorld().started()
    left_over = world.maker.make("ES256")
    world.clock.advance(LEFT_OVER - 1)
    world.run()
    assert world.signer.can_sign(left_over)
    world.clock.advance(1)
    world.run()
    world.run()
    assert world.maker.gone == [left_over]


def test_what_left_long_ago_is_forgotten_and_so_are_old_changes() -> None:
    world = KeyWorld().started()
    for number in range(CHANGES_KEPT + 1):
        world.rotate(f"order-{number}")
        world.run()
        world.clock.advance(OUTLIVES)
    assert len(world.keys.changes) == CHANGES_KEPT
    world.clock.advance(FORMER_KEPT)
    last = world.run().disposed
    assert {key.kms_key for key in world.keys.former} == {world.configured, *last}
