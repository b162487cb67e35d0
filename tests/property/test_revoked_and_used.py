"""No order of exchanges, revocations, restarts and passing time brings back what was used or revoked.

ATTACKS invariants 16 to 18 at the token endpoint: the chain of what was revoked never exchanges again, a one-time thing
yields at most one token, every token that left has one record, and every refusal exactly one.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from federation.model.json import Json
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.oauth.http import HttpResponse
from tests.support.attacked_bridge import PLAIN, Attacked, Connection, attacked, by_assertion, issued
from tests.support.client_world import GATEWAY
from tests.support.delegation_world import claims_of
from tests.support.exchange_world import ISSUER, body

FOREVER = 10_000_000


@dataclass(frozen=True)
class Held:
    """A token of ours, and all that it was made from."""

    token: str
    jti: str
    txn: str
    issued_at: int
    line: frozenset[str]
    registered: bool
    bound: bool


@dataclass(frozen=True)
class Single:
    """What a request may bring once."""

    foreign: str
    dpop: str | None
    sent: tuple[tuple[str, Json], ...]


class Revocations(RuleBasedStateMachine):
    """One partner, whose tokens are used once, with and without a key and a client."""

    tokens: Bundle[Held] = Bundle("tokens")
    used: Bundle[Single] = Bundle("used")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.bridge: Attacked = self.stack.enter_context(attacked())
        self.revoked: set[str] = set()
        self.cut: dict[RevocationTarget, int] = {}
        self.allowed = 0
        self.refusals = 0

    def teardown(self) -> None:
        self.stack.close()

    @initialize()
    def documents(self) -> None:
        self.bridge.let_impersonate()
        self.bridge.register()
        self.bridge.world.write({**ISSUER, "single_use": True})

    @property
    def now(self) -> int:
        return int(self.bridge.world.clock.at)

    # What happens

    @rule(target=tokens, bound=st.booleans(), registered=st.booleans())
    def start(self, bound: bool, registered: bool) -> Any:  # noqa: ANN401  (Held or nothing)
        single = self._fresh(bound, registered)
        answer = self._spend(single)
        if answer is None:
            assert self._revoked_now(registered)
            return multiple()
        self._cannot_again(single)
        return self._held(answer, frozenset(), registered, bound)

    @rule(target=used, bound=st.booleans(), registered=st.booleans())
    def begin(self, bound: bool, registered: bool) -> Any:  # noqa: ANN401  (Single or nothing)
        """To be sent again when much has happened."""
        single = self._fresh(bound, registered)
        return multiple() if self._spend(single) is None else single

    @rule(single=used)
    def send_again(self, single: Single) -> None:
        self._cannot_again(single)

    @rule(single=used)
    def send_the_token_again_under_another_proof(self, single: Single) -> None:
        over = self.bridge.proving() if single.dpop else PLAIN
        self._refused(self.bridge.post(single.foreign, over, **self._client(bool(single.sent))))

    @rule(target=tokens, held=tokens)
    def exchange(self, held: Held) -> Any:  # noqa: ANN401  (as above)
        over = self.bridge.proving() if held.bound else PLAIN
        response = self.bridge.post(held.token, over, **self._client(held.registered))
        if self._is_dead(held) or response.status != 200:
            self._refused(response)
            return multiple()
        return self._held(self._counted(response), held.line | {held.jti}, held.registered, held.bound)

    @rule(held=tokens)
    def exchange_without_the_key_or_the_client(self, held: Held) -> None:
        if held.bound or held.registered:
            self._refused(self.bridge.post(held.token))

    @rule(held=tokens)
    def revoke(self, held: Held) -> None:
        self._revoke(RevocationTarget.JTI, held.jti)
        self.revoked.add(held.jti)

    @rule(held=tokens)
    def revoke_the_chain(self, held: Held) -> None:
        self._revoke(RevocationTarget.TXN, held.txn)
        self.revoked.add(held.txn)

    @rule(
        what=st.sampled_from(
            [RevocationTarget.MAPPING, RevocationTarget.ISSUER, RevocationTarget.CLIENT, RevocationTarget.PRINCIPAL]
        )
    )
    def revoke_all_of(self, what: RevocationTarget) -> None:
        names = {
            RevocationTarget.MAPPING: "acme-sync",
            RevocationTarget.ISSUER: "acme",
            RevocationTarget.CLIENT: GATEWAY,
            RevocationTarget.PRINCIPAL: "partner/acme/sync",
        }
        self._revoke(what, names[what])
        self.cut[what] = self.now

    @rule()
    def restart(self) -> None:
        self.bridge.world.restart()

    @rule(seconds=st.sampled_from([1, 29, 61, 120, 299]))
    def time_passes(self, seconds: int) -> None:
        self.bridge.world.clock.advance(seconds)

    # What must hold

    @invariant()
    def every_token_that_left_has_one_record_and_every_refusal_one(self) -> None:
        left, log = self.bridge.left(), self.bridge.world.log.entries
        assert len(left.released) == self.allowed
        assert len(log) == self.refusals == len({entry["correlation_id"] for entry in log})
        ledger = self.bridge.world.ledger
        assert {ledger.records[jti]["outcome"] for jti in left.released} <= {"allow"}

    # How

    def _fresh(self, bound: bool, registered: bool) -> Single:
        dpop = self.bridge.proof() if bound else None
        return Single(self.bridge.foreign(), dpop, tuple(self._client(registered).items()))

    def _client(self, registered: bool) -> dict[str, Json]:
        times: dict[str, Any] = {"iat": self.now, "exp": self.now + 60}
        return by_assertion(jti=self.bridge.name("a"), **times) if registered else {}

    def _spend(self, single: Single) -> str | None:
        response = self.bridge.post(single.foreign, Connection(single.dpop), **dict(single.sent))
        if response.status != 200:
            self._refused(response)
            return None
        return self._counted(response)

    def _cannot_again(self, single: Single) -> None:
        self._refused(self.bridge.post(single.foreign, Connection(single.dpop), **dict(single.sent)))

    def _counted(self, response: HttpResponse) -> str:
        self.allowed += 1
        return issued(response)

    def _refused(self, response: HttpResponse) -> None:
        assert response.status in (400, 401), body(response)
        self.refusals += 1

    def _held(self, token: str, line: frozenset[str], registered: bool, bound: bool) -> Held:
        claims = claims_of(token)
        assert ("cnf" in claims) == bound
        assert not ({claims["txn"], *line} & self.revoked)
        assert {link["jti"] for link in claims["fed"].get("chain", ())} == line
        return Held(token, claims["jti"], claims["txn"], claims["iat"], line, registered, bound)

    def _is_dead(self, held: Held) -> bool:
        cuts = [at for what, at in self.cut.items() if what is not RevocationTarget.CLIENT or held.registered]
        return bool({held.jti, held.txn, *held.line} & self.revoked) or held.issued_at <= max(cuts, default=-1)

    def _revoked_now(self, registered: bool) -> bool:
        """A foreign token of the second in which everything was revoked."""
        cuts = [at for what, at in self.cut.items() if what is not RevocationTarget.CLIENT or registered]
        return max(cuts, default=-1) >= self.now

    def _revoke(self, what: RevocationTarget, value: str) -> None:
        self.bridge.world.state.revoke(
            Revocation(RevocationKey(what, value), self.now, self.now + FOREVER, "admin/eve")
        )


TestRevocations = Revocations.TestCase
TestRevocations.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
