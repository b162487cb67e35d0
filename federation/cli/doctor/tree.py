"""Findings as people read them: a tree by what they are about, and under each that is not good what to do."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from federation.cli.doctor.finding import Finding, Result, worst
from federation.cli.printable import printable

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
