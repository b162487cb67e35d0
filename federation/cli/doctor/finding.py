"""What a check has found: how it is, what was seen, and what to do next."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from msgspec import Struct


class Result(StrEnum):
    """How it is. The values are part of what machines read."""

    OK = "ok"
    NOT_CHECKED = "not_checked"
    WARNING = "warning"
    FAILED = "failed"


class Verdict(Struct, frozen=True):
    """The result of a look; `seen` and `next` are a sentence each."""

    result: Result
    seen: str
    next: str = ""


class Finding(Struct, frozen=True):
    """A verdict under the name of its check, which stays the same from version to version: `group.check`."""

    check: str
    verdict: Verdict

    @property
    def group(self) -> str:
        """What it is about."""
        return self.check.partition(".")[0]

    @property
    def name(self) -> str:
        """Its own name within the group."""
        return self.check.partition(".")[2]

    @property
    def members(self) -> dict[str, str]:
        """As machines read it."""
        verdict = self.verdict
        return {"check": self.check, "result": verdict.result.value, "seen": verdict.seen, "next": verdict.next}


class Settled(Exception):
    """Raised where a look cannot go on: that is its verdict."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.seen)
        self.verdict = verdict


def ok(seen: str) -> Verdict:
    """As it should be."""
    return Verdict(Result.OK, seen)


def warning(seen: str, next_: str) -> Verdict:
    """It works, and deserves a look."""
    return Verdict(Result.WARNING, seen, next_)


def failed(seen: str, next_: str) -> Verdict:
    """It does not work, or is not safe."""
    return Verdict(Result.FAILED, seen, next_)


def not_checked(why: str, next_: str = "") -> Verdict:
    """Nobody knows."""
    return Verdict(Result.NOT_CHECKED, why, next_)


@contextmanager
def resting_on(check: str) -> Iterator[None]:
    """What fails within has failed that check already, and is told there alone."""
    try:
        yield
    except Settled as settled:
        if settled.verdict.result is Result.NOT_CHECKED:
            raise
        raise Settled(not_checked(f"That rests on {check}.")) from None


_BY_WEIGHT = (Result.OK, Result.WARNING, Result.FAILED)


def worst(findings: Iterable[Finding]) -> Result:
    """The result of all together; what was not checked counts for nothing."""
    counted = (one.verdict.result for one in findings if one.verdict.result is not Result.NOT_CHECKED)
    return max(counted, key=_BY_WEIGHT.index, default=Result.OK)
