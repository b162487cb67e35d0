"""Risk scores: whole numbers from 0 (none) to 100 that halve with time, and why they were raised.

Everything that raises a score is kept beside it, each with its own decay, and the highest counts. So raising one never
lowers another, in whatever order two writers come.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Literal, NamedTuple, Self, TypeAlias

from msgspec import Struct

HALF_LIFE = 3600
"""Seconds, where the raiser did not say."""
HIGHEST = 100
LONGEST = 30 * 24 * 60 * 60
"""Seconds for which a score may be raised at once."""
HALVINGS = 3
"""Between a raise that says until when it counts and its end: an eighth is left by then."""
KEPT_HALF_LIVES = 7
"""After seven halvings nothing is left of the highest score."""
MAX_CAUSES = 8
MAX_CORRELATION_IDS = 5

RiskOf: TypeAlias = Literal["principal", "issuer", "client", "subject"]


class RiskKey(NamedTuple):
    """Whose score: a principal's, an issuer's or a client's (ids of their documents), each with its tenant.

    Or that of an issuer's subject, as its revocation is named, whatever principal a mapping makes of it. An id that
    another tenant takes later has no score of the former's.
    """

    what: RiskOf
    value: str
    tenant: str | None = None

    @property
    def counts_as(self) -> RiskOf:
        """Which of the scores that policies read it is part of."""
        return "principal" if self.what == "subject" else self.what


class Decay(NamedTuple):
    """One raise, as it was made. Times: whole seconds since the epoch."""

    score: int
    at: int
    half_life: int = HALF_LIFE
    """Seconds."""
    until: int | None = None
    """From then on nothing is left of it; None: only the halvings end it."""

    def now(self, now: int) -> int:
        """What is left of it, rounded down; a clock that runs behind takes nothing away."""
        return int(self.exactly(now))

    @property
    def ends_at(self) -> int:
        """From then on nothing is left."""
        worn_out = self.at + KEPT_HALF_LIVES * self.half_life
        return worn_out if self.until is None else min(self.until, worn_out)

    def covers(self, other: "Decay") -> bool:
        """Whether it is at least as high as `other` from the later of both on."""
        begin = max(self.at, other.at)
        lasts = self.half_life >= other.half_life and self.ends_at >= other.ends_at
        return lasts and self.exactly(begin) >= other.exactly(begin)

    def exactly(self, now: int) -> float:
        """The same with what is behind the point."""
        if self.until is not None and now >= self.until:
            return 0.0
        return float(self.score * 0.5 ** (max(0, now - self.at) / self.half_life))


class RiskScore(NamedTuple):
    """All that was raised under a key: the highest counts."""

    decays: tuple[Decay, ...]

    @classmethod
    def of(cls, score: int, at: int, half_life: int = HALF_LIFE, until: int | None = None) -> Self:
        """Raised once."""
        return cls((Decay(score, at, half_life, until),))

    def now(self, now: int) -> int:
        """What is left, 0 to 100."""
        return max((decay.now(now) for decay in self.decays), default=0)


class RiskCause(Struct, frozen=True):
    """Why a score was raised, and by how much."""

    decay: Decay
    reason: str
    """One line for people."""
    source: str
    """Who says so: an admin's principal, `signal:NAME`, or another part of the bridge in the same form."""
    correlation_ids: tuple[str, ...] = ()
    """Of the requests that it rests on, the latest last."""


def raised(causes: Sequence[RiskCause], new: RiskCause, now: int) -> tuple[RiskCause, ...]:
    """`causes` with `new`; the same as they were where `new` adds nothing. At no later moment is the score lower.

    The same source with the same reason replaces what it covers. Above MAX_CAUSES the two lowest become one that is as
    high as both.
    """
    if any(_same(one, new) and one.decay.covers(new.decay) for one in causes):
        return tuple(causes)
    replaced = [one for one in causes if _same(one, new) and new.decay.covers(one.decay)]
    kept = [one for one in causes if one not in replaced and one.decay.ends_at > now]
    return _bounded([*kept, _with_ids(new, replaced)], now)


def decay_until(score: int, now: int, until: int | None) -> Decay:
    """A raise that counts until then: it halves so often that an eighth is left at its end."""
    if until is None:
        return Decay(score, now)
    return Decay(score, now, max(HALF_LIFE, ceil((until - now) / HALVINGS)), until)


def score_of(causes: Iterable[RiskCause]) -> RiskScore:
    """The score that they make."""
    return RiskScore(tuple(one.decay for one in causes))


def _same(one: RiskCause, other: RiskCause) -> bool:
    return (one.source, one.reason) == (other.source, other.reason)


def _with_ids(new: RiskCause, replaced: Iterable[RiskCause]) -> RiskCause:
    ids = dict.fromkeys([*(id_ for one in replaced for id_ in one.correlation_ids), *new.correlation_ids])
    return RiskCause(new.decay, new.reason, new.source, tuple(ids)[-MAX_CORRELATION_IDS:])


def _bounded(causes: list[RiskCause], now: int) -> tuple[RiskCause, ...]:
    if len(causes) <= MAX_CAUSES:
        return tuple(causes)
    lowest, second, *others = sorted(causes, key=lambda one: one.decay.now(now))
    return (*others, _both(lowest, second, now))


def _both(lower: RiskCause, higher: RiskCause, now: int) -> RiskCause:
    """Called what the higher one is called."""
    first, second = lower.decay, higher.decay
    at = max(now, first.at, second.at)
    score = min(HIGHEST, 1 + max(first.now(now), second.now(now)))
    until = None if None in (first.until, second.until) else max(first.ends_at, second.ends_at)
    decay = Decay(score, at, max(first.half_life, second.half_life), until)
    return _with_ids(RiskCause(decay, higher.reason, higher.source, higher.correlation_ids), (lower,))
