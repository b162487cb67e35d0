"""Keys and lists are fetched again beside the requests, and believed no longer than they may be."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason
from federation.resource_server.forks import ForkLock
from federation.resource_server.jwts import FRESH, RENEWED
from federation.resource_server.testing import TTL, OwnBridge
from federation.resource_server.verifier import Verifier
from tests.support.eventually import HANGS, eventually
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000
RISK = "risk-engine"


@dataclass
class Network:
    """Between a service and its bridge."""

    bridge: OwnBridge
    fetched: list[str] = field(default_factory=list)
    open: Event = field(default_factory=Event)

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url.removeprefix(self.bridge.issuer))
        self.open.wait()
        return self.bridge.fetch(url)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def bridge(clock: FixedClock) -> Iterator[OwnBridge]:
    with OwnBridge(now=clock.now) as bridge:
        yield bridge


@pytest.fixture
def network(bridge: OwnBridge) -> Network:
    network = Network(bridge)
    network.open.set()
    return network


def refusal(verifier: Verifier, token: str) -> OAuthError:
    with pytest.raises(OAuthError) as refused:
        verifier.verify(token)
    return refused.value


@pytest.mark.parametrize("max_stale", [0.0, 60.0])
def test_F15_a_key_that_is_published_no_more_ends_within_its_age_while_the_bridge_is_away(
    bridge: OwnBridge, clock: FixedClock, max_stale: float
) -> None:
    """Lists are read on, so that it is the age of the keys which ends it."""
    without_keys = Network(bridge)

    def fetch(url: str) -> bytes:
        if url.endswith(JWKS_PATH) and without_keys.fetched:
            raise OSError("the keys cannot be reached")
        without_keys.fetched.append(url)
        return bridge.fetch(url)

    verifier = bridge.verifier(RISK, fetch=fetch, max_stale=max_stale, background=False)
    token = bridge.token(RISK, lifetime=3600)
    verifier.verify(token)
    clock.advance(FRESH + max_stale - 1)
    verifier.verify(token)
    clock.advance(1)
    refused = refusal(verifier, token)
    assert (type(refused), refused.reason) == (TemporarilyUnavailable, Reason.ISSUER_KEYS_UNAVAILABLE)


def test_a_removed_key_ends_when_the_set_is_read_again_also_for_a_token_that_is_remembered(
    bridge: OwnBridge, clock: FixedClock
) -> None:
    verifier = bridge.verifier(RISK, background=False)
    token = bridge.token(RISK, lifetime=3600)
    for _ in range(2):
        verifier.verify(token)
    bridge.remove(bridge.rotate())
    clock.advance(FRESH)
    refused = refusal(verifier, token)
    assert (type(refused), refused.reason) == (InvalidToken, Reason.UNKNOWN_KEY)
    verifier.verify(bridge.token(RISK))


def test_a_token_that_is_remembered_is_refused_as_soon_as_the_list_says_so(
    bridge: OwnBridge, clock: FixedClock
) -> None:
    verifier = bridge.verifier(RISK, background=False)
    token = bridge.token(RISK)
    for _ in range(2):
        verifier.verify(token)
    bridge.revoke(token)
    clock.advance(TTL)
    assert refusal(verifier, token).reason is Reason.TOKEN_REVOKED


def test_a_token_that_is_remembered_ends_when_it_says(bridge: OwnBridge, clock: FixedClock) -> None:
    verifier = bridge.verifier(RISK, background=False)
    token = bridge.token(RISK, lifetime=60)
    verifier.verify(token)
    clock.advance(65)
    assert refusal(verifier, token).reason is Reason.TOKEN_EXPIRED


def test_requests_at_once_wait_for_one_flight(bridge: OwnBridge, network: Network) -> None:
    verifier = bridge.verifier(RISK, fetch=network.fetch, background=False)
    network.open.clear()
    token = bridge.token(RISK)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(verifier.verify, token) for _ in range(8)]
        eventually(lambda: bool(network.fetched))
        network.open.set()
        assert {each.result().jti for each in asked} == {verifier.verify(token).jti}
    assert network.fetched.count(JWKS_PATH) == 1
    assert len(network.fetched) == 2


def test_tasks_wait_for_it_too_and_the_loop_goes_on(bridge: OwnBridge, network: Network) -> None:
    verifier = bridge.verifier(RISK, fetch=network.fetch, background=False)
    network.open.clear()

    async def served() -> list[str]:
        asked = [asyncio.create_task(verifier.verify_async(bridge.token(RISK, jti=f"j-{n}"))) for n in range(4)]
        given_up = asyncio.create_task(verifier.verify_async(bridge.token(RISK)))
        await asyncio.to_thread(eventually, lambda: bool(network.fetched))
        given_up.cancel()
        network.open.set()
        return [(await each).jti for each in asked]

    assert asyncio.run(served()) == ["j-0", "j-1", "j-2", "j-3"]
    assert len(network.fetched) == 2


def test_in_the_background_documents_are_fetched_before_they_are_stale_and_no_request_waits() -> None:
    with OwnBridge() as bridge:
        network = Network(bridge)
        network.open.set()
        verifier = bridge.verifier(RISK, fetch=network.fetch)
        token = bridge.token(RISK)
        verifier.verify(token)
        once = len(network.fetched)
        network.open.clear()
        eventually(lambda: len(network.fetched) > once)  # the thread hangs in its flight, and the list is fresh on
        assert verifier.verify(token).jti
        network.open.set()
        verifier.close()


def test_after_an_outage_the_background_finds_the_bridge_again_without_a_request() -> None:
    with OwnBridge() as bridge:
        network = Network(bridge)
        network.open.set()
        verifier = bridge.verifier(RISK, fetch=network.fetch)
        token = bridge.token(RISK)
        verifier.verify(token)
        bridge.away = True
        eventually(lambda: _is_refused(verifier, token))
        bridge.away = False
        eventually(lambda: not _is_refused(verifier, token))


def _is_refused(verifier: Verifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except TemporarilyUnavailable:
        return True
    return False


def test_keys_are_renewed_long_before_they_end() -> None:
    assert RENEWED * 2 < FRESH


def test_a_forked_worker_fetches_for_itself() -> None:
    """A pre-forking server imports the application once: its threads and flights stay behind."""
    with OwnBridge() as bridge:
        verifier = bridge.verifier(RISK)
        token = bridge.token(RISK)
        verifier.verify(token)
        child = os.fork()
        if child == 0:
            try:
                time.sleep(TTL + 1)
                verifier.verify(token)
            except BaseException:  # noqa: BLE001  (nothing may leave a forked test)
                os._exit(1)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0


def test_a_lock_that_a_thread_held_when_a_worker_was_forked_is_free_in_the_worker() -> None:
    lock = ForkLock()
    with lock:
        child = os.fork()
        if child == 0:
            signal.alarm(int(HANGS))  # ends a child that waits for a thread which it has not
            with lock:
                os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_however_many_tokens_come_few_are_remembered(bridge: OwnBridge) -> None:
    verifier = bridge.verifier(RISK, background=False)
    for number in range(3000):
        verifier.verify(bridge.token(RISK, jti=f"j-{number}"))
    assert verifier.remembered <= 1024


def test_who_we_are_has_no_default() -> None:
    for issuer, audience in (("", RISK), ("https://federation.example.com", "")):
        with pytest.raises(ValueError, match="name the bridge"):
            Verifier(issuer, audience)
