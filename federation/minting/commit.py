"""The commit: what must have succeeded before a token may leave (DESIGN section 3).

Three things run side by side, one round trip in all, and the release waits for every one of them:
the durable audit record together with the one-time claims; a strongly consistent look at everything that the decision
rests on; and the signature. Beside them, what a limit still has to allow. Each is begun before any is waited for, so no
thread is needed. Whatever fails, the signature is thrown away.
"""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import TypeAlias, TypeVar

from msgspec import Struct

from federation.minting.current_state import check_current, question
from federation.minting.jws import assemble
from federation.minting.pending_token import PendingToken
from federation.minting.replay import replayed
from federation.model.keys import SigningKey
from federation.oauth.errors import OAuthError
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, CurrentState, Ledger, Signer

_T = TypeVar("_T")
_Waits: TypeAlias = Callable[[], object]
"""Waits for what is on its way; raises what came of it."""
_Starts: TypeAlias = Callable[[], _Waits]


class Commit(Struct, frozen=True):
    """Gates the release of a token."""

    ledger: Ledger
    state: CurrentState
    signer: Signer

    def seal(self, pending: PendingToken, key: SigningKey, message: bytes) -> str:
        """`message` signed, once the record is durable, the uses are claimed and all that decided still stands.

        Raises what `replayed` makes of a replay, what `check_current` raises, TemporarilyUnavailable or ServerError.
        """
        return str(self._gated(pending, partial(self._start_signing, key, message)))

    def keep(self, pending: PendingToken) -> None:
        """The same for an opaque token, which is kept instead of signed: its text may leave when this returns."""
        self._gated(pending)

    def _gated(self, pending: PendingToken, *last: _Starts) -> object:
        """What the last of all brings, where every one succeeds."""
        starts: list[_Starts] = [partial(self._start_writing, pending), partial(self._start_checking, pending)]
        under_way = [_begun(start) for start in (*starts, *pending.conditions.gates, *last)]
        outcomes = [_outcome(waits) for waits in under_way]
        error = next((each for each in outcomes if isinstance(each, Exception)), None)
        if error is not None:
            self._discard(pending, error)
            raise error
        return outcomes[-1]

    def _start_writing(self, pending: PendingToken) -> _Waits:
        written = _replays_refused(partial(self.ledger.start_commit, pending.entry, pending.uses, pending.kept))
        return partial(_replays_refused, written)

    def _start_checking(self, pending: PendingToken) -> _Waits:
        standing = self.state.start_standing(question(pending))
        return lambda: check_current(pending, standing())

    def _start_signing(self, key: SigningKey, message: bytes) -> _Waits:
        signature = self.signer.start_sign(key, message)
        return lambda: assemble(key, message, signature())

    def _discard(self, pending: PendingToken, error: Exception) -> None:
        """Best effort: if this fails too, the trail shows a token that was not received, never the other way round.

        A write whose answer was lost may have been applied, so it is taken back as well; only a replay wrote nothing.
        """
        if isinstance(error.__cause__, AlreadyUsed):
            return
        reason = error.reason.value if isinstance(error, OAuthError) else Reason.INTERNAL_ERROR.value
        with contextlib.suppress(OAuthError):
            self.ledger.discard(pending.entry, pending.uses, reason)


def _begun(start: _Starts) -> _Waits:
    """What cannot even begin fails where it is waited for: the others are on their way."""
    try:
        return start()
    except Exception as error:  # noqa: BLE001 - it is raised in its turn
        return partial(_raise, error)


def _outcome(waits: _Waits) -> object:
    """What it brings, or what it raises: every one is waited for."""
    try:
        return waits()
    except Exception as error:  # noqa: BLE001 - it is raised in its turn
        return error


def _replays_refused(step: Callable[[], _T]) -> _T:
    try:
        return step()
    except AlreadyUsed as error:
        raise replayed(error) from error


def _raise(error: Exception) -> object:
    raise error
