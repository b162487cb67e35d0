"""What every process shares for a while: allowances, nonces, opaque tokens, answers."""

from collections.abc import Callable
from typing import ClassVar, Protocol

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.trust import RateLimit
from federation.value import Redacted


class Allowances(Protocol):
    """Rate limits that every process shares."""

    def take(self, key: tuple[str, ...], limit: RateLimit, wanted: int) -> float:
        """Take `wanted` of what `limit` allows `key`: 0.0 where they were taken, else seconds until they are there."""
        ...

    def start_take(self, key: tuple[str, ...], limit: RateLimit, wanted: int) -> Callable[[], float]:
        """The same in two steps, of which the second waits; each may raise."""
        ...


class NonceSecrets(Protocol):
    """Secrets that every process shares, one for each span of time; they are random (RFC 9449 section 8)."""

    def secret(self, period: int) -> bytes:
        """32 bytes, the same for every process that asks for the period; made when it is first asked for."""
        ...


class KeptToken(Redacted, Struct, frozen=True):
    """An opaque token as it is kept: never its text."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims"})

    digest: str
    """SHA-256 (hex) of the text."""
    claims: JsonObject
    """What a JWT would have said."""
    expires_at: int


class KeptTokens(Protocol):
    """Opaque tokens that were issued."""

    def kept(self, digest: str) -> KeptToken | None:
        """A strongly consistent read; None: there is none, or it has expired."""
        ...


class RememberedAnswer(Redacted, Struct, frozen=True):
    """What an action was answered with."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body"})

    status: int
    body: bytes


class UnlikeRequest(Exception):
    """The same name was given to another request."""


class StillRunning(Exception):
    """The same request is being answered at this moment."""


class RememberedAnswers(Protocol):
    """Answers to actions that callers named, so that asking again has no second effect (Idempotency-Key)."""

    def begin(self, key: tuple[str, ...], digest: str) -> RememberedAnswer | None:
        """The answer; None: it is ours to answer now. `digest`: of the request. Raises UnlikeRequest, StillRunning."""
        ...

    def finish(self, key: tuple[str, ...], answer: RememberedAnswer) -> None:
        """From now on this is the answer, for a day."""
        ...

    def forget(self, key: tuple[str, ...]) -> None:
        """Nothing was done: asking again is asking anew."""
        ...
