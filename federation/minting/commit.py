"""The commit: what must have succeeded before a token may leave (DESIGN section 3).

Three things run side by side, one round trip in all, and the release waits for every one of them:
the durable audit record together with the one-time claims; a strongly consistent look at everything that the decision
rests on; and the signature. Beside them, what a limit still has to allow. Whatever fails, the signature is thrown away.
"""

import contextlib
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from functools import partial
from typing import Any

from msgspec import Struct

from federation.minting.current_state import check_current, question
from federation.minting.jws import assemble
from federation.minting.pending_token import PendingToken
from federation.minting.replay import replayed
from federation.model.keys import SigningKey
from federation.oauth.errors import OAuthError
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, CurrentState, Ledger, Signer


class Commit(Struct, frozen=True):
    """Gates the release of a token."""

    ledger: Ledger
    state: CurrentState
    signer: Signer
    pool: Executor

    def seal(self, pending: PendingToken, key: SigningKey, message: bytes) -> str:
        """`message` signed, once the record is durable, the uses are claimed and all that decided still stands.

        Raises what `spent` makes of a replay, what `check_standing` raises, TemporarilyUnavailable or ServerError.
        """
        return str(self._gated(pending, lambda: assemble(key, message, self.signer.sign(key, message))))

    def keep(self, pending: PendingToken) -> None:
        """The same for an opaque token, which is kept instead of signed: its text may leave when this returns."""
        self._gated(pending, None)

    def _gated(self, pending: PendingToken, sign: Callable[[], str] | None) -> object:
        written, checked = partial(self._write, pending), partial(self._check, pending)
        gates: tuple[Callable[[], object], ...] = (
            written,
            checked,
            *pending.conditions.gates,
            *([sign] if sign else []),
        )
        futures: list[Future[Any]] = [self.pool.submit(gate) for gate in gates]
        wait(futures)
        error = next((error for future in futures if (error := future.exception())), None)
        if error is not None:
            self._discard(pending, error)
            raise error
        return futures[-1].result()

    def _write(self, pending: PendingToken) -> None:
        try:
            self.ledger.commit(pending.entry, pending.uses, pending.kept)
        except AlreadyUsed as error:
            raise replayed(error) from error

    def _check(self, pending: PendingToken) -> None:
        check_current(pending, self.state.standing(question(pending)))

    def _discard(self, pending: PendingToken, error: BaseException) -> None:
        """Best effort: if this fails too, the trail shows a token that nobody received, never the other way round.

        A write whose answer was lost may have been applied, so it is taken back as well; only a replay wrote nothing.
        """
        if isinstance(error.__cause__, AlreadyUsed):
            return
        reason = error.reason.value if isinstance(error, OAuthError) else Reason.INTERNAL_ERROR.value
        with contextlib.suppress(OAuthError):
            self.ledger.discard(pending.entry, pending.uses, reason)
