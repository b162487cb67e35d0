"""The bridge on which a drill is played, and the worker that exchanges there."""

import json
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, TextIO

from federation.client.admin import AdminApi, AdminRefused
from federation.client.credential import Credential
from federation.client.http import Answer, post_form
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.admin_token import admin_documents, request_admin_token, write_secret
from federation.local.bridge import LocalBridge
from federation.local.embedded_aws import embedded_metrics
from federation.local.issuers.loopback import generate_key
from federation.local.moto_cloudwatch import FaithfulCloudWatch
from federation.oauth.identifiers import GrantType, TokenType

AUDIENCE = "risk-engine"
WORKER = "drill-worker"
POLICY = "drill"
Document = dict[str, Any]
_URL = f"https://{WORKER}.example.com"


def policy(condition: str) -> Document:
    """Forbids what fits the condition, at the audience of the drill."""
    head = f'forbid (principal, action == Action::"exchange", resource == Audience::"{AUDIENCE}")'
    return {"kind": "Policy", "id": POLICY, "cedar": f"{head} when {{ {condition} }};"}


class Stage(AbstractContextManager["Stage"]):
    """Runs while entered. `log`: where the functions' log goes."""

    bridge: LocalBridge
    folder: Path
    """Of files for the player: `admin.token`, and documents to apply."""

    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._key = generate_key(f"{WORKER}-1", "RS256")
        self.fault = ExitStack()
        """What is broken at AWS, until it is closed."""
        self._admin = generate_key("admin-1", "ES256")
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self.folder = Path(starting.enter_context(TemporaryDirectory(prefix="fedbridge-drill-")))
            self.bridge = starting.enter_context(LocalBridge(validate(self._trust(), loopback=True), log=self._log))
            self.renew_admin()
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def token_file(self) -> Path:
        """A bearer token for the admin API."""
        return self.folder / "admin.token"

    @property
    def metrics(self) -> FaithfulCloudWatch:
        """The embedded CloudWatch."""
        found = embedded_metrics()
        assert found  # noqa: S101 - the bridge runs
        return found

    def admin(self) -> AdminApi:
        """The admin API, by that token."""
        return AdminApi(self.bridge.url, Credential(self.token_file.read_text("ascii")))

    def renew_admin(self) -> None:
        """A token that was revoked with its key opens nothing any more."""
        write_secret(self.token_file, request_admin_token(self.bridge.url, self._admin))

    def keep_admin(self) -> None:
        """A new one where the old one is dead."""
        try:
            self.admin().get("/keys")
        except AdminRefused:
            self.renew_admin()

    def exchange(self) -> Answer:
        """As the worker."""
        now = int(time.time())
        claims: Document = {"iss": _URL, "sub": WORKER, "aud": self.bridge.issuer, "iat": now, "exp": now + 600}
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": self._key.sign({**claims, "jti": f"{WORKER}-{time.monotonic_ns()}"}),
            "subject_token_type": TokenType.JWT.value,
            "audience": AUDIENCE,
        }
        return post_form(f"{self.bridge.url}/token", list(form.items()))

    def write(self, name: str, document: Document) -> Path:
        """A folder of that name, with that document, to be applied."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "document.yaml").write_text(json.dumps(document), encoding="utf-8")
        return folder

    def _trust(self) -> list[SourceDocument]:
        grants = [{"audience": AUDIENCE, "scopes": ["risk:read"]}]
        issuer = {"kind": "Issuer", "id": WORKER, "provider": "oidc", "issuer": _URL, "keys": {"jwks": self._key.jwks}}
        mapping = {"kind": "Mapping", "id": WORKER, "issuer": WORKER, "match": {"sub": WORKER}, "grants": grants}
        documents: list[Document] = [
            {"kind": "Audience", "id": AUDIENCE, "scopes": ["risk:read"]},
            issuer,
            {**mapping, "principal": "drill/worker"},
        ]
        documents.append(policy('context.token_age > duration("24h")'))
        sources = [SourceDocument("drill", document) for document in documents]
        return [*sources, *admin_documents(self._admin, sources)]


def reason_of(answer: Answer) -> str:
    """Why it was refused; empty: it was not."""
    members: Mapping[str, Any] = answer.members
    return str(members.get("error_description", "")).partition(":")[0]
