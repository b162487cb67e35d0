"""What a change costs its maker: lines, files, and what one write of the admin API opens and asks of AWS.

    python -m benchmarks.counts

prints the table of docs/architecture.md. A file counts as opened where some of its code runs; the request is in
process, on embedded AWS, and warm.
"""

import ast
import json
import os
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import boto3

from benchmarks.aws_process import BRIDGE
from benchmarks.world import Silent
from federation.admin.changes import change_now
from federation.admin_api.endpoint import AdminEndpoint
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.admin_api import admin_endpoint
from federation.bootstrap.keys import publication
from federation.bootstrap.token import token_endpoint
from federation.client.key import DpopKey
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.embedded_aws import EmbeddedAws
from federation.local.embedded_services import embedded_services
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.confirmation import ADMIN_AUDIENCE, ADMIN_SCOPES
from federation.model.json import Json, JsonObject
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.settings import Settings, read_settings
from federation.system import SystemClock

LIBRARY = Path(__file__).parent.parent / "federation"
DEPLOYED = re.compile(rf"{re.escape(str(LIBRARY))}/(?!local/|client/)")
"""Not what stands for AWS here, nor what stands for the caller."""
LONGEST = 350
SHORTEST = 30
ADMINS, PARTNER = "https://admins.example.com", "https://partner.example.com"
DOCUMENTS: dict[str, dict[str, Any]] = {
    "/mappings/worker": {
        "kind": "Mapping",
        "id": "worker",
        "issuer": "partner",
        "match": {"sub": "worker"},
        "principal": "partner/worker",
        "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}],
    },
    "/issuers/other": {"kind": "Issuer", "id": "other", "provider": "oidc", "issuer": "https://other.example.com"},
    "/audiences/ledger": {"kind": "Audience", "id": "ledger", "scopes": ["ledger:read"]},
    "/clients/gateway": {
        "kind": "Client",
        "id": "gateway",
        "auth": {"method": "aws_iam", "role": "arn:aws:iam::123456789012:role/gateway"},
        "audiences": ["risk-engine"],
        "scopes": ["risk:read"],
    },
    "/policies/night": {"kind": "Policy", "id": "night", "cedar": "permit (principal, action, resource);"},
    "/zones/corp": {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]},
}


class NoApprovals:
    """An ApprovalLog that keeps nothing."""

    def decided(self, entry: JsonObject) -> None:
        """Drop it."""


class Admin:
    """Writes documents over the admin API, with a token that is bound to a key."""

    def __init__(self, settings: Settings, key: IssuerKey) -> None:
        self._endpoint: AdminEndpoint = admin_endpoint(settings, Silent(), NoApprovals())
        self._proofs = DpopKey.generate()
        self._token = self._exchanged(settings, key)

    def send(self, method: str, path: str, document: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        """One request."""
        url = f"/admin/v1{path}"
        proof = self._proofs.proof(method, BRIDGE + url, access_token=self._token)
        proven = {"authorization": f"DPoP {self._token}", "dpop": proof, "content-type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = json.dumps(document).encode() if document else b""
        return self._endpoint.handle(HttpRequest(method, url, body, secrets.token_hex(8), {**proven, **named}))

    def _exchanged(self, settings: Settings, key: IssuerKey) -> str:
        now = int(time.time())
        claims: dict[str, Json] = {
            "iss": ADMINS,
            "sub": "alice",
            "aud": BRIDGE,
            "iat": now,
            "exp": now + 600,
            "jti": secrets.token_hex(8),
        }
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE,
            "subject_token": key.sign(claims),
            "subject_token_type": TokenType.JWT,
            "audience": ADMIN_AUDIENCE,
            "scope": " ".join(ADMIN_SCOPES),
        }
        endpoint = token_endpoint(settings, Silent(), embedded_services())
        nonce, answer = None, HttpResponse(500, b"{}", {})
        for _ in range(2):  # the first answer names the nonce that the second request needs
            headers = {"content-type": FORM, "dpop": self._proofs.proof("POST", f"{BRIDGE}/token", nonce=nonce)}
            http = HttpRequest("POST", "/token", urlencode(form).encode(), "log-in", headers, source_ip="192.0.2.7")
            answer = endpoint.handle(http)
            nonce = answer.headers.get("dpop-nonce")
        return str(json.loads(answer.body)["access_token"])


@contextmanager
def admin() -> Iterator[tuple[Admin, Admin, Counter[str]]]:
    """An admin of a bridge with a partner and a policy, the same in another process, and what they ask of AWS."""
    with EmbeddedAws(os.environ) as resources:
        settings = read_settings({**resources, "FEDERATION_ISSUER": BRIDGE})
        key = generate_key("admins-1", "ES256")
        sources = [SourceDocument("counts", one) for one in _trust(key)]
        trust_editor(settings).apply(validate(sources), change_now(SystemClock(), "counts"))
        publication(settings).run()
        boto3.setup_default_session()
        calls: Counter[str] = Counter()
        session: Any = boto3.DEFAULT_SESSION
        session.events.register("before-call", lambda model, **_: calls.update([model.name]))
        yield Admin(settings, key), Admin(settings, key), calls


def _trust(key: IssuerKey) -> Iterator[dict[str, Any]]:
    issuer = {"kind": "Issuer", "provider": "oidc", "keys": {"jwks": key.jwks}, "algorithms": [key.algorithm]}
    grant = [{"audience": ADMIN_AUDIENCE, "scopes": list(ADMIN_SCOPES)}]
    yield {"kind": "Audience", "id": ADMIN_AUDIENCE, "scopes": list(ADMIN_SCOPES), "sender_constraint": "any"}
    yield {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read", "risk:write"]}
    yield {**issuer, "id": "admins", "issuer": ADMINS}
    yield {**issuer, "id": "partner", "issuer": PARTNER}
    alice = {"kind": "Mapping", "id": "alice", "issuer": "admins", "principal": "admin/alice", "grants": grant}
    yield {**alice, "match": {"sub": "alice"}}
    yield {"kind": "Policy", "id": "chains", "cedar": 'permit (principal, action == Action::"exchange", resource);'}


@contextmanager
def opened_files() -> Iterator[set[str]]:
    """The files of the library of which some code runs within."""
    files: set[str] = set()

    def note(frame: FrameType, _event: str, _argument: object) -> None:
        if DEPLOYED.match(frame.f_code.co_filename):
            files.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        yield files
    finally:
        sys.setprofile(None)


class Counted(NamedTuple):
    """What a request took."""

    what: str
    files: int
    """Of the library, of which some code ran."""
    calls: Counter[str]
    """To AWS, by name."""
    afresh: Counter[str]
    """The same, where another process has written since this one's last request."""


def requests() -> Iterator[Counted]:
    """A PUT of each kind, which is there already, and a GET."""
    with admin() as (alice, elsewhere, calls):
        for path, document in DOCUMENTS.items():
            _sent(alice, "PUT", path, document, if_none_match="*")
            calls.clear()
            with opened_files() as files:
                _sent(alice, "PUT", path, {**document, "description": "changed"}, if_match='"1"')
            again = calls.copy()
            _sent(elsewhere, "PUT", path, {**document, "description": "elsewhere"}, if_match='"2"')
            calls.clear()
            _sent(alice, "PUT", path, {**document, "description": "back"}, if_match='"3"')
            yield Counted(f"PUT {path}", len(files), again, calls.copy())
        calls.clear()
        with opened_files() as files:
            _sent(alice, "GET", "/mappings/worker")
        yield Counted("GET /mappings/worker", len(files), calls.copy(), calls.copy())


def _sent(admin: Admin, method: str, path: str, document: dict[str, Any] | None = None, **headers: str) -> None:
    answer = admin.send(method, path, document, **headers)
    if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise RuntimeError(answer.body)


def sizes() -> dict[str, int]:
    """Of the library: lines, files, files that are too long or too short, and modules with one importer."""
    lines = {file: len(file.read_text(encoding="utf-8").splitlines()) for file in LIBRARY.rglob("*.py")}
    importers = _importers(lines)
    alone = [file for file, by in importers.items() if len(by) == 1]
    return {
        "lines under federation/": sum(lines.values()),
        "files": len(lines),
        f"files over {LONGEST} lines": sum(count > LONGEST for count in lines.values()),
        f"files under {SHORTEST} lines": sum(1 < count < SHORTEST for count in lines.values()),
        "modules with one importer": len(alone),
        f"of these under {SHORTEST} lines": sum(1 < lines[file] < SHORTEST for file in alone),
    }


def _importers(files: dict[Path, int]) -> dict[Path, set[Path]]:
    """Module -> the modules of the library, or the functions, that import it."""
    named = {_name(file): file for file in files}
    found: dict[Path, set[Path]] = {file: set() for file in files}
    for file in (*files, *(LIBRARY.parent / "functions").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in named:
                found[named[node.module]].add(file)
    return found


def _name(file: Path) -> str:
    parts = file.relative_to(LIBRARY.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def table() -> Iterator[str]:
    """In Markdown."""
    yield from ("| what | count |", "| --- | --- |")
    yield from (f"| {what} | {count:,} |" for what, count in sizes().items())
    yield from ("", "| request | files opened | AWS calls | after another process wrote |", "| --- | --- | --- | --- |")
    for one in requests():
        yield f"| {one.what} | {one.files} | {_named(one.calls)} | {_named(one.afresh)} |"


def _named(calls: Counter[str]) -> str:
    detail = ", ".join(f"{count} {name}" for name, count in sorted(calls.items()))
    return f"{calls.total()}: {detail}"


if __name__ == "__main__":
    for line in table():
        sys.stdout.write(line + "\n")
