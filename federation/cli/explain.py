"""`fedbridge explain`: why a request is allowed or refused, step by step; nothing is minted."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from federation.cli.console import Terminal
from federation.cli.explain_tree import edits_of, print_explanation
from federation.cli.explain_write import write_edits
from federation.cli.failure import FAILED, USAGE, Failed
from federation.cli.recorded import question_of
from federation.cli.session import AdminSession, admin_command
from federation.cli.subject import read_token_file

EXAMPLE = "Example: fedbridge explain --token partner.jwt --audience risk-engine --scope risk:score:read"

TokenIn = Annotated[
    Path | None, typer.Option("--token", metavar="FILE", help="The subject token; - is stdin. Read, never kept.")
]
Claims = Annotated[Path | None, typer.Option(metavar="FILE", help="The subject's claims as JSON, taken as proven.")]
ActorToken = Annotated[Path | None, typer.Option(metavar="FILE", help="The token of whoever acts for the subject.")]
ActorClaims = Annotated[Path | None, typer.Option(metavar="FILE", help="The claims of whoever acts.")]
CorrelationId = Annotated[
    str | None, typer.Option(metavar="ID", help="A request that was made, as its caller knows it by name.")
]
Audience = Annotated[str | None, typer.Option(metavar="ID", help="What is asked for.")]
Scope = Annotated[list[str] | None, typer.Option(metavar="SCOPE", help="Repeat, or separate by spaces.")]
Client = Annotated[
    str | None, typer.Option(metavar="ID", help="The registered client that asks; without a subject, for itself.")
]
Ip = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where the request comes from.")]
Proof = Annotated[str | None, typer.Option(metavar="KIND", help="By what the caller proves a key: dpop or mtls.")]
Approved = Annotated[bool, typer.Option("--approved", help="Suppose that somebody has approved what must be.")]
Write = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write the documents of the smallest edit there, to plan and apply them."),
]


@admin_command
def explain(  # noqa: PLR0913 (each is an option of the command)
    session: AdminSession,
    *,
    token: TokenIn = None,
    claims: Claims = None,
    correlation_id: CorrelationId = None,
    actor_token: ActorToken = None,
    actor_claims: ActorClaims = None,
    audience: Audience = None,
    scope: Scope = None,
    client: Client = None,
    ip: Ip = None,
    proof: Proof = None,
    approved: Approved = False,
    write: Write = None,
) -> None:
    """Decide a request as the bridge would: every step, what differs, and the smallest edit that would allow it.

    Exits 0 if it is allowed, 1 if it is refused, 2 if it is not clear what is asked.
    """
    _only_one(token, claims, correlation_id, or_else=client)
    api, terminal = session.connect(), session.terminal
    asked = {"audience": audience, "scope": " ".join(scope) if scope else None, "client": client}
    further = _given({**asked, "ip": ip, "proof": proof, "approved": approved or None})
    if correlation_id:
        question = {**question_of(api, correlation_id, terminal), **further}
    else:
        question = {**_identity(token, claims), **_actor(actor_token, actor_claims), **further}
    explanation = api.post("/explain", question).members
    if "ip" not in question and any(
        one == {**one, "step": "policy", "outcome": "refused"} for one in explanation["steps"]
    ):
        terminal.note("no --ip was given: policies saw an address in no zone", "yellow")
    _answer(terminal, explanation, write)


def _answer(terminal: Terminal, explanation: Mapping[str, Any], write: Path | None) -> NoReturn:
    terminal.answer(explanation)
    if not terminal.as_json:
        print_explanation(terminal.results, explanation)
    for file in write_edits(write, edits_of(explanation)) if write else ():
        terminal.note(f"wrote {file}: look at it, then `fedbridge plan {write}`", "cyan")
    raise typer.Exit(0 if explanation["allowed"] else FAILED)


def _only_one(*ways: object, or_else: str | None) -> None:
    found = sum(way is not None for way in ways)
    if found > 1 or (found == 0 and or_else is None):
        raise Failed("whose request?", "name one of --token, --claims, --correlation-id", code=USAGE)


def _given(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def _identity(token: Path | None, claims: Path | None) -> dict[str, Any]:
    """Raises Failed, OSError."""
    if token:
        return {"token": read_token_file(token)}
    return {"claims": _claims(claims)} if claims else {}


def _actor(token: Path | None, claims: Path | None) -> dict[str, Any]:
    if token and claims:
        raise Failed("whoever acts has a token or claims, not both", code=USAGE)
    return {"actor": _identity(token, claims)} if token or claims else {}


def _claims(file: Path) -> Mapping[str, Any]:
    try:
        claims = json.loads(file.read_text("utf-8"))
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise Failed(f"{file} holds no claims", "write one JSON object, as the middle part of a JWT has it", code=USAGE)
    return claims
