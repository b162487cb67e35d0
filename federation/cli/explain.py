"""`fedbridge explain`: why a request is allowed or refused, and the edit that would help; nothing is minted."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from federation.cli.completion import complete_audience, complete_client, complete_scope
from federation.cli.console import Terminal, printable
from federation.cli.explain_written import example_edit, write_edits
from federation.cli.failure import FAILED, USAGE, Failed
from federation.cli.session import AdminSession, admin_command
from federation.cli.subject import read_token_file
from federation.client.admin import AdminApi
from federation.client.question import NOT_REACHED, NotProven, question_again, record_of, told

_SIGNS = {"ok": ("✓", "green"), "refused": ("✗", "red"), "skipped": ("·", "dim")}
UNDECIDED = 3
"""Exit code: neither allowed nor refused."""
_OPERATIONS = {"add": ("+", "green"), "replace": ("~", "yellow"), "remove": ("-", "red")}


def print_explanation(console: Console, explanation: Mapping[str, Any]) -> None:
    """The outcome, the steps, and what would change it."""
    tree = Tree(_outcome(explanation))
    steps = explanation.get("steps", ())
    for step in (step for step in steps if step["detail"] != NOT_REACHED):
        _add_step(tree, step)
    if beyond := [str(step["step"]) for step in steps if step["detail"] == NOT_REACHED]:
        tree.add(Text(printable(f"· {NOT_REACHED}: {', '.join(beyond)}"), "dim"))
    for obstacle in explanation.get("obstacles", ()):
        place = f"Policy {obstacle['policy']}, line {obstacle['line']}: {obstacle['text']}"
        tree.add(Text(printable(f"in the way: {place}"), "yellow"))
    for risk in explanation.get("risk", ()):
        _add_risk(tree, risk)
    _add_edits(tree, edits_of(explanation))
    console.print(tree)


def edits_of(explanation: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The smallest edit: one or several changes that together would allow the request."""
    suggestions = explanation.get("suggestions")
    if suggestions:
        edits: Sequence[Mapping[str, Any]] = suggestions[0]["edits"]
        return edits
    return list(explanation.get("edits") or ())[:1]


def _outcome(explanation: Mapping[str, Any]) -> Text:
    decision, refusal = explanation.get("decision") or {}, explanation.get("refusal") or {}
    if explanation["allowed"]:
        where = ", ".join(decision.get("audiences", ()))
        what = f"{decision.get('principal')} gets {' '.join(decision.get('scopes', ()))} at {where}"
        return Text(printable(f"allowed: {what} for {decision.get('lifetime')} s"), "bold green")
    if undecided := explanation.get("undecided"):
        return Text(printable(f"undecided: {undecided}; with a good one it would be allowed"), "bold yellow")
    return Text(printable(f"refused: {refusal.get('error')}: {refusal.get('reason')}"), "bold red")


def _add_step(tree: Tree, step: Mapping[str, Any]) -> None:
    sign, style = _SIGNS.get(str(step["outcome"]), ("?", ""))
    branch = tree.add(Text(printable(f"{sign} {step['step']}: {step['detail']}"), style))
    facts = step.get("facts") or {}
    near = facts.get("near") if step["outcome"] == "refused" else None
    for candidate in near or ():
        _add_candidate(branch, candidate)


def _add_candidate(branch: Tree, candidate: Mapping[str, Any]) -> None:
    """A rule that nearly fitted: its lines that do not hold, one below the other."""
    missed = candidate.get("missed")
    disabled = " (disabled)" if candidate.get("enabled") is False else ""
    if missed is None:
        told = f"perhaps Issuer {candidate.get('id')}{disabled}: {candidate.get('issuer')}"
        expected = " ".join(candidate.get("audiences", ())) or "this bridge's own URL"
        branch.add(Text(printable(f"{told}, for {expected}"), "dim"))
        return
    table = Table.grid(padding=(0, 2))
    for miss in missed:
        wanted, got = (Text(f"{word} {_shown(miss[word])}", style) for word, style in _SIDES)
        table.add_row(Text(printable(str(miss["claim"]))), wanted, got)
    branch.add(Text(printable(f"nearly Mapping {candidate['mapping']}{disabled}"), "dim")).add(table)


def _add_risk(tree: Tree, risk: Mapping[str, Any]) -> None:
    branch = tree.add(Text(printable(f"risk of {risk['what']} {risk['value']}: {risk['score']}"), "yellow"))
    for cause in risk.get("causes", ()):
        who = f"{cause['source']}, until {cause['until']}"
        branch.add(Text(printable(f"{cause['score']} of {cause['raised_to']}: {cause['reason']} ({who})"), "dim"))


_SIDES = (("wanted", "green"), ("got", "red"))


def _add_edits(tree: Tree, edits: Sequence[Mapping[str, Any]]) -> None:
    if not edits:
        return
    branch = tree.add(Text("the smallest edit that would allow it", "bold cyan"))
    for edit in edits:
        named = "the request" if edit["kind"] == "Request" else f"{edit['kind']} {edit['id']}"
        change = branch.add(Text(printable(f"{named}: {edit['description']}")))
        for operation in edit.get("patch", ()):
            sign, style = _OPERATIONS.get(str(operation["op"]), ("?", ""))
            value = "" if operation["op"] == "remove" else f": {_shown(operation.get('value'))}"
            change.add(Text(printable(f"{sign} {operation['path']}{value}"), style))


def _shown(value: object) -> str:
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def question_of(api: AdminApi, correlation_id: str, terminal: Terminal) -> dict[str, Any]:
    """The same question again; raises Failed where the trail does not know enough, AdminRefused, OSError."""
    record = record_of(api, correlation_id)
    if record is None:
        raise Failed(
            "the audit trail does not know that request",
            "look at the id and the bridge's URL, or explain a token of the caller's: --token FILE --audience ID",
        )
    terminal.note(printable(told(record)))
    try:
        return question_again(record)
    except NotProven as error:
        raise Failed(
            str(error), "mend what the line above says, or explain a token of the caller's: --token FILE --audience ID"
        ) from None


EXAMPLE = "Example: fedbridge explain --token partner.jwt --audience risk-engine --scope risk:score:read"

TokenIn = Annotated[
    Path | None, typer.Option("--token", metavar="FILE", help="The subject token; - is stdin. Read, never kept.")
]
Claims = Annotated[Path | None, typer.Option(metavar="FILE", help="The subject's claims as JSON, taken as proven.")]
ActorToken = Annotated[Path | None, typer.Option(metavar="FILE", help="The actor's token.")]
ActorClaims = Annotated[Path | None, typer.Option(metavar="FILE", help="The actor's claims.")]
CorrelationId = Annotated[
    str | None, typer.Option(metavar="ID", help="A request that was made, as its caller knows it by name.")
]
Audience = Annotated[
    str | None, typer.Option(metavar="ID", help="What is asked for.", autocompletion=complete_audience)
]
Scope = Annotated[
    list[str] | None,
    typer.Option(metavar="SCOPE", help="Repeat, or separate by spaces.", autocompletion=complete_scope),
]
Client = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="The registered client that asks; without a subject, for itself.",
        autocompletion=complete_client,
    ),
]
Ip = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where the request comes from.")]
Proof = Annotated[str | None, typer.Option(metavar="KIND", help="By what the caller proves a key: dpop or mtls.")]
Approved = Annotated[bool, typer.Option("--approved", help="Suppose that what needs approval is approved.")]
WriteExample = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Add the request to the examples of its Mapping there; with --correlation-id."),
]
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
    write_example: WriteExample = None,
) -> None:
    """Decide a request as the bridge would: every step, what differs, and the smallest edit that would allow it.

    Exits 0 if it is allowed, 1 if it is refused, 2 if it is not clear what is asked, 3 if it is undecided: a token's
    signature was not checked, since its issuer's keys are elsewhere.
    """
    _only_one(token, claims, correlation_id, or_else=client)
    if write_example and not correlation_id:
        raise Failed("an example is made of a request that was made", "name its --correlation-id", code=USAGE)
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
    terminal.answer(explanation)
    if not terminal.as_json:
        print_explanation(terminal.results, explanation)
    _write(terminal, write, edits_of(explanation))
    if write_example:
        _write(terminal, write_example, [example_edit(api, write_example, explanation, question)])
    _end(explanation)


def _write(terminal: Terminal, folder: Path | None, edits: Sequence[Mapping[str, Any]]) -> None:
    for file in write_edits(folder, edits) if folder else ():
        terminal.note(f"wrote {file}: look at it, then `fedbridge plan {folder}`", "cyan")


def _end(explanation: Mapping[str, Any]) -> NoReturn:
    raise typer.Exit(0 if explanation["allowed"] else UNDECIDED if explanation.get("undecided") else FAILED)


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
        raise Failed("an actor has a token or claims, not both", code=USAGE)
    return {"actor": _identity(token, claims)} if token or claims else {}


def _claims(file: Path) -> Mapping[str, Any]:
    try:
        claims = json.loads(file.read_text("utf-8"))
    except ValueError:
        claims = None
    if not isinstance(claims, dict):
        raise Failed(f"{file} holds no claims", "write one JSON object, as the middle part of a JWT has it", code=USAGE)
    return claims
