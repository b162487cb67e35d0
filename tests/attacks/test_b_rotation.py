"""Group B, over time: floods, failures, revocations, and issuers that change their mind."""

from threading import Event, Lock, Thread

from federation.oauth.reasons import Reason
from federation.verification.algorithms import ALGORITHMS
from federation.verification.discovery import KeySource
from federation.verification.held_keys import COOL_DOWN, COOL_DOWN_WITHOUT_KEYS, FRESH, MAX_STALE
from federation.verification.key_cache import KeyCache
from tests.support.eventually import HANGS
from tests.support.fake_clock import FixedClock
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_online import (
    NEW,
    OLD,
    UNAVAILABLE,
    at,
    fresh_token,
    old_token,
    online,
    publish,
    publishing,
    refusal_after_any_fetch,
    take_offline,
    unknown,
)
from tests.support.issuer_world import JWKS_URI, NOW, claims, jwks, refusal, token, trusted, unavailable, world
from tests.support.jose_keys import rsa_key


def test_B1_a_flood_of_unknown_kids_costs_one_fetch() -> None:
    w = publishing()
    w.verify(old_token(w))
    at(w, COOL_DOWN)
    reasons = [refusal_after_any_fetch(w, unknown(number)) for number in range(200)]
    assert set(reasons) == {Reason.UNKNOWN_KEY}
    assert w.web.fetched == [JWKS_URI, JWKS_URI]
    assert w.verify(old_token(w)).keys_stale is False


def test_B1_an_unknown_kid_within_the_cool_down_costs_none() -> None:
    w = publishing()
    w.verify(old_token(w))
    at(w, COOL_DOWN - 1)
    assert refusal(w, unknown(1)) is Reason.UNKNOWN_KEY


def test_B1_fetches_stay_below_one_a_minute_whatever_arrives() -> None:
    w = publishing()
    for number in range(600):
        refusal_after_any_fetch(at(w, 1), unknown(number))
    assert len(w.web.fetched) <= 11


class SlowFetcher(FakeFetcher):
    """Answers once `release` is set; says by `asked` that somebody waits, by `gave_up` that it was in vain."""

    def __init__(self, documents: dict[str, object]) -> None:
        super().__init__(documents)
        self.asked, self.release = Event(), Event()
        self.gave_up = False

    def fetch(self, url: str) -> bytes:
        body = super().fetch(url)
        self.asked.set()
        self.gave_up |= not self.release.wait(HANGS)
        return body


class Attendance(FixedClock):
    """Says by `complete` that so many have asked what time it is."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self._missing = expected
        self._lock, self.complete = Lock(), Event()

    def now(self) -> float:
        with self._lock:
            self._missing -= 1
        if self._missing <= 0:
            self.complete.set()
        return super().now()


def test_B1_many_at_once_share_one_fetch() -> None:
    web, clock = SlowFetcher({JWKS_URI: jwks(OLD)}), Attendance(9)  # 8 look at their keys, and the first one fetches
    cache, issuer = KeyCache(KeySource(web), clock), online()
    found: list[str | None] = []
    threads = [
        Thread(target=lambda: found.append(cache.resolve(issuer, "old", ALGORITHMS["RS256"]).key.kid)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    assert web.asked.wait(HANGS)
    assert clock.complete.wait(HANGS)
    web.release.set()
    for thread in threads:
        thread.join()
    assert found == ["old"] * 8
    assert web.fetched == [JWKS_URI]


def test_B1_a_slow_issuer_delays_nobody_else() -> None:
    web = SlowFetcher({JWKS_URI: jwks(OLD)})
    quick = trusted(OLD, id="quick", issuer="https://quick.example.com")
    w = world(online(), quick, web=web)
    slow = Thread(target=lambda: w.verify(old_token(w)))
    slow.start()
    assert web.asked.wait(HANGS)
    assert w.verify(token(claims(iss="https://quick.example.com"), key=OLD)).issuer is quick
    web.release.set()
    slow.join()
    assert not web.gave_up


def test_B1_a_new_key_is_found_by_its_first_token() -> None:
    w = publishing()
    w.verify(old_token(w))
    at(w, COOL_DOWN, OLD, NEW)
    assert w.verify(fresh_token(w, NEW)).key_id == "new"
    assert w.verify(old_token(w)).key_id == "old"
    assert len(w.web.fetched) == 2


def test_B4_a_refused_set_never_replaces_a_good_one() -> None:
    mixed = [OLD.jwk(), {"kty": "oct", "kid": "mac", "k": "AAAA"}]
    for keys in (mixed, [], [OLD.jwk(use="enc")], "none", [OLD.jwk()] * 101):
        w = publishing()
        w.verify(old_token(w))
        publish(at(w, FRESH), {"keys": keys})
        assert w.verify(old_token(w)).keys_stale is True
        assert [issuer for issuer, _ in w.alarms] == ["idp"]


def test_B4_without_a_good_set_a_refused_one_is_no_answer() -> None:
    w = publishing()
    publish(w, {"keys": [OLD.jwk(), {"kty": "oct", "kid": "mac", "k": "AAAA"}]})
    assert unavailable(w, old_token(w)) is UNAVAILABLE
    assert w.alarms == [("idp", "oct beside asymmetric keys")]


def test_B9_a_failed_fetch_is_not_repeated_at_once() -> None:
    w = world(online())
    assert unavailable(w, token()) is UNAVAILABLE
    assert unavailable(at(w, COOL_DOWN_WITHOUT_KEYS - 1), token()) is UNAVAILABLE
    assert len(w.web.fetched) == 1
    publish(w, jwks(rsa_key()))
    assert at(w, 1).verify(token()).key_id == "rsa-1"


def test_B10_a_failed_refresh_keeps_the_last_good_keys_until_they_are_too_old() -> None:
    w = publishing()
    assert w.verify(old_token(w)).keys_stale is False
    take_offline(w)
    assert at(w, FRESH - 1).verify(old_token(w)).keys_stale is False
    assert at(w, 1).verify(old_token(w)).keys_stale is True
    assert at(w, MAX_STALE - FRESH).verify(old_token(w)).keys_stale is True
    assert unavailable(at(w, 1), old_token(w)) is UNAVAILABLE


def test_B10_an_unknown_kid_while_the_issuer_is_silent_may_be_its_new_key() -> None:
    w = publishing()
    w.verify(old_token(w))
    take_offline(w)
    assert unavailable(at(w, FRESH), fresh_token(w, NEW)) is UNAVAILABLE


def test_B10_keys_are_fresh_again_after_the_issuer_is_back() -> None:
    w = publishing()
    w.verify(old_token(w))
    take_offline(w)
    w.clock.advance(FRESH)
    assert w.verify(old_token(w)).keys_stale is True
    assert at(w, COOL_DOWN, OLD).verify(old_token(w)).keys_stale is False


def test_B10_a_clock_that_jumps_back_makes_no_key_younger() -> None:
    w = publishing()
    w.verify(old_token(w))
    at(w, -3600, NEW)
    assert refusal_after_any_fetch(w, old_token(w)) is Reason.UNKNOWN_KEY


def test_B13_a_revoked_key_ends_within_ten_minutes() -> None:
    w = publishing(OLD, NEW)
    w.verify(old_token(w))
    at(w, 600, NEW)
    assert refusal_after_any_fetch(w, old_token(w)) is Reason.UNKNOWN_KEY
    assert w.verify(fresh_token(w, NEW)).key_id == "new"


def test_B13_evicted_keys_are_fetched_anew_at_once() -> None:
    w = publishing()
    w.verify(old_token(w))
    publish(w, jwks(NEW))
    w.keys.evict("idp")
    assert refusal_after_any_fetch(w, old_token(w)) is Reason.UNKNOWN_KEY
    assert w.verify(fresh_token(w, NEW)).key_id == "new"


def test_B13_eviction_beats_serving_stale_keys() -> None:
    w = publishing()
    w.verify(old_token(w))
    take_offline(w)
    w.keys.evict("idp")
    assert unavailable(w, old_token(w)) is UNAVAILABLE


def test_B13_a_new_version_of_the_document_evicts_in_every_process() -> None:
    w = publishing()
    w.verify(old_token(w))
    take_offline(w)
    w.directory.current = (online(version=2),)
    assert unavailable(w, old_token(w)) is UNAVAILABLE


def test_B13_replacing_all_keys_at_once_is_followed_and_reported() -> None:
    w = publishing()
    w.verify(old_token(w))
    at(w, FRESH, NEW)
    assert w.verify(fresh_token(w, NEW)).key_id == "new"
    assert w.alarms == [("idp", "the issuer replaced all keys at once")]


def test_B_the_cache_keeps_to_its_size() -> None:
    issuers = [online(id=f"idp-{number}") for number in range(3)]
    web = FakeFetcher({JWKS_URI: jwks(OLD)})
    cache = KeyCache(KeySource(web), FixedClock(NOW), capacity=2)
    for issuer in (*issuers, issuers[0], issuers[2]):
        assert cache.resolve(issuer, "old", ALGORITHMS["RS256"]).stale is False
    assert len(web.fetched) == 4
