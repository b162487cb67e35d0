"""What a shell completes: ids as the bridge has them, asked for quickly with the stored login.

A completion never fails and never says why it has nothing: the shell would show that amidst the line.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import typer
from msgspec.structs import replace

from federation.cli.bridge import connect, default_file
from federation.cli.session import KINDS, every, path_of
from federation.client.admin import AdminApi, Send
from federation.client.http import Answer, send

SECONDS = 2.0
"""For all requests of one completion."""
LATELY = {"since": "24h"}
RECORDS = 50

_SAFE = re.compile(r"[A-Za-z0-9._@:/-]+")
"""The shell's script splits and expands what it is given, and the bridge may be a stranger's."""
_PRINCIPAL = re.compile(r"[A-Za-z0-9._@/-]+")

Values: TypeAlias = Callable[[AdminApi, Mapping[str, Any]], Iterator[str]]
"""(admin API, what stands on the line so far) -> what could stand here"""
Completion: TypeAlias = Callable[[typer.Context, str], list[str]]


def _in_time(until: float) -> Send:
    """Sends as long as there is time; raises OSError."""

    def sent(*request: Any, timeout: float, **named: Any) -> Answer:  # noqa: ANN401 (as `send` takes it)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return send(*request, timeout=min(timeout, left), **named)

    return sent


def completing(values: Values, seconds: float = SECONDS) -> Completion:
    """For `autocompletion=`: those of `values` that begin as what is typed, as far as they came in time."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        found: list[str] = []
        try:
            for value in values(_api(ctx.params, time.monotonic() + seconds), ctx.params):
                if value.startswith(incomplete) and _SAFE.fullmatch(value) and value not in found:
                    found.append(value)
        except Exception:  # noqa: BLE001 - no login, no bridge, no right, no time: what there is already is shown
            return found
        return found

    return complete


def _api(line: Mapping[str, Any], until: float) -> AdminApi:
    """As the command would be connected; raises Failed, NoCredential."""
    url = line.get("url") or os.environ.get("FEDBRIDGE_URL")
    file = line.get("token_file") or os.environ.get("FEDBRIDGE_TOKEN_FILE") or default_file()
    return replace(connect(url, Path(file)), send=_in_time(until))


def complete_kind(incomplete: str) -> list[str]:
    """Either spelling, by how it was begun; asks no bridge."""
    spelling = KINDS.values() if incomplete[:1].islower() else KINDS
    return [kind for kind in spelling if kind.startswith(incomplete)]


def _documents(plural: str, api: AdminApi, _line: Mapping[str, Any]) -> Iterator[str]:
    return (str(item["document"]["id"]) for item in every(api, f"/{plural}"))


def _of_kind(api: AdminApi, line: Mapping[str, Any]) -> Iterator[str]:
    plural, _, _ = path_of(str(line["kind"]), "x").partition("/")
    return _documents(plural, api, line)


def _principals(api: AdminApi, _line: Mapping[str, Any]) -> Iterator[str]:
    principals = (str(item["document"]["principal"]) for item in every(api, "/mappings"))
    return (principal for principal in principals if _PRINCIPAL.fullmatch(principal))


def _scopes(api: AdminApi, line: Mapping[str, Any]) -> Iterator[str]:
    path = path_of("Audience", str(line["audience"]))
    return iter(map(str, api.get(f"/{path}").members["document"]["scopes"]))


def _recorded(member: str, api: AdminApi, _line: Mapping[str, Any]) -> Iterator[str]:
    records = every(api, "/audit", RECORDS, LATELY)
    return (str(record[member]) for record in records if record.get(member))


def _approvals(api: AdminApi, _line: Mapping[str, Any]) -> Iterator[str]:
    return (str(item["id"]) for item in every(api, "/approvals", RECORDS, {"state": "pending"}))


def _keys(api: AdminApi, _line: Mapping[str, Any]) -> Iterator[str]:
    return (str(key["kid"]) for key in api.get("/keys").members["items"])


complete_document = completing(_of_kind)
complete_audience = completing(partial(_documents, "audiences"))
complete_issuer = completing(partial(_documents, "issuers"))
complete_mapping = completing(partial(_documents, "mappings"))
complete_client = completing(partial(_documents, "clients"))
complete_principal = completing(_principals)
complete_scope = completing(_scopes)
complete_jti = completing(partial(_recorded, "jti"))
complete_txn = completing(partial(_recorded, "txn"))
complete_approval = completing(_approvals)
complete_kid = completing(_keys)
