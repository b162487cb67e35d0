"""Q5: signed requests that are junk, and an AWS that answers nobody: neither holds up anybody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Semaphore, Thread

import pytest

from federation.oauth.errors import TemporarilyUnavailable, TooManyRequests
from federation.ports import CallerIdentityAnswer, CallerIdentityRequest, FetchFailed
from federation.verification.aws_request.asking import PER_PROCESS, PER_SOURCE, BoundedCallers
from federation.verification.held_keys import OPEN, THRESHOLD
from tests.support.fake_clock import FixedClock

REFUSED = CallerIdentityAnswer(403, "text/xml", b"<Code>SignatureDoesNotMatch</Code>")
BROKEN = CallerIdentityAnswer(503, "text/xml", b"")
US, EU = (CallerIdentityRequest(f"https://sts.{one}.amazonaws.com", (), b"") for one in ("us-east-1", "eu-west-1"))


def silent(_request: CallerIdentityRequest) -> CallerIdentityAnswer:
    raise FetchFailed("timed out")


class Sts:
    """Whoever answers for AWS; counts."""

    def __init__(self, answer: Callable[[CallerIdentityRequest], CallerIdentityAnswer]) -> None:
        self.answer, self.asked = answer, 0

    def ask(self, request: CallerIdentityRequest) -> CallerIdentityAnswer:
        self.asked += 1
        return self.answer(request)


class Waiting:
    """An AWS that answers when it is let."""

    def __init__(self) -> None:
        self.go, self.came = Event(), Semaphore(0)

    def ask(self, _request: CallerIdentityRequest) -> CallerIdentityAnswer:
        self.came.release()
        self.go.wait(60)
        return REFUSED


@contextmanager
def waiting(callers: BoundedCallers, sts: Waiting, sources: list[str]) -> Iterator[None]:
    """That many questions wait for an answer."""
    threads = [Thread(target=callers.ask, args=(US, source)) for source in sources]
    try:
        for thread in threads:
            thread.start()
            assert sts.came.acquire(timeout=60)
        yield
    finally:
        sts.go.set()
        for thread in threads:
            thread.join()


def test_Q5_one_source_has_few_questions_waiting_and_another_is_asked_for_beside_it() -> None:
    sts = Waiting()
    callers = BoundedCallers(sts, FixedClock())
    source = [f"2001:db8::{number}" for number in range(PER_SOURCE)]  # one /64: whoever has it chooses the rest
    with waiting(callers, sts, source):
        with pytest.raises(TooManyRequests) as refused:
            callers.ask(US, "2001:db8::ffff")
        assert refused.value.headers == {"retry-after": "1"}
        with waiting(callers, sts, ["192.0.2.1"]):
            pass
    assert callers.ask(US, "2001:db8::ffff") == REFUSED


def test_Q5_a_process_has_few_questions_waiting_from_however_many_sources() -> None:
    sts = Waiting()
    callers = BoundedCallers(sts, FixedClock())
    with waiting(callers, sts, [f"192.0.2.{number}" for number in range(PER_PROCESS)]):
        with pytest.raises(TemporarilyUnavailable) as refused:
            callers.ask(US, "198.51.100.1")
        assert not isinstance(refused.value, TooManyRequests)
    assert callers.ask(US, "198.51.100.1") == REFUSED


@pytest.mark.parametrize("answer", [silent, lambda _: BROKEN], ids=["silent", "5xx"])
def test_Q5_an_sts_that_is_down_is_left_alone_and_then_asked_once(
    answer: Callable[[CallerIdentityRequest], CallerIdentityAnswer],
) -> None:
    sts, clock = Sts(answer), FixedClock()
    callers = BoundedCallers(sts, clock)

    def ask(times: int) -> None:
        for _ in range(times):
            try:
                assert callers.ask(US, "192.0.2.1") == BROKEN
            except TemporarilyUnavailable:
                continue

    ask(60)
    assert sts.asked == THRESHOLD
    clock.advance(OPEN)
    ask(60)
    assert sts.asked == THRESHOLD + 1
    clock.advance(OPEN)
    sts.answer = lambda _: REFUSED
    assert [callers.ask(US, "192.0.2.1").status for _ in range(3)] == [403] * 3


def test_Q5_junk_keeps_nobody_from_being_asked_for_and_one_region_is_not_another() -> None:
    sts = Sts(lambda _: REFUSED)
    callers = BoundedCallers(sts, FixedClock())
    assert {callers.ask(US, "192.0.2.1").status for _ in range(200)} == {403}
    sts.answer = silent
    for _ in range(THRESHOLD):
        with pytest.raises(TemporarilyUnavailable):
            callers.ask(US, "192.0.2.1")
    sts.answer = lambda _: REFUSED
    with pytest.raises(TemporarilyUnavailable):
        callers.ask(US, "192.0.2.1")
    assert callers.ask(EU, "192.0.2.1") == REFUSED
