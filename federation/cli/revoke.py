"""`fedbridge revoke`: what was issued is worth nothing from the next look at it."""

from collections.abc import Mapping as ReadOnly
from pathlib import Path
from typing import Annotated, Any

import jwt
import typer

from federation.cli.completion import (
    Completion,
    complete_client,
    complete_issuer,
    complete_jti,
    complete_mapping,
    complete_principal,
    complete_txn,
)
from federation.cli.console import printable
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession, admin_command
from federation.cli.subject import read_token_file

EXAMPLE = 'Example: fedbridge revoke --principal partner/acme/billing-sync --reason "key leaked"'


def _id(what: str, complete: Completion) -> Any:  # noqa: ANN401 (typer's)
    return typer.Option(metavar="ID", help=what, autocompletion=complete)


TokenIn = Annotated[
    Path | None, typer.Option("--token", metavar="FILE", help="The token in this file, and what was made from it.")
]
Jti = Annotated[str | None, _id("The token of that id, and every token that was made from it.", complete_jti)]
Txn = Annotated[str | None, _id("A whole chain, whatever it still grows.", complete_txn)]
Principal = Annotated[
    str | None, _id("Whatever was issued about it, or to it as an actor, until now.", complete_principal)
]
Client = Annotated[str | None, _id("Whatever was issued to it until now.", complete_client)]
Issuer = Annotated[str | None, _id("Whatever rests on that Issuer document, until now.", complete_issuer)]
Mapping = Annotated[str | None, _id("Whatever rests on that Mapping document, until now.", complete_mapping)]
Everything = Annotated[bool, typer.Option("--all", help="Everything that was issued until now, your own token too.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for the trail. Needed, but for --dry-run.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell which tokens it would end.")]


@admin_command
def revoke(  # noqa: PLR0913 (each is an option of the command)
    session: AdminSession,
    *,
    token: TokenIn = None,
    jti: Jti = None,
    txn: Txn = None,
    principal: Principal = None,
    client: Client = None,
    issuer: Issuer = None,
    mapping: Mapping = None,
    everything: Everything = False,
    reason: Reason = None,
    dry_run: DryRun = False,
) -> None:
    """Revoke exactly one thing: a token (- reads it from stdin), a chain, or everything that rests on something.

    With --dry-run nothing is revoked: it counts and lists the living tokens that would end.

    Exits 0 if it is revoked, 1 if not, 2 if it is not clear what.
    """
    ids = {"jti": jti, "txn": txn, "principal": principal, "client": client, "issuer": issuer, "mapping": mapping}
    what, value = _only_one(token, ids, everything=everything)
    if dry_run:
        path = "/revocations?dry_run=true"
        _print_rehearsal(session, session.connect().post(path, {what: value, "reason": reason or "dry run"}).members)
        return
    if not reason:
        raise Failed("why is it to be revoked?", "--reason TEXT, for the trail", code=USAGE)
    answer = session.connect().post("/revocations", {what: value, "reason": reason}).members
    session.terminal.answer(answer)
    session.terminal.say(f"revoked: {what} {'' if value is True else printable(str(value))}".rstrip(), "green")


def _print_rehearsal(session: AdminSession, found: ReadOnly[str, Any]) -> None:
    terminal, tokens = session.terminal, found["tokens"]
    terminal.answer(found)
    many = "" if found["counted"] else "more than "
    terminal.say(f"would end {many}{tokens} living token{'s' * (tokens != 1)}; nothing was revoked", "yellow")
    for token in found["items"]:
        whose = f"{token['principal']} at {' '.join(token['audience'])}" if token["jti"] else "another tenant's"
        terminal.say(f"  {token['jti'] or '-'}  until {token['expires_at']}  {whose}")
    if tokens > len(found["items"]):
        terminal.say(f"  and {tokens - len(found['items'])} more")


def _only_one(token: Path | None, ids: dict[str, str | None], *, everything: bool) -> tuple[str, str | bool]:
    """What is revoked, and its id; raises Failed, OSError."""
    given: list[tuple[str, str | bool]] = [(what, id_) for what, id_ in ids.items() if id_]
    given += [("all", True)] if everything else []
    if len(given) + bool(token) != 1:
        raise Failed("what is to be revoked?", f"name exactly one of --token, --all, --{', --'.join(ids)}", code=USAGE)
    return ("jti", _jti(token)) if token else given[0]


def _jti(file: Path) -> str:
    """Unverified: who may revoke may revoke any; raises Failed, OSError."""
    try:
        claims = jwt.decode(read_token_file(file), options={"verify_signature": False})
        return str(claims["jti"])
    except (KeyError, jwt.PyJWTError):
        raise Failed("this is no token of a bridge: it has no jti") from None
