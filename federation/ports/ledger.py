"""What was issued, and what was spent for it."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.model.revocation import RevocationKey
from federation.ports.shared import KeptToken


class AlreadyUsed(Exception):
    """One-time things were claimed by other requests."""

    def __init__(self, *taken: OneTimeUse) -> None:
        super().__init__(", ".join(use.purpose for use in taken))
        self.taken = taken


class Ledger(Protocol):
    """The durable audit trail of issued tokens, with the one-time things they spent."""

    def commit(self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None) -> None:
        """Write the record (its `jti` is new), claim every use and keep the token, all or nothing; raises AlreadyUsed.

        Safe to repeat: a claim by the same `correlation_id` is our own (ATTACKS F8).
        """
        ...

    def start_commit(
        self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None
    ) -> Callable[[], None]:
        """The same in two steps: on its way when this returns, done when what it returns was called. Each may raise."""
        ...

    def discard(self, entry: JsonObject, uses: Sequence[OneTimeUse], reason: str) -> None:
        """Mark a committed record as never released, and give back the uses that its `correlation_id` claimed.

        What was kept of an opaque token may stay: its text leaves to no caller.

        No token left, so an honest caller may come again with the same one-time token.
        """
        ...


class OneTimeClaims(Protocol):
    """One-time things that are spent without a token being issued."""

    def claim(self, uses: Sequence[OneTimeUse], correlation_id: str) -> None:
        """Claim every use, all or nothing; raises AlreadyUsed. Safe to repeat, as `Ledger.commit`."""
        ...


class LiveToken(Struct, frozen=True):
    """A token that has not expired, as its record has it. Times: seconds since the epoch."""

    jti: str
    issued_at: int
    expires_at: int
    status_index: int
    """Its place in the status list."""
    keys: frozenset[RevocationKey]
    """Every revocation that it falls under."""


class IssuedTokens(Protocol):
    """The records of issued tokens, by what they fall under."""

    def affected(self, keys: Collection[RevocationKey], now: int, most: int | None = None) -> tuple[LiveToken, ...]:
        """Unexpired tokens that fall under any of the keys, at most `most`; one of a moment ago may be missing."""
        ...
