"""mock-oauth2-server: an issuer that takes anybody for any client, as partners use it in tests of theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.interop.support.child import child, free_port, wait_until
from tests.interop.support.foreign import ForeignToken
from tests.interop.support.requests import ask, discover

NAME = "mock-oauth2-server"

_MAIN = "no.nav.security.mock.oauth2.StandaloneMockOAuth2ServerKt"
_PATIENCE = 240.0
"""Seconds: a start takes 2 on an idle machine."""


@dataclass(frozen=True, slots=True)
class MockOauth2Server:
    """A running one. Every path of it is an issuer."""

    url: str

    def issuer(self, name: str) -> str:
        return f"{self.url}/{name}"

    def access_token(self, issuer: str, client: str, audience: str) -> ForeignToken:
        """By client credentials; it checks no secret, and a scope becomes the audience."""
        url = discover(self.issuer(issuer))["token_endpoint"]
        answer = ask(url, client, "any", grant_type="client_credentials", scope=audience)
        return ForeignToken(NAME, f"client {client}", answer["access_token"])


@contextmanager
def running_mock_oauth2_server(folder: Path, log: Path) -> Iterator[MockOauth2Server]:
    """Raises DidNotStart."""
    port = free_port()
    server = MockOauth2Server(f"http://127.0.0.1:{port}")
    environment = {"SERVER_HOSTNAME": "127.0.0.1", "SERVER_PORT": str(port)}
    command = ("java", "-cp", f"{folder}/target/dependency/*", _MAIN)
    with log.open("w", encoding="utf-8") as writing, child(command, writing, folder, environment) as process:
        wait_until(lambda: bool(discover(server.issuer("any"))), process, log, _PATIENCE)
        yield server
