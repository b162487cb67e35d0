# ruff: noqa: INP001, T201, S603 - a script of its own that starts the project's commands
"""Plays all of it on this machine: the bridge, two identity providers, the tools, the agent, and who is asked.

`python examples/agent/play.py` needs `pip install 'federation-bridge[local]' 'mcp>=2.3'`. Exits 0 if all went as told.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import jwt
import yaml
from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, str(Path(__file__).parent))
from planner import Planner

from federation.client.errors import Refused
from federation.client.identity import Subject
from federation.client.sources.source import Given
from federation.local.server import listen, url_of

HERE = Path(__file__).parent
FEDBRIDGE = str(Path(sys.executable).with_name("fedbridge"))


class Provider:
    """An identity provider: a key, and whatever it is asked to say."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwks(self) -> dict[str, Any]:
        """As its document has it."""
        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "1", "alg": "ES256", "use": "sig"}]}

    def token(self, audience: str, **claims: str) -> str:
        """For the bridge."""
        now = int(time.time())
        times = {"iat": now, "exp": now + 600, "auth_time": now, "jti": uuid4().hex}
        return jwt.encode({"iss": self.issuer, "aud": audience, **claims, **times}, self._key, "ES256", {"kid": "1"})


def trust(folder: Path, tools: str, providers: dict[str, Provider]) -> Path:
    """trust.yaml with the keys of the two providers, and where the tools really are."""
    documents = list(yaml.safe_load_all((HERE / "trust.yaml").read_text()))
    for document in documents:
        if document["id"] in providers:
            document["keys"] = {"jwks": providers[document["id"]].jwks}
        if document["id"] == "calendar-mcp":
            document["resource"] = tools
    (folder / "trust.yaml").write_text(yaml.safe_dump_all(documents))
    return folder / "trust.yaml"


@contextmanager
def started(*command: str, log: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process, for as long as the play lasts."""
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def fedbridge(bridge: str, admin: Path, *command: str) -> str:
    """What the command prints."""
    environment = {**os.environ, "FEDBRIDGE_URL": bridge, "FEDBRIDGE_TOKEN_FILE": str(admin), "COLUMNS": "160"}
    done = subprocess.run([FEDBRIDGE, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


async def play(folder: Path, stack: ExitStack) -> None:
    """The story, in order; raises AssertionError where it goes another way."""
    login, cluster = Provider("https://login.acme.example.com"), Provider("https://cluster.acme.example.com")
    with listen(0) as free:
        tools = url_of(free) + "/mcp"
    admin, log = folder / "admin.token", folder / "tools.log"
    written = trust(folder, tools, {"login": login, "cluster": cluster})
    serve = (FEDBRIDGE, "serve", "--port", "0", "--trust", str(written), "--admin-token-file", str(admin))
    ready = stack.enter_context(started(*serve, log=folder / "bridge.log")).stdout
    bridge = ready.readline().split()[1] if ready else ""
    stack.enter_context(started(sys.executable, str(HERE / "server.py"), bridge, tools, log=log))
    await listening(tools)

    person = login.token(bridge, sub="ada", client_id="assistant", acr="urn:example:loa:2")
    itself = Given(Subject(cluster.token(bridge, sub="planner")))
    planner = Planner(bridge, tools, itself)

    print("1. The agent looks for a room, with a token for this one call:")
    searching = planner.token(person, "search", "find a room for Monday")
    print("  ", await planner.call(searching, "search", day="Monday"))

    print("2. The token for searching books nothing:")
    print("  ", await refused(planner.call(searching, "book", room="library")))

    print("3. Booking is risky, so a person is asked:")
    try:
        planner.token(person, "book", "book the library for Monday")
        raise AssertionError("nobody was asked")
    except Refused as pending:
        approval = str(pending.approval_id)
        print("  ", pending.error)
    reason = ("--lifetime", "5m", "--uses", "1", "--reason", "Ada said yes")
    print("  ", fedbridge(bridge, admin, "approvals", "approve", approval, *reason).splitlines()[0])

    print("4. Now the agent may, once:")
    booking = planner.token(person, "book", "book the library for Monday")
    print("  ", await planner.call(booking, "book", room="library"))

    print("5. Who did what on whose behalf, and where the token was used:")
    jti = jwt.decode(booking.access_token, options={"verify_signature": False})["jti"]
    print(fedbridge(bridge, admin, "audit", "trace", jti, "--uses", str(log)))


async def listening(url: str) -> None:
    """Until the tools answer."""
    async with httpx2.AsyncClient() as http:
        for _ in range(600):
            try:
                await http.post(url)
            except httpx2.HTTPError:
                await asyncio.sleep(0.1)
            else:
                return
    raise AssertionError("the tools never answered")


async def refused(call: Any) -> str:  # noqa: ANN401
    """Why; raises AssertionError for what is let in."""
    try:
        said = await call
    except RuntimeError as refusal:
        return str(refusal)
    raise AssertionError(f"this should have been refused: {json.dumps(said)}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        asyncio.run(play(Path(folder), stack))
