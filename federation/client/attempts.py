"""How often a request for a token is repeated, and when: as the bridge says, as long as its caller is patient."""

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct

from federation.client.errors import Refused
from federation.client.refreshing import Times

TRY_AGAIN: Final = 1.0
"""Seconds, where the bridge does not say how long."""
NEXT_QUESTION: Final = 5.0
"""Seconds between two looks at an approval, where the bridge does not say (RFC 8628 section 3.5)."""
_FRESH_ONE_HELPS: Final = frozenset({"token_expired", "token_expires_too_soon", "token_replayed", "trust_changed"})
"""Reasons that a source token which was read again does away with: it had just been rotated, or used."""

_T = TypeVar("_T")


class Patience(Struct, frozen=True):
    """Seconds that a caller gives."""

    busy: float = 10.0
    """To a bridge that asks to come back: 429 `slow_down`, 503 `temporarily_unavailable`."""
    approval: float = 0.0
    """To a person who is asked: `authorization_pending`. 0: the caller is told at once, with the approval's id."""


def attempt(ask: Callable[[], _T], patience: Patience, times: Times) -> _T:
    """What `ask` yields in the end; raises its last Refused or OSError.

    `ask` reads the identity and signs afresh each time: what was good before a wait may not be after it.
    """
    waited, again = 0.0, True
    while True:
        try:
            return ask()
        except Refused as refused:
            delay = _delay(refused, waited, patience, fresh=again)
            again = again and refused.reason not in _FRESH_ONE_HELPS
            if delay is None:
                raise
        except ConnectionError:
            if not again:
                raise
            delay, again = TRY_AGAIN / 4, False
        times.sleep(delay)
        waited += delay


def _delay(refused: Refused, waited: float, patience: Patience, *, fresh: bool) -> float | None:
    """Seconds until the next try; None: there is none. `fresh`: nothing was tried again only because it was stale."""
    if refused.reason in _FRESH_ONE_HELPS and fresh:
        return 0.0
    if refused.error in ("slow_down", "temporarily_unavailable"):
        delay, most = refused.retry_after or TRY_AGAIN, patience.busy
    elif refused.error == "authorization_pending":
        delay, most = refused.retry_after or NEXT_QUESTION, patience.approval
    else:
        return None
    return delay if waited + delay <= most else None
