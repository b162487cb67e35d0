"""`fedbridge login`: a token for the admin API, bound to a key of this machine."""

import time
from pathlib import Path
from typing import Annotated

import jwt
import typer

from federation.cli.bridge import TokenFile
from federation.cli.console import Terminal
from federation.cli.failure import USAGE, Failed
from federation.cli.session import BridgeSession, bridge_command
from federation.cli.subject import ClientId, Issuer, Source, Subject, Wish, subject_token
from federation.client.credential import Credential, write_credential
from federation.client.errors import Refused
from federation.client.exchange import Token, Wanted, exchange
from federation.client.key import DpopKey
from federation.model.confirmation import ADMIN_SCOPES

EXAMPLE = "Example: fedbridge login --url https://federation.example.com --source file:id.jwt"
AUDIENCE = "federation-admin"

Scope = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SCOPE", help="Ask for this alone (repeat, or separate by spaces); default: what your grant gives."
    ),
]


@bridge_command
def login(
    session: BridgeSession,
    *,
    source: Source = "auto",
    scope: Scope = None,
    issuer: Issuer = None,
    client_id: ClientId = None,
    token_file: TokenFile,
) -> None:
    """Exchange your own token for one of the admin API's, bound to a fresh key, and keep both in a file of yours.

    Exits 0 if you are logged in, 1 if not, 2 if it is not clear where or with what.
    """
    bridge, key = session.bridge, DpopKey.generate()
    subject = subject_token(Wish(source, bridge, session.terminal.ask, issuer, client_id))
    _check_foreign(subject.token)
    token = _token(bridge, subject, key, " ".join(scope) if scope else None)
    _keep(token_file, Credential(token.access_token, key, token.expires_at, bridge), token)
    _tell(session.terminal, token, bridge, token_file)


def _check_foreign(token: str) -> None:
    """What `fedbridge serve` leaves needs no login; raises Failed."""
    try:
        audience = jwt.decode(token, options={"verify_signature": False}).get("aud")
    except jwt.PyJWTError:
        return
    if audience == AUDIENCE:
        raise Failed("that is a token for the admin API already", "use it as it is: --token-file FILE", code=USAGE)


def _token(bridge: str, subject: Subject, key: DpopKey, scope: str | None) -> Token:
    """Where a grant gives nothing to those who name nothing, all that there is is asked for; raises Refused, OSError.

    What is refused has not spent the subject token, however often that may be used.
    """
    try:
        return exchange(bridge, subject, Wanted(AUDIENCE, scope), key=key)
    except Refused as refused:
        if scope is not None or refused.error != "invalid_scope":
            raise
    everything = Wanted(AUDIENCE, " ".join(ADMIN_SCOPES))
    return exchange(bridge, subject, everything, key=key)


def _keep(file: Path, credential: Credential, token: Token) -> None:
    if token.token_type != "DPoP":
        raise Failed("the bridge gave a token that is not bound to the key", "do not use it; tell the bridge's admin")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_credential(file, credential)


def _tell(terminal: Terminal, token: Token, bridge: str, file: Path) -> None:
    terminal.answer({"bridge": bridge, "scope": token.scope, "expires_at": token.expires_at, "file": str(file)})
    minutes = max(0, token.expires_at - int(time.time())) // 60
    terminal.say(f"logged in at {bridge} for {minutes} minutes: {token.scope}", "green")
