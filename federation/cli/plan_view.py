"""A plan as people read it: what changes, and what that means."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Any

from rich.console import Console
from rich.text import Text

from federation.cli.console import printable
from federation.cli.planning import Plan, print_effects, print_lines
from federation.cli.problems import print_problems
from federation.documents.yaml_text import as_yaml

WIDTH = 72
"""Characters of a place and its value that are one line."""

_PROVING = {
    "Issuer": frozenset({"keys", "algorithms", "audiences", "max_token_age", "max_auth_age", "single_use", "revoked"}),
    "Client": frozenset({"auth"}),
}
"""Members that decide which proofs are good."""
_SIGNS = {"create": ("+", "green"), "update": ("~", "yellow"), "delete": ("-", "red")}


def print_plan(console: Console, plan: Plan) -> None:
    """Every change with what it changes, then its meaning, then what deserves a look."""
    for change in plan.changes:
        print_change(console, change)
    if plan.changes or plan.effects:
        print_effects(console, plan.effects)
    print_lines(console, [Text(f"  ? {printable(line)}", "yellow") for line in _unknown(plan.changes)])
    if plan.changes and plan.seen:
        console.print(Text(_looked_at(plan.seen)), soft_wrap=True)
    print_problems(console, plan.warnings, style="yellow")
    print_lines(console, [Text(printable(line), "yellow") for line in _hurried(plan.hurried)])
    console.print(Text(summary(plan), "bold"), soft_wrap=True)


def _unknown(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The trail has claims, and neither signatures nor audiences nor ages: these are decided when a token arrives."""
    for change in changes:
        proving = _PROVING.get(str(change["kind"]), frozenset()) if change["action"] == "update" else frozenset()
        if proving & {(str(difference["path"]) + "/").split("/")[1] for difference in change["diff"]}:
            yield f"whose proofs {change['kind']} {change['id']} takes changes as well: that shows when they arrive"


def _hurried(seen: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Why, and what would help, are said once."""
    for one in seen:
        audiences, rate = " ".join(one["audiences"]), f"every {one['every']} s a token of {one['lifetime']} s"
        who = f"{one['principal']} (Mapping {one['mapping']})"
        yield f"{who} exchanges far more often than needed at {audiences}: {rate}"
    if seen:
        yield "  google-auth and its like fetch the next token early: give a longer max_ttl, or see docs/callers.md"


def _looked_at(seen: Mapping[str, Any]) -> str:
    """How far what is said about identities goes."""
    count, days, most = (int(seen.get(name, 0)) for name in ("identities", "days", "most"))
    more = f", the newest {most}: there may be more" if count >= most else ""
    within = "day" if days == 1 else f"{days} days"
    identities = "identity" if count == 1 else "identities"
    return f"  (by the documents, and {count} {identities} seen in the last {within}{more})"


def print_change(console: Console, change: Mapping[str, Any]) -> None:
    """One document."""
    sign, style = _SIGNS[str(change["action"])]
    waits = " (dangerous: no effect until a second admin confirms it)" if change.get("pending") else ""
    heading = f"{sign} {change['kind']} {change['id']}, version {change['version']}{waits}"
    differences = change["diff"] if change["action"] != "delete" else ()
    print_lines(console, [Text(printable(heading), style), *_told(differences)])


def print_diff(console: Console, differences: Sequence[Mapping[str, Any]]) -> None:
    """Every place that differs, the old above the new."""
    print_lines(console, list(_told(differences)))


def _told(differences: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    lines = (line for difference in differences for line in _lines(difference))
    return (Text(f"    {printable(line)}", style) for line, style in lines)


def summary(plan: Plan) -> str:
    """How many of each."""
    actions = [str(change["action"]) for change in plan.changes]
    if not actions:
        return f"nothing changes: all {plan.unchanged} documents are there already"
    counts = {"create": "to create", "update": "to update", "delete": "to delete"}
    told = ", ".join(f"{actions.count(action)} {words}" for action, words in counts.items() if action in actions)
    return f"{told}, {plan.unchanged} unchanged"


def _lines(difference: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    path, before, after = difference["path"], difference.get("before"), difference.get("after")
    if _is_long(before) or _is_long(after):
        yield from _long(path, str(before or ""), str(after or ""))
        return
    for sign, style, value in (("-", "red", before), ("+", "green", after)):
        if value is not None:
            yield from ((f"{sign} {line}", style) for line in _side(path, value))


def _side(path: str, value: object) -> Iterator[str]:
    """What does not fit into a line is shown as an admin would have written it."""
    told = f"{path}: {_shown(value)}"
    if len(told) <= WIDTH or not isinstance(value, dict | list):
        yield told
        return
    yield f"{path}:"
    yield from (f"  {line}" for line in as_yaml(value).splitlines())


def _long(path: str, before: str, after: str) -> Iterator[tuple[str, str]]:
    yield f"  {path}:", ""
    for line in list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]:
        yield f"    {line}", {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


def _is_long(value: object) -> bool:
    return isinstance(value, str) and "\n" in value


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
