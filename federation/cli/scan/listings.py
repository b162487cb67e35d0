"""Names of secrets that other tools list as JSON: `gh secret list`, `glab variable list`, `vault list` and `kv get`."""

import json
from collections.abc import Iterator
from typing import Any, Final

from federation.cli.scan.finding import Finding
from federation.cli.scan.names import kind_of

_NAMED_BY: Final = {"name": "github", "key": "gitlab"}
"""The member that has a name -> whose listing it is."""


def by_listing(text: str, shown: str) -> Iterator[Finding]:
    """What a listing names. Values, which some of them have, are not looked at."""
    try:
        listed = json.loads(text)
    except (RecursionError, ValueError):
        return
    for name, provider in _names(listed):
        if kind := kind_of(name):
            yield Finding(shown, 0, kind, name, provider)


def _names(listed: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (JSON)
    if isinstance(listed, list):
        for one in listed:
            yield from _entry(one)
    elif isinstance(listed, dict) and isinstance(listed.get("data"), dict):
        inner = listed["data"].get("data", listed["data"])
        yield from ((str(name), "oidc") for name in inner if isinstance(inner, dict))


def _entry(one: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (JSON)
    if isinstance(one, str):
        yield one.rstrip("/").rpartition("/")[2], "oidc"
    elif isinstance(one, dict):
        yield from ((str(one[member]), provider) for member, provider in _NAMED_BY.items() if member in one)
