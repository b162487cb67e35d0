"""panva's oidc-provider: a certified OpenID provider on Node."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.interop.support.child import Process, child, read_line
from tests.interop.support.foreign import ForeignToken
from tests.interop.support.requests import ask, discover

NAME = "oidc-provider"
PORTAL = "analyst-portal"
CIBA = "urn:openid:params:grant-type:ciba"

_PATIENCE = 30.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """A running one. Its clients and resources stand in server.mjs."""

    issuer: str
    secret: str = field(repr=False)
    process: Process = field(repr=False)
    log: Path

    def access_token(self, client: str, resource: str) -> ForeignToken:
        """By client credentials for that resource (RFC 8707)."""
        url = discover(self.issuer)["token_endpoint"]
        answer = ask(url, client, self.secret, grant_type="client_credentials", resource=resource)
        return ForeignToken(NAME, f"client {client}", answer["access_token"])

    def id_token(self, person: str) -> ForeignToken:
        """Of a person who was asked on the telephone (OpenID Connect CIBA Core 1.0)."""
        where = discover(self.issuer)
        url = where["backchannel_authentication_endpoint"]
        started = ask(url, PORTAL, self.secret, scope="openid", login_hint=person)
        form = {"grant_type": CIBA, "auth_req_id": started["auth_req_id"]}
        answer = ask(where["token_endpoint"], PORTAL, self.secret, **form)
        return ForeignToken(NAME, "person by CIBA, id_token", answer["id_token"])

    def rotate(self) -> None:
        """Publish a further set of keys, and sign with it from now on."""
        self._do("rotate")

    def revoke(self) -> None:
        """Publish the newest set of keys alone."""
        self._do("revoke")

    def _do(self, command: str) -> None:
        stdin = self.process.stdin
        if stdin is None:
            raise TypeError("the server was started without a pipe")
        stdin.write(f"{command}\n")
        stdin.flush()
        read_line(self.process, self.log, _PATIENCE)


@contextmanager
def running_oidc_provider(folder: Path, log: Path) -> Iterator[OidcProvider]:
    """A fresh one, with keys of its own; raises DidNotStart."""
    secret = secrets.token_urlsafe()
    environment = {"INTEROP_CLIENT_SECRET": secret}
    with (
        log.open("w", encoding="utf-8") as writing,
        child(("node", "server.mjs"), writing, folder, environment, talks=True) as process,
    ):
        issuer = json.loads(read_line(process, log, _PATIENCE))["issuer"]
        yield OidcProvider(issuer, secret, process, log)
