"""`fedbridge token`: the credential at hand -> a token of the bridge."""

from pathlib import Path
from typing import Annotated

import typer

from federation.cli.bridge import key_in
from federation.cli.console import Terminal
from federation.cli.login import Scope
from federation.cli.session import BridgeSession, bridge_command
from federation.cli.subject import ClientId, Issuer, Source, Subject, Wish, read_token_file, subject_token
from federation.client.exchange import Token, Wanted, exchange

EXAMPLE = "Example: fedbridge token --audience risk-engine --scope risk:score:read --source file:partner.jwt"

Audience = Annotated[str, typer.Option(metavar="ID", help="The target that the token is for.")]
DpopKeyFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Bind the token to the key in this file; it is made if it is not there."),
]
ActorTokenFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The token of whoever acts for the subject of yours.")
]


@bridge_command
def token(  # noqa: PLR0913 (each is an option of the command)
    session: BridgeSession,
    *,
    audience: Audience,
    scope: Scope = None,
    source: Source = "auto",
    issuer: Issuer = None,
    client_id: ClientId = None,
    dpop_key_file: DpopKeyFile = None,
    actor_token_file: ActorTokenFile = None,
) -> None:
    """Exchange your own token for one of the bridge's (RFC 8693) and print it.

    Exits 0 with a token, 1 if the bridge refuses, 2 if it is not clear where or with what.
    """
    subject = subject_token(Wish(source, session.bridge, session.terminal.ask, issuer, client_id))
    issued = exchange(
        session.bridge,
        subject,
        Wanted(audience, " ".join(scope) if scope else None),
        actor=Subject(read_token_file(actor_token_file)) if actor_token_file else None,
        key=key_in(dpop_key_file) if dpop_key_file else None,
    )
    _tell(session.terminal, issued)


def _tell(terminal: Terminal, issued: Token) -> None:
    members = ("access_token", "token_type", "expires_at", "scope")
    terminal.answer({name: getattr(issued, name) for name in members})
    if not terminal.as_json:
        print(issued.access_token)
