"""Which bridge a command talks to, and with which credential: the same for a laptop and for AWS."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from federation.cli.failure import USAGE, Failed
from federation.client.admin import AdminApi
from federation.client.credential import read_credential, write_private
from federation.client.http import may_receive_token
from federation.client.key import DpopKey


def key_in(file: Path) -> DpopKey:
    """The key there, or a fresh one that is there from now on; raises Failed, OSError."""
    if not file.exists():
        key = DpopKey.generate()
        write_private(file, json.dumps(dict(key.private_jwk)))
        return key
    try:
        return DpopKey.load(json.loads(file.read_text("ascii")))
    except (TypeError, ValueError):
        raise Failed(f"{file} holds no private EC key as a JWK", "name a new file: one is made there") from None


def default_file() -> Path:
    """Where a token for the admin API is kept unless the user says otherwise (XDG Base Directory Specification)."""
    configuration = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(configuration) / "fedbridge" / "credential"


Url = Annotated[
    str | None,
    typer.Option("--url", envvar="FEDBRIDGE_URL", metavar="URL", help="The bridge; default: where you logged in."),
]
NamedUrl = Annotated[
    str | None, typer.Option("--url", envvar="FEDBRIDGE_URL", metavar="URL", help="The bridge. Required.")
]
TokenFile = Annotated[
    Path,
    typer.Option(
        "--token-file",
        envvar="FEDBRIDGE_TOKEN_FILE",
        metavar="FILE",
        default_factory=default_file,
        show_default="~/.config/fedbridge/credential",
        help="Where your token for the admin API is.",
    ),
]


def bridge_url(url: str | None) -> str:
    """The URL without a slash at its end; raises Failed unless it is one to which a token may be sent."""
    if not url:
        raise Failed("which bridge?", "name it: --url https://federation.example.com, or FEDBRIDGE_URL", code=USAGE)
    if not may_receive_token(url):
        raise Failed(f"{url} is no bridge's URL", "it begins with https://, or is http:// on this machine", code=USAGE)
    return url.rstrip("/")


def connect(url: str | None, token_file: Path) -> AdminApi:
    """The admin API; raises Failed, NoCredential."""
    credential = read_credential(token_file)
    bridge = bridge_url(url or credential.bridge)
    if credential.bridge not in (None, bridge):
        # A bearer token that is shown to another is theirs.
        raise Failed(f"the credential in {token_file} is for {credential.bridge}", f"fedbridge login --url {bridge}")
    return AdminApi(bridge, credential)
