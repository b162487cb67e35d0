"""Dex: an identity provider in front of others, with everything in memory."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.interop.support.child import child, free_port, wait_until
from tests.interop.support.foreign import ForeignToken
from tests.interop.support.requests import ask, discover

NAME = "dex"
BRIDGE, STRANGER = "federation-bridge", "another-client"
"""Its clients."""

_PERSON = "billing"
_PATIENCE = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Dex:
    """A running one."""

    issuer: str
    secret: str = field(repr=False)

    def tokens(self, client: str = BRIDGE) -> dict[str, ForeignToken]:
        """What a person's password at its connector gives: an access token and an ID token."""
        form = {"grant_type": "password", "username": _PERSON, "password": self.secret, "scope": "openid profile"}
        answer = ask(discover(self.issuer)["token_endpoint"], client, self.secret, **form)
        return {name: ForeignToken(NAME, f"{client}, {name}", answer[name]) for name in ("access_token", "id_token")}


@contextmanager
def running_dex(folder: Path, log: Path) -> Iterator[Dex]:
    """A fresh one; raises DidNotStart."""
    port, secret = free_port(), secrets.token_urlsafe()
    dex = Dex(f"http://127.0.0.1:{port}/dex", secret)
    file = log.with_name("dex.yaml")
    file.write_text(yaml.safe_dump(_configuration(dex, port)), encoding="utf-8")
    command = (str(folder / "target" / "dex"), "serve", str(file))
    with log.open("w", encoding="utf-8") as writing, child(command, writing, log.parent) as process:
        wait_until(lambda: bool(discover(dex.issuer)), process, log, _PATIENCE)
        yield dex


def _configuration(dex: Dex, port: int) -> dict[str, object]:
    clients = [
        {"id": name, "name": name, "secret": dex.secret, "redirectURIs": ["http://127.0.0.1/signed-in"]}
        for name in (BRIDGE, STRANGER)
    ]
    login = {"username": _PERSON, "password": dex.secret}
    return {
        "issuer": dex.issuer,
        "storage": {"type": "memory"},
        "web": {"http": f"127.0.0.1:{port}"},
        "connectors": [{"type": "mockPassword", "id": "mock", "name": "mock", "config": login}],
        "oauth2": {"passwordConnector": "mock", "skipApprovalScreen": True},
        "staticClients": clients,
    }
