"""What a check has found, and how people read it: a tree, and under each finding that is not good what to do."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import groupby

from msgspec import Struct
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from federation.cli.console import printable


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
    """It is unknown."""
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


_SIGNS = {
    Result.OK: ("✓", "green"),
    Result.WARNING: ("!", "yellow"),
    Result.FAILED: ("✗", "red"),
    Result.NOT_CHECKED: ("·", "dim"),
}
_SUMMARIES = {
    Result.OK: ("sound", "bold green"),
    Result.WARNING: ("sound, with warnings", "bold yellow"),
    Result.FAILED: ("not sound", "bold red"),
}


def print_findings(console: Console, bridge: str, findings: Sequence[Finding]) -> None:
    """The whole tree."""
    told, style = _SUMMARIES[worst(findings)]
    tree = Tree(Text(printable(f"{bridge}: {told} ({_counted(findings)})"), style))
    for group, members in groupby(findings, lambda one: one.group):
        branch = tree.add(Text(group, "bold"))
        for _, alike in groupby(members, _told_together):
            _add(branch, list(alike))
    console.print(tree)


def _counted(findings: Iterable[Finding]) -> str:
    results = [one.verdict.result for one in findings]
    counted = ((results.count(result), result.value.replace("_", " ")) for result in Result)
    return ", ".join(f"{count} {name}" for count, name in counted if count)


def _told_together(finding: Finding) -> object:
    """What was not checked for one reason shares a line."""
    verdict = finding.verdict
    return (verdict.seen, verdict.next) if verdict.result is Result.NOT_CHECKED else finding.check


def _add(branch: Tree, alike: Sequence[Finding]) -> None:
    verdict = alike[0].verdict
    sign, style = _SIGNS[verdict.result]
    names = ", ".join(one.name for one in alike)
    told = f"not checked. {verdict.seen}" if verdict.result is Result.NOT_CHECKED else verdict.seen
    leaf = branch.add(Text(printable(f"{sign} {names}: {told}"), style))
    if verdict.next:
        leaf.add(Text(printable(f"next: {verdict.next}"), "dim" if verdict.result is Result.NOT_CHECKED else "cyan"))
