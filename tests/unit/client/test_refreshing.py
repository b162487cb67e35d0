"""A value that expires: one flight at a time, the old one until its real end, and never past it."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.client.errors import ClientError, Unreachable
from federation.client.refreshing import Lease, Refreshing, Times
from tests.support.eventually import eventually


@dataclass
class World:
    """Clocks that a test turns, and a fetch that it can hold up or let fail."""

    now: float = 1000.0
    wall_ahead: float = 1e9
    lifetime: float = 300.0
    fetched: int = 0
    failure: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.times = Times(monotonic=lambda: self.now, wall=lambda: self.now + self.wall_ahead, random=lambda: 0.0)
        self.kept: Refreshing[int] = Refreshing(self.fetch, times=self.times)

    def later(self) -> int:
        """The value a tenth of a second later."""
        self.now += 0.1
        return self.kept.get()

    def fetch(self) -> Lease[int]:
        since = self.now
        self.fetched += 1
        assert self.gate.wait(30)
        if self.failure is not None:
            raise self.failure
        return Lease(self.fetched, self.lifetime, since)


def test_a_good_value_is_fetched_once() -> None:
    world = World()
    assert [world.kept.get() for _ in range(3)] == [1, 1, 1]


def test_a_thousand_threads_at_its_end_make_one_flight() -> None:
    world = World()
    world.kept.get()
    world.now += world.lifetime
    world.gate.clear()
    with ThreadPoolExecutor(1000) as pool:
        waiting = [pool.submit(world.kept.get) for _ in range(1000)]
        world.gate.set()
        assert {one.result() for one in waiting} == {2}
    assert world.fetched == 2


def test_soon_before_its_end_the_old_one_serves_while_another_is_fetched() -> None:
    world = World()
    world.kept.get()
    world.now += world.lifetime - 30
    world.gate.clear()
    assert world.kept.get() == 1
    world.gate.set()
    assert eventually(lambda: world.kept.get() == 2)
    assert world.fetched == 2


def test_a_refresh_that_fails_costs_nobody_the_good_one_and_is_spaced_out() -> None:
    world = World(failure=None)
    world.kept.get()
    world.failure = Unreachable("down")
    world.now += world.lifetime - 30
    for _ in range(20):
        assert world.kept.get() == 1
    assert eventually(lambda: world.fetched == 2)
    assert eventually(lambda: world.later() == 1 and world.fetched == 3)


def test_past_its_end_it_is_never_given() -> None:
    world = World()
    world.kept.get()
    world.failure = Unreachable("down")
    world.now += world.lifetime
    with pytest.raises(Unreachable, match="down"):
        world.kept.get()


def test_a_machine_that_slept_has_no_good_value_though_its_monotonic_clock_stood_still() -> None:
    world = World()
    world.kept.get()
    world.wall_ahead += world.lifetime
    assert world.kept.get() == 2


def test_a_wall_clock_that_is_set_back_keeps_nothing_alive() -> None:
    world = World()
    world.kept.get()
    world.wall_ahead -= 7200
    world.now += world.lifetime
    assert world.kept.get() == 2


def test_after_a_failure_nobody_asks_again_for_a_second() -> None:
    world = World(failure=Unreachable("down"))
    for _ in range(50):
        with pytest.raises(Unreachable):
            world.kept.get()
    assert world.fetched == 1
    world.failure = None
    world.now += 1
    assert world.kept.get() == 2


def test_who_does_not_want_to_wait_gets_a_typed_error_and_the_flight_lands_for_the_others() -> None:
    world = World()
    world.gate.clear()
    with pytest.raises(Unreachable, match="no token within"):
        world.kept.get(wait=0.05)
    world.gate.set()
    assert world.kept.get() == 1
    assert world.fetched == 1


def test_tasks_share_the_flight_of_threads_and_one_that_is_cancelled_takes_nobody_with_it() -> None:
    world = World()
    world.gate.clear()

    async def run() -> list[int]:
        given_up = asyncio.ensure_future(world.kept.get_async())
        others = [asyncio.ensure_future(world.kept.get_async()) for _ in range(3)]
        await asyncio.sleep(0.05)
        given_up.cancel()
        world.gate.set()
        return await asyncio.gather(*others)

    assert asyncio.run(run()) == [1, 1, 1]
    assert world.fetched == 1


def test_a_value_that_was_refused_is_fetched_anew_once() -> None:
    world = World()
    first = world.kept.get()
    world.kept.discard(first)
    assert world.kept.get() == 2
    world.kept.discard(first)
    assert world.kept.get() == 2


@given(lifetime=st.integers(2, 3600), margin=st.integers(1, 7200))
def test_whatever_the_margin_half_its_life_is_use(lifetime: int, margin: int) -> None:
    world = World(lifetime=float(lifetime))
    world.kept = Refreshing(world.fetch, margin=float(margin), times=world.times)
    world.kept.get()
    world.now += lifetime / 2 - 0.5
    assert (world.kept.get(), world.fetched) == (1, 1)


def test_the_traceback_of_a_failure_has_none_of_the_flights_variables() -> None:
    secret = "eyJhbGciOiJub25lIn0.secret.token"

    def fetch() -> Lease[int]:
        local = secret
        raise OSError(len(local))

    with pytest.raises(Unreachable) as caught:
        Refreshing(fetch).get()
    assert secret not in str(_locals(caught.value.__traceback__))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def _locals(traceback: object) -> list[object]:
    found: list[object] = []
    while traceback is not None:
        frame = traceback.tb_frame  # type: ignore[attr-defined]
        if "federation" in frame.f_code.co_filename:
            found.append(dict(frame.f_locals))
        traceback = traceback.tb_next  # type: ignore[attr-defined]
    return found


def test_a_child_process_does_not_wait_for_its_parents_flight() -> None:
    world = World()
    world.gate.clear()
    threading.Thread(target=_quietly(world.kept.get), daemon=True).start()
    assert eventually(lambda: world.fetched == 1)
    child = os.fork()
    if not child:
        world.gate.set()
        os._exit(0 if world.kept.get(5) == 2 else 1)
    world.gate.set()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _quietly(call: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            call()
        except ClientError:
            return

    return run
