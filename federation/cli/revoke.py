"""`fedbridge revoke`: what was issued is worth nothing from the next look at it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import jwt
import typer

from federation.cli.bridge import TokenFile, Url, connect
from federation.cli.console import AsJson, NoColor, Terminal, print_json
from federation.cli.failure import USAGE, Failed, failing_well
from federation.cli.inert import printable
from federation.cli.subject import read_token_file

EXAMPLE = 'Example: fedbridge revoke --principal partner/acme/billing-sync --reason "key leaked"'


def _named(what: str) -> Any:  # noqa: ANN401 (typer's)
    return typer.Option(metavar="ID", help=what)


def revoke(  # noqa: PLR0913 (each is an option of the command)
    *,
    token: Annotated[
        Path | None, typer.Option("--token", metavar="FILE", help="The token in this file, and what was made from it.")
    ] = None,
    jti: Annotated[str | None, _named("The token of that id, and every token that was made from it.")] = None,
    txn: Annotated[str | None, _named("A whole chain, whatever it still grows.")] = None,
    principal: Annotated[str | None, _named("Whatever was issued about it, or to it as an actor, until now.")] = None,
    client: Annotated[str | None, _named("Whatever was issued to it until now.")] = None,
    issuer: Annotated[str | None, _named("Whatever rests on that Issuer document, until now.")] = None,
    mapping: Annotated[str | None, _named("Whatever rests on that Mapping document, until now.")] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")],
    url: Url = None,
    token_file: TokenFile,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Withdraw exactly one thing: a token (- reads it from stdin), a chain, or everything that rests on something.

    Exits 0 if it is withdrawn, 1 if not, 2 if it is not clear what.
    """
    terminal = Terminal(as_json, no_color)
    with failing_well(terminal, url or "the bridge"):
        named = {
            "jti": _jti(token) if token and not jti else jti,
            "txn": txn,
            "principal": principal,
            "client": client,
            "issuer": issuer,
            "mapping": mapping,
        }
        what, value = _only_one(named, both=bool(token and jti))
        answer = connect(url, token_file).post("/revocations", {what: value, "reason": reason}).members
        if as_json:
            print_json(answer)
        terminal.say(f"revoked: {what} {printable(value)}", "green")


def _only_one(named: Mapping[str, str | None], *, both: bool) -> tuple[str, str]:
    """Raises Failed."""
    given = [(what, value) for what, value in named.items() if value]
    if len(given) != 1 or both:
        raise Failed("what is to be revoked?", f"name exactly one of --token, --{', --'.join(named)}", code=USAGE)
    return given[0]


def _jti(file: Path) -> str:
    """Unverified: whoever may revoke may revoke any; raises Failed, OSError."""
    try:
        claims = jwt.decode(read_token_file(file), options={"verify_signature": False})
        return str(claims["jti"])
    except (KeyError, jwt.PyJWTError):
        raise Failed("this is no token of a bridge: it has no jti") from None
