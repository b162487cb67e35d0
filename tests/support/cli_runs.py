"""`fedbridge` in process, on a terminal of a known width, as an admin with a token of a known bridge."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from federation.cli.main import app
from federation.client.credential import Credential, write_credential
from federation.client.key import DpopKey
from tests.support.fake_bridge import FakeBridge, fake_bridge


@dataclass(frozen=True, slots=True)
class Admin:
    """Runs commands with a credential of `folder`."""

    url: str
    folder: Path

    @property
    def credential(self) -> Path:
        return self.folder / "credential"

    def run(self, *arguments: str | Path, input: str | None = None, **environment: str) -> Result:  # noqa: A002
        variables = {"FEDBRIDGE_URL": self.url, "FEDBRIDGE_TOKEN_FILE": str(self.credential), "COLUMNS": "100"}
        return fedbridge(*arguments, input=input, **{**variables, **environment})


@dataclass(frozen=True, slots=True)
class FakeAdmin(Admin):
    """An admin of a bridge that answers what the test says."""

    bridge: FakeBridge


def fedbridge(*arguments: str | Path, input: str | None = None, **environment: str) -> Result:  # noqa: A002
    return CliRunner(env=environment).invoke(app, [str(one) for one in arguments], input=input)


@contextmanager
def fake_admin(folder: Path) -> Iterator[FakeAdmin]:
    """Logged in at a fake bridge."""
    with fake_bridge() as bridge:
        write_credential(folder / "credential", Credential("a.b.c", DpopKey.generate(), 4_000_000_000, bridge.url))
        yield FakeAdmin(bridge.url, folder, bridge)
