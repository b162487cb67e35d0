"""An explanation as people read it: a tree of steps, what differs side by side, and what would help."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from federation.cli.printable import printable

NOT_REACHED = "not reached"
"""What is said of the steps behind the one that refuses."""

_SIGNS = {"ok": ("✓", "green"), "refused": ("✗", "red"), "skipped": ("·", "dim")}
_OPERATIONS = {"add": ("+", "green"), "replace": ("~", "yellow"), "remove": ("-", "red")}


def print_explanation(console: Console, explanation: Mapping[str, Any]) -> None:
    """The outcome, the steps, and what would change it."""
    tree = Tree(_outcome(explanation))
    steps = explanation.get("steps", ())
    for step in (step for step in steps if step["detail"] != NOT_REACHED):
        _add_step(tree, step)
    if beyond := [str(step["step"]) for step in steps if step["detail"] == NOT_REACHED]:
        tree.add(Text(printable(f"· {NOT_REACHED}: {', '.join(beyond)}"), "dim"))
    for obstacle in explanation.get("obstacles", ()):
        place = f"Policy {obstacle['policy']}, line {obstacle['line']}: {obstacle['text']}"
        tree.add(Text(printable(f"in the way: {place}"), "yellow"))
    _add_edits(tree, edits_of(explanation))
    console.print(tree)


def edits_of(explanation: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The smallest edit: one or several changes that together would allow the request."""
    suggestions = explanation.get("suggestions")
    if suggestions:
        edits: Sequence[Mapping[str, Any]] = suggestions[0]["edits"]
        return edits
    return list(explanation.get("edits") or ())[:1]


def _outcome(explanation: Mapping[str, Any]) -> Text:
    decision, refusal = explanation.get("decision") or {}, explanation.get("refusal") or {}
    if explanation["allowed"]:
        where = ", ".join(decision.get("audiences", ()))
        what = f"{decision.get('principal')} gets {' '.join(decision.get('scopes', ()))} at {where}"
        return Text(printable(f"allowed: {what} for {decision.get('lifetime')} s"), "bold green")
    return Text(printable(f"refused: {refusal.get('error')}: {refusal.get('reason')}"), "bold red")


def _add_step(tree: Tree, step: Mapping[str, Any]) -> None:
    sign, style = _SIGNS.get(str(step["outcome"]), ("?", ""))
    branch = tree.add(Text(printable(f"{sign} {step['step']}: {step['detail']}"), style))
    facts = step.get("facts") or {}
    near = facts.get("near") if step["outcome"] == "refused" else None
    for candidate in near or ():
        _add_candidate(branch, candidate)


def _add_candidate(branch: Tree, candidate: Mapping[str, Any]) -> None:
    """A rule that nearly fitted: its lines that do not hold, one below the other."""
    missed = candidate.get("missed")
    disabled = " (disabled)" if candidate.get("enabled") is False else ""
    if missed is None:
        told = f"perhaps Issuer {candidate.get('id')}{disabled}: {candidate.get('issuer')}"
        expected = " ".join(candidate.get("audiences", ())) or "this bridge's own URL"
        branch.add(Text(printable(f"{told}, for {expected}"), "dim"))
        return
    table = Table.grid(padding=(0, 2))
    for miss in missed:
        wanted, got = (Text(f"{word} {_shown(miss[word])}", style) for word, style in _SIDES)
        table.add_row(Text(printable(str(miss["claim"]))), wanted, got)
    branch.add(Text(printable(f"nearly Mapping {candidate['mapping']}{disabled}"), "dim")).add(table)


_SIDES = (("wanted", "green"), ("got", "red"))


def _add_edits(tree: Tree, edits: Sequence[Mapping[str, Any]]) -> None:
    if not edits:
        return
    branch = tree.add(Text("the smallest edit that would allow it", "bold cyan"))
    for edit in edits:
        named = "the request" if edit["kind"] == "Request" else f"{edit['kind']} {edit['id']}"
        change = branch.add(Text(printable(f"{named}: {edit['description']}")))
        for operation in edit.get("patch", ()):
            sign, style = _OPERATIONS.get(str(operation["op"]), ("?", ""))
            value = "" if operation["op"] == "remove" else f": {_shown(operation.get('value'))}"
            change.add(Text(printable(f"{sign} {operation['path']}{value}"), style))


def _shown(value: object) -> str:
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
