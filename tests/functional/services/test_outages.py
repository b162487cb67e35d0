"""Keys that follow one another in the middle of a load, and a bridge that is away for half a minute."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest

from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.jwts import FRESH
from federation.resource_server.testing import OwnBridge
from federation.resource_server.verifier import Verifier
from tests.support.fake_clock import FixedClock

RISK, NOW = "risk-engine", 1_800_000_000
STEP = 2
"""Seconds by which time goes on at once: less than a list is fresh, as in life, where a look takes no longer."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def bridge(clock: FixedClock) -> Iterator[OwnBridge]:
    with OwnBridge(now=clock.now) as bridge:
        yield bridge


def test_R2_keys_rotate_under_load_and_not_one_good_token_is_refused(bridge: OwnBridge, clock: FixedClock) -> None:
    """The next key is published long before it signs; one that left the set is believed until the set is read again."""
    verifier = bridge.verifier(RISK, background=False)
    over, accepted, refused = Event(), [0] * 4, list[OAuthError]()

    def load(worker: int) -> None:
        while not over.is_set():
            try:
                verifier.verify(bridge.token(RISK))
            except OAuthError as refusal:
                refused.append(refusal)
            else:
                accepted[worker] += 1

    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load, worker) for worker in range(4)]
        for _ in range(3):
            old = bridge.token(RISK, lifetime=3600)
            before = bridge.rotate()
            _pass(clock, FRESH, accepted)
            bridge.remove(before)
            _pass(clock, FRESH + STEP, accepted)
            assert _reason(verifier, old) is Reason.UNKNOWN_KEY
        over.set()
        for each in loads:
            each.result()
    assert [(each.reason, repr(each.__cause__)) for each in refused] == []
    assert min(accepted) > 0


def _pass(clock: FixedClock, seconds: float, accepted: list[int]) -> None:
    """Time goes on while there is load at every moment of it."""
    for _ in range(int(seconds) // STEP):
        clock.advance(STEP)
        since = sum(accepted) + 4
        while sum(accepted) < since:
            sleep(0.001)


def _reason(verifier: Verifier, token: str) -> Reason:
    with pytest.raises(InvalidToken) as refused:
        verifier.verify(token)
    return refused.value.reason


@pytest.mark.parametrize("max_stale", [0.0, 60.0])
def test_a_bridge_that_is_away_for_half_a_minute(bridge: OwnBridge, clock: FixedClock, max_stale: float) -> None:
    verifier = bridge.verifier(RISK, max_stale=max_stale, background=False)
    verifier.verify(bridge.token(RISK))
    bridge.away = True
    told = []
    for _ in range(3):
        clock.advance(10)
        told.append(_answer(verifier, bridge.token(RISK)))
    assert told == [200 if max_stale else 503] * 3
    bridge.away = False
    clock.advance(1)
    assert _answer(verifier, bridge.token(RISK)) == 200


def _answer(verifier: Verifier, token: str) -> int:
    try:
        verifier.verify(token)
    except TemporarilyUnavailable as refusal:
        return refusal.http_status
    return 200
