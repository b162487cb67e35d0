"""A link opens once; a session ends."""

from federation.console.door import LINK_LIFE, MOST_SESSIONS, SESSION_LIFE, Door
from tests.support.console_world import Clock


def entered(door: Door) -> str:
    session = door.enter(door.new_link())
    assert session is not None
    return session


def test_a_link_opens_once() -> None:
    door = Door(Clock())
    link = door.new_link()
    session = door.enter(link)
    assert session is not None
    assert door.knows(session)
    assert door.enter(link) is None


def test_a_wrong_guess_spends_nothing() -> None:
    door = Door(Clock())
    link = door.new_link()
    assert door.enter("guess") is None
    assert door.enter("") is None
    assert door.enter(link) is not None


def test_a_new_link_ends_the_one_before() -> None:
    door = Door(Clock())
    old = door.new_link()
    door.new_link()
    assert door.enter(old) is None


def test_a_link_that_is_left_lying_around_opens_nothing() -> None:
    clock = Clock()
    door = Door(clock)
    link = door.new_link()
    clock.now += LINK_LIFE
    assert door.enter(link) is None


def test_a_session_ends_by_time_and_by_leaving() -> None:
    clock = Clock()
    door = Door(clock)
    one, other = entered(door), entered(door)
    door.leave(one)
    assert (door.knows(one), door.knows(other)) == (False, True)
    clock.now += SESSION_LIFE
    assert not door.knows(other)
    assert not door.knows("")


def test_sessions_are_bounded_and_the_oldest_goes() -> None:
    door = Door(Clock())
    first, *others = [entered(door) for _ in range(MOST_SESSIONS + 1)]
    assert not door.knows(first)
    assert all(door.knows(one) for one in others)
