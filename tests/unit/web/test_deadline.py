import socket
from threading import Event

import pytest

from federation.web.deadline import Deadline, DeadlineReader
from tests.support.fake_clock import FixedClock


def test_what_remains_shrinks_until_nothing_does() -> None:
    clock = FixedClock(100)
    deadline = Deadline(2, clock.now)
    assert deadline.remaining() == 2
    clock.advance(1.5)
    assert deadline.remaining() == 0.5
    clock.advance(0.5)
    with pytest.raises(TimeoutError):
        deadline.remaining()


def test_bounded_work_gives_its_result() -> None:
    assert Deadline(30).bound(lambda: 42) == 42


def test_bounded_work_gives_its_error() -> None:
    def fail() -> None:
        raise socket.gaierror

    with pytest.raises(socket.gaierror):
        Deadline(30).bound(fail)


def test_work_that_hangs_is_left_behind() -> None:
    release = Event()
    with pytest.raises(TimeoutError):
        Deadline(0.05).bound(release.wait)
    release.set()


def test_a_read_after_the_end_is_refused_although_bytes_are_there() -> None:
    clock = FixedClock()
    near, far = socket.socketpair()
    with near, far:
        reader = DeadlineReader(near, Deadline(1, clock.now))
        far.sendall(b"ab")
        assert reader.read(1) == b"a"
        clock.advance(1)
        with pytest.raises(TimeoutError):
            reader.read(1)
