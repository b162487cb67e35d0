"""`fedbridge verify`: what an internal service checks of a token of ours, by stock PyJWT and the published keys."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import jwt
import typer
from rich.text import Text

from federation.cli.completion import complete_audience
from federation.cli.console import Terminal, printable
from federation.cli.failure import Failed
from federation.cli.session import BridgeSession, bridge_command
from federation.cli.subject import read_token_file
from federation.client.http import send
from federation.oauth.errors import InvalidToken, OAuthError
from federation.resource_server.fetch import fetch
from federation.resource_server.jwts import BridgeJwts, BridgeKeys
from federation.resource_server.status_lists import StatusLists
from federation.resource_server.verifier import CLOCK_SKEW

EXAMPLE = "Example: fedbridge verify --audience risk-engine --url https://federation.example.com < token"
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
"""With which a bridge may sign (DESIGN section 6)."""
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")
"""RFC 9068 section 2.2."""

Audience = Annotated[
    str,
    typer.Option(
        metavar="ID", help="Who you are: the audience that the token must be for.", autocompletion=complete_audience
    ),
]
TokenIn = Annotated[Path, typer.Option("--token", metavar="FILE", help="Where the token is; - is stdin.")]


@bridge_command
def verify(session: BridgeSession, *, audience: Audience, token: TokenIn = Path("-")) -> None:
    """Check all that an offline service checks of a token, whether it was revoked included, and show its claims.

    Whether a token that is bound to a key comes from who has the key, only a service that is called with it can tell.

    Exits 0 if it is good, 1 if it is not, 2 if it is not clear which bridge.
    """
    claims = _verified(read_token_file(token), session.bridge, audience)
    _check_revoked(session.bridge, claims)
    session.terminal.answer({"valid": True, "claims": claims})
    session.terminal.say("good", "green")
    _show(session.terminal, claims)


def _verified(token: str, bridge: str, audience: str) -> dict[str, Any]:
    """The claims; raises Failed."""
    try:
        header = jwt.get_unverified_header(token)
        if str(header.get("typ", "")).lower().removeprefix("application/") != "at+jwt":
            raise Failed("this is no access token of a bridge: its typ is not at+jwt (RFC 9068)")
        key = _keys(bridge)[str(header.get("kid"))]
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=audience,
            issuer=bridge,
            options={"require": list(REQUIRED)},
        )
    except KeyError:
        raise Failed(f"no key that {bridge} publishes has signed this") from None
    except jwt.PyJWTError as error:
        raise Failed(f"this token must not be accepted: {printable(str(error))}") from None
    return claims


def _check_revoked(bridge: str, claims: dict[str, Any]) -> None:
    """By the list that the token names; raises Failed."""
    if "status" not in claims:
        return
    try:
        StatusLists(BridgeJwts(BridgeKeys(bridge, fetch, time.time), CLOCK_SKEW)).check(claims)
    except InvalidToken:
        raise Failed("this token was revoked, or something that it rests on") from None
    except OAuthError:
        raise Failed(
            f"the list of what was revoked cannot be had from {bridge}", "wait a little, then repeat"
        ) from None


def _keys(bridge: str) -> jwt.PyJWKSet:
    try:
        return jwt.PyJWKSet.from_dict(send(f"{bridge}/.well-known/jwks.json", "GET").members)
    except (TypeError, ValueError, jwt.PyJWTError):
        raise Failed(f"{bridge} publishes no keys", "check --url") from None


def _show(terminal: Terminal, claims: dict[str, Any]) -> None:
    width = max(map(len, claims))
    for name, value in claims.items():
        shown = value if isinstance(value, str) else json.dumps(value)
        if not terminal.as_json:
            terminal.results.print(Text(f"  {printable(name):{width}}  {printable(shown)}"), soft_wrap=True)
