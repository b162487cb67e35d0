"""Invariant 19: however keys rotate, are revoked and published, and whatever crashes on the way.

No token that is good fails at a verifier, however old the JWKS that it holds may be, and no revoked key comes back.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from federation.keys.rotation import OUTLIVES
from federation.model.keys import SEEN_BY_ALL, KeyRefused, KeyState
from federation.oauth.errors import TemporarilyUnavailable
from federation.policy.build_authorization import HARD_CAP
from tests.support.crashing import Crash, CrashPlan
from tests.support.key_world import LIFETIME, UNHARMED, KeyWorld

PLANS = st.one_of(st.just(UNHARMED), st.just(UNHARMED), st.builds(CrashPlan, st.integers(0, 15), st.booleans()))
WAITS = st.sampled_from([1, 60, SEEN_BY_ALL - 1, SEEN_BY_ALL, HARD_CAP // 2, HARD_CAP - 1, OUTLIVES, LIFETIME])
ALGORITHMS = st.sampled_from(["ES256", "ES256", "ES256", "EdDSA"])


@dataclass(frozen=True)
class Signed:
    """A token. `in_emergency`: by a key that not everybody could have when it was signed."""

    kid: str
    expires_at: float
    in_emergency: bool


@dataclass
class Lay:
    """What lay where verifiers read, until it was replaced."""

    kids: frozenset[str]
    until: float | None = None


class Keys(RuleBasedStateMachine):
    """Verifiers are not played: whatever one may hold is known from what lay there within twice the JWKS's age."""

    def __init__(self) -> None:
        super().__init__()
        self.world = KeyWorld()
        self.algorithm = "ES256"
        self.orders = 0
        self.tokens: list[Signed] = []
        self.lay: list[Lay] = []
        self.revoked: set[str] = set()

    @initialize()
    def deployed(self) -> None:
        self._act(self.world.publish)

    @rule(plan=PLANS)
    def publishes(self, plan: CrashPlan) -> None:
        self._act(lambda: self.world.publish(_again(plan)))

    @rule(plan=PLANS)
    def runs(self, plan: CrashPlan) -> None:
        self._act(lambda: self.world.rotation(self.algorithm, _again(plan)).run())

    @rule(plan=PLANS)
    def rotates(self, plan: CrashPlan) -> None:
        self._order(plan, None)

    @rule(plan=PLANS, number=st.integers(0, 5))
    def revokes(self, plan: CrashPlan, number: int) -> None:
        keys = self.world.keys.keys
        self._order(plan, keys[number % len(keys)].kid)

    @rule(seconds=WAITS)
    def waits(self, seconds: int) -> None:
        self.world.clock.advance(seconds)

    @rule(seconds=st.sampled_from([0, SEEN_BY_ALL - 1, SEEN_BY_ALL]))
    def settles(self, seconds: int) -> None:
        self._act(lambda: self.world.run(self.algorithm))
        self.world.clock.advance(seconds)

    @rule(algorithm=ALGORITHMS)
    def deploys(self, algorithm: str) -> None:
        self.algorithm = algorithm

    @rule(failing=st.booleans())
    def kms_makes_keys(self, *, failing: bool) -> None:
        self.world.maker.failing = failing

    @precondition(lambda self: self.world.keys.active)
    @rule(lifetime=st.sampled_from([30, 300, HARD_CAP]), last=st.booleans())
    def signs(self, lifetime: int, *, last: bool) -> None:
        """`last`: just before the key retires."""
        active, now = self.world.active, self.world.clock.now()
        hurried = any(change.unseen and change.active == active.kid for change in self.world.keys.changes)
        self.tokens.append(Signed(active.kid, now + lifetime, hurried and not active.seen(int(now))))
        if last:
            self._order(UNHARMED, None)

    @invariant()
    def a_good_token_verifies_with_whatever_a_verifier_may_hold(self) -> None:
        now = self.world.clock.now()
        held = [each.kids for each in self.lay if each.until is None or each.until > now - SEEN_BY_ALL]
        for token in self.tokens:
            if token.expires_at > now and token.kid not in self.revoked and not token.in_emergency:
                assert self.world.keys.holds(token.kid)
                assert all(token.kid in kids for kids in held)

    @invariant()
    def a_revoked_key_is_in_no_set_again(self) -> None:
        assert not [kid for kid in self.revoked if self.world.keys.holds(kid)]

    @invariant()
    def one_key_signs(self) -> None:
        assert len([key for key in self.world.keys.keys if key.state is KeyState.ACTIVE]) == 1

    def teardown(self) -> None:
        """Left alone, everything comes right, and no key is left behind at KMS."""
        self.world.maker.failing = False
        for _ in range(4):
            self._act(self.world.publish)
            self._act(lambda: self.world.run(self.algorithm))
            self.world.clock.advance(24 * 60 * 60)
        self._act(lambda: self.world.run(self.algorithm))
        assert self.world.jwks == {key.kid for key in self.world.keys.keys}
        assert {key.algorithm for key in self.world.keys.keys} == {self.algorithm}
        assert {key.state for key in self.world.keys.keys} == {KeyState.ACTIVE, KeyState.NEXT}
        made = {each.kms_key for each in self.world.maker.made()}
        assert made <= {key.kms_key for key in self.world.keys.keys}

    def _order(self, plan: CrashPlan, revoked: str | None) -> None:
        self.orders += 1
        order = self.world.order(f"order-{self.orders}", revoked)
        with contextlib.suppress(KeyRefused):
            self._act(lambda: self.world.rotation(self.algorithm, _again(plan)).carry_out(order))

    def _act(self, act: Callable[[], object]) -> None:
        with contextlib.suppress(Crash, TemporarilyUnavailable):
            act()
        self._look()

    def _look(self) -> None:
        keys = self.world.trust.load()
        if keys is not None:
            self.revoked |= {change.kid for change in keys.changes if change.action == "revoke"}
        kids = self.world.jwks
        if kids and (not self.lay or self.lay[-1].kids != kids):
            if self.lay:
                self.lay[-1].until = self.world.clock.now()
            self.lay.append(Lay(kids))


def _again(plan: CrashPlan) -> CrashPlan:
    """From its first call."""
    return CrashPlan(plan.at, plan.after)


Keys.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
test_no_order_of_things_makes_a_good_token_fail = Keys.TestCase
