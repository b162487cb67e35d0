"""Fault F20 and attack Q5: a slow issuer is left alone after a while, and never holds up another."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from federation.model.trust import IssuerKeys
from federation.verification.held_keys import COOL_DOWN_WITHOUT_KEYS, FRESH, OPEN, THRESHOLD
from federation.web.fetcher import WebFetcher
from tests.support.eventually import HANGS, eventually
from tests.support.issuer_online import (
    OLD,
    UNAVAILABLE,
    at,
    fresh_token,
    old_token,
    online,
    only,
    publish,
    refusal_after_any_fetch,
    take_offline,
)
from tests.support.issuer_server import IssuerServer, document, endless, issuer_server, silence
from tests.support.issuer_shared import refresh
from tests.support.issuer_world import Recording, World, claims, jwks, token, trusted, unavailable, world
from tests.support.jose_keys import rsa_key


def test_fault_F20_after_five_failures_nobody_asks_for_thirty_seconds() -> None:
    w = world(online())
    for _ in range(THRESHOLD):
        refusal_after_any_fetch(w, token())
        w.clock.advance(COOL_DOWN_WITHOUT_KEYS)
    asked = len(w.web.fetched)
    assert asked == THRESHOLD
    for _ in range(OPEN - COOL_DOWN_WITHOUT_KEYS - 1):
        refusal_after_any_fetch(at(w, 1), token())
    assert len(w.web.fetched) == asked


def test_fault_F20_then_one_attempt_decides() -> None:
    w = world(online())
    for _ in range(THRESHOLD):
        refusal_after_any_fetch(w, token())
        w.clock.advance(COOL_DOWN_WITHOUT_KEYS)
    w.clock.advance(OPEN - COOL_DOWN_WITHOUT_KEYS)
    refusal_after_any_fetch(w, fresh_token(w, rsa_key()))
    assert len(w.web.fetched) == THRESHOLD + 1
    publish(w, jwks(rsa_key()))
    assert unavailable(at(w, OPEN - 1), fresh_token(w, rsa_key())) is UNAVAILABLE
    assert at(w, 1).verify(fresh_token(w, rsa_key())).keys_stale is False


def test_fault_F20_a_success_closes_the_circuit() -> None:
    w = only(online(max_stale=0))
    for _ in range(2):
        take_offline(w)
        for _ in range(THRESHOLD - 1):
            assert unavailable(w, old_token(w)) is UNAVAILABLE
            w.clock.advance(COOL_DOWN_WITHOUT_KEYS)
        publish(w, jwks(OLD))
        assert w.verify(old_token(w)).keys_stale is False
        w.clock.advance(FRESH)
    assert len(w.web.fetched) == 2 * THRESHOLD


class Impatient:
    """Waits for the slow one as long as it is told, for others however long they take: machines are slow as well."""

    def __init__(self, patience: float) -> None:
        self._patience = patience

    def fetch(self, url: str) -> bytes:
        total = self._patience if url.endswith("/slow") else HANGS
        return WebFetcher(loopback=True, total=total).fetch(url)


@contextmanager
def slow_and_quick(patience: float = HANGS) -> Iterator[tuple[IssuerServer, World]]:
    """Two issuers on one server: one drips until the server closes, the other answers."""
    with issuer_server() as server:
        server.routes = {"/slow": endless(b"HTTP/1.1 200 OK\r\n\r\n{", b" ", pause=0.01), "/quick": document(jwks(OLD))}
        slow, quick = (
            trusted(id=name, issuer=f"https://{name}.example.com", keys=IssuerKeys(jwks_uri=f"{server.url}/{name}"))
            for name in ("slow", "quick")
        )
        yield server, world(slow, quick, web=Recording(Impatient(patience)))


def test_Q5_a_slow_issuer_delays_nobody_else() -> None:
    with slow_and_quick() as (server, w):
        slow = Thread(target=refusal_after_any_fetch, args=(w, token(claims(iss="https://slow.example.com"))))
        slow.start()
        assert eventually(lambda: "/slow" in server.asked)
        assert w.verify(token(claims(iss="https://quick.example.com"), key=OLD)).key_id == "old"
        assert slow.is_alive()
        server.closing.set()
        slow.join()


def test_Q5_a_slow_issuer_delays_nobody_else_in_the_schedule() -> None:
    with slow_and_quick(patience=0.5) as (_, w):
        report = refresh(w)
        assert report.failed == {"slow": "TimeoutError"}
        assert (report.asked, report.stale, report.left_out) == (2, ("slow",), 0)
        assert list(w.fetched.kept) == ["quick"]


def test_Q5_who_has_keys_does_not_wait_for_a_slow_answer() -> None:
    with issuer_server() as server:
        server.routes["/jwks"] = document(jwks(OLD))
        w = world(trusted(keys=IssuerKeys(jwks_uri=f"{server.url}/jwks")), web=Recording(Impatient(HANGS)))
        w.verify(old_token(w))
        server.routes["/jwks"] = silence
        w.clock.advance(FRESH)
        asking = Thread(target=w.verify, args=(old_token(w),))
        asking.start()
        assert eventually(lambda: len(server.asked) == 2)
        assert w.verify(old_token(w)).keys_stale is True
        assert asking.is_alive()
        server.closing.set()
        asking.join()


def test_Q5_the_schedule_ends_in_time_and_says_who_was_left_out() -> None:
    with slow_and_quick() as (server, w):
        report = refresh(w, patience=0.2)
        server.closing.set()
        assert report.left_out == 2 - report.asked >= 1  # the quick one, where this machine is slower
        assert json.dumps(report.stale) == "[]"
