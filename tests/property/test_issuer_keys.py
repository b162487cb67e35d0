"""ATTACKS invariant 21 over any order of events: an issuer that rotates, falls silent and comes back, runtimes that
start cold, a schedule, and admins who write its document again."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from federation.oauth.errors import OAuthError
from federation.ports import FetchFailed
from federation.verification.held_keys import COOL_DOWN_WITHOUT_KEYS, FRESH
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_online import fresh_token, online
from tests.support.issuer_shared import cold, refresh
from tests.support.issuer_world import JWKS_URI, jwks, world
from tests.support.jose_keys import rsa_key

KEYS = [rsa_key(f"generation-{number}") for number in range(4)]
HOUR = 3600
MAX_STALE = HOUR


class Issuer(FakeFetcher):
    """Publishes `current` unless it is `down`; counts what was fetched on behalf of a token."""

    def __init__(self) -> None:
        super().__init__()
        self.current = {0}
        self.down = False

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if self.down or url != JWKS_URI:
            raise FetchFailed("down")
        return json.dumps(jwks(*(KEYS[number] for number in sorted(self.current)))).encode()


class IssuerKeysMachine(RuleBasedStateMachine):
    """`answers`: (when, under which version, which keys) of everything that the issuer ever told anybody of us."""

    @initialize()
    def begin(self) -> None:
        self.issuer = Issuer()
        self.version = 1
        self.w = world(online(version=1, max_stale=MAX_STALE), web=self.issuer)
        self.answers: list[tuple[float, int, frozenset[int]]] = []
        self.started_at, self.asked = self.w.clock.now(), 0

    @rule(seconds=st.sampled_from([1, 9, 30, 60, 299, 300, FRESH - 1, FRESH, MAX_STALE - FRESH, MAX_STALE]))
    def time_passes(self, seconds: int) -> None:
        self.w.clock.advance(seconds)

    @rule(published=st.sets(st.sampled_from(range(len(KEYS))), min_size=1, max_size=3))
    def the_issuer_rotates(self, published: set[int]) -> None:
        self.issuer.current = published

    @rule(down=st.booleans())
    def the_issuer_falls_silent_or_comes_back(self, down: bool) -> None:
        self.issuer.down = down

    @rule()
    def the_schedule_runs(self) -> None:
        refresh(self.w)
        self._hear()

    @rule()
    def a_runtime_starts_cold(self) -> None:
        self.w = cold(self.w)
        self.started_at, self.asked = self.w.clock.now(), 0

    @rule()
    def an_admin_writes_the_document_again(self) -> None:
        self.version += 1
        self.w.directory.current = (online(version=self.version, max_stale=MAX_STALE),)

    @rule()
    def the_store_falls_silent_or_comes_back(self) -> None:
        self.w.fetched.failing = not self.w.fetched.failing

    @rule(number=st.sampled_from(range(len(KEYS))))
    def a_token_arrives(self, number: int) -> None:
        now, before = self.w.clock.now(), len(self.issuer.fetched)
        try:
            verified = self.w.verify(fresh_token(self.w, KEYS[number]))
        except OAuthError:
            verified = None
        self._count(len(self.issuer.fetched) - before)
        if verified is not None:
            told = [at for at, version, keys in self.answers if version == self.version and number in keys]
            assert told, "nobody ever said that this key is the issuer's"
            assert now - max(told) <= MAX_STALE
            assert verified.keys_stale or now - max(told) < FRESH

    @precondition(lambda self: not self.issuer.down)
    @rule()
    def a_key_that_was_just_confirmed_verifies(self) -> None:
        """Whoever starts now has it, whatever the store says, unless the issuer changes all its keys time and again."""
        number = min(self.issuer.current)
        fresh = cold(self.w)
        try:
            assert fresh.verify(fresh_token(fresh, KEYS[number])).keys_stale is False
        except OAuthError:
            assert fresh.alarms[-1] == ("idp", "the issuer replaced all keys twice within ten minutes")
        self._hear()

    def _count(self, fetches: int) -> None:
        """At most one question per token, and one per cool-down."""
        assert fetches <= 1
        self.asked += fetches
        if fetches:
            self._hear()
        versions = self.version
        assert self.asked <= (self.w.clock.now() - self.started_at) // COOL_DOWN_WITHOUT_KEYS + versions

    def _hear(self) -> None:
        if not self.issuer.down:
            self.answers.append((self.w.clock.now(), self.version, frozenset(self.issuer.current)))


TestIssuerKeys = IssuerKeysMachine.TestCase
TestIssuerKeys.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
