"""What services logged of the tokens that they let in, joined to the chain behind them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from federation.cli.console import printable
from federation.cli.failure import USAGE, Failed
from federation.resource_server.uses import EVENT

_DECODER = json.JSONDecoder()
_WRAPPING = ("message", "msg", "log")
"""Members in which log collectors keep the line that a service wrote."""
_TOLD = ("time", "service", "request", "actor", "jti")


def read_uses(files: Sequence[Path]) -> list[Mapping[str, Any]]:
    """Every use in the logs, whatever else they hold; raises Failed for a file that has none, OSError."""
    found: list[Mapping[str, Any]] = []
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as log:
            uses = [use for line in log for use in _uses(line)]
        if not uses:
            raise Failed(
                f"{file} has no line of a token that was let in",
                "services log them as docs/services.md says",
                code=USAGE,
            )
        found += uses
    return found


def with_uses(chain: Mapping[str, Any], uses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Each token with its uses, and beside them those of other tokens of the same transaction."""
    items = [_used(link, uses) for link in chain["items"]]
    children = [_used(link, uses) for link in chain.get("children", ())]
    known, transactions = {link["jti"] for link in (*items, *children)}, {link.get("txn") for link in items} - {None}
    others = [use for use in uses if use.get("txn") in transactions and use.get("jti") not in known]
    others.sort(key=lambda use: str(use.get("time")))
    return {**chain, "items": items, "children": children, "other_uses": others}


def _used(link: Mapping[str, Any], uses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {**link, "uses": _of(uses, "jti", link["jti"])}


def told_use(use: Mapping[str, Any], *, whose: bool = False) -> str:
    """A line for people."""
    names = _TOLD if whose else _TOLD[:-1]
    shown = (f"{'jti ' if name == 'jti' else ''}{printable(str(use[name]))}" for name in names if use.get(name))
    return "used  " + "  ".join(shown)


def _of(uses: Sequence[Mapping[str, Any]], name: str, value: object) -> list[Mapping[str, Any]]:
    return sorted((use for use in uses if use.get(name) == value), key=lambda use: str(use.get("time")))


def _uses(line: str) -> Iterator[Mapping[str, Any]]:
    """Of a line that is one, has one behind a logger's prefix, or wraps one."""
    if EVENT not in line or "{" not in line:
        return
    for start in (line.find("{"), line.find('{"event"')):
        members = _object(line[start:]) if start >= 0 else None
        if members is not None and members.get("event") == EVENT and isinstance(members.get("jti"), str):
            yield members
            return
        for name in _WRAPPING if members else ():
            if isinstance(wrapped := (members or {}).get(name), str):
                yield from _uses(wrapped)
                return


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        members, _ = _DECODER.raw_decode(text)
    except (RecursionError, ValueError):
        return None
    return members if isinstance(members, dict) else None
