"""`fedbridge audit`: who did what on whose behalf, and whether the trail is whole."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from textwrap import wrap
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from federation.audit.chain import Verified, verify
from federation.audit.segment_reading import BrokenChain, Fault
from federation.cli.audit_prove import EXAMPLE as EXAMPLE_PROVE
from federation.cli.audit_prove import prove
from federation.cli.audit_source import Archive, downloaded, read_checkpoint, served, when, write_checkpoint
from federation.cli.audit_uses import read_uses, told_use, with_uses
from federation.cli.console import Progress, Terminal, printable
from federation.cli.failure import FAILED, Failed
from federation.cli.main import SETTINGS, application_named
from federation.cli.session import AdminSession, admin_command, every
from federation.client.admin import AdminApi, AdminRefused

_GOOD = "allow"
_TRUST_CHANGED = "trust_changed"


def print_chain(terminal: Terminal, chain: Mapping[str, Any]) -> None:
    """The token that was asked about at the top; below each what it was made from."""
    if terminal.as_json:
        return
    first, *earlier = chain["items"]
    root = branch = _branch(Tree(_text(f"token {first['jti']}", "bold")), first)
    for link in earlier:
        branch = _branch(branch.add(_text(f"made from token {link['jti']}", "bold")), link)
    terminal.results.print(root)
    for use in chain.get("other_uses", ()):
        terminal.say(f"same transaction: {told_use(use, whose=True)}")


def _branch(tree: Tree, link: Mapping[str, Any]) -> Tree:
    for fact in _facts(link):
        tree.add(_text(fact))
    for use in link.get("uses", ()):
        tree.add(_text(told_use(use), "green"))
    return tree


def print_records(terminal: Terminal, records: Sequence[Mapping[str, Any]]) -> None:
    """A line each, with what leads on to the next question."""
    for record in records:
        if record.get("outcome") == _TRUST_CHANGED:
            _print_change(terminal, record)
            continue
        style = "" if record.get("outcome") == _GOOD else "yellow"
        what = " ".join((*_names(record.get("scope")), "at", *_names(record.get("audience"))))
        told = record.get("reason") or (what if record.get("audience") else "")
        who = record.get("principal") or record.get("subject") or _claimed(record)
        named = f"jti {record['jti']}" if record.get("jti") else f"correlation id {record.get('correlation_id')}"
        terminal.say(f"{record.get('time')}  {record.get('outcome')}", style)
        for line in (who, told, named):
            _say_wrapped(terminal, str(line), style)
    if not records:
        terminal.say("nothing of that kind is in the trail", "yellow")


def _claimed(record: Mapping[str, Any]) -> str:
    claimed = record.get("unverified_issuer")
    return f"nobody proven, who claims to be of {claimed}" if claimed else "nobody"


def _say_wrapped(terminal: Terminal, text: str, style: str) -> None:
    """Within 80 columns, where no single word is longer: ids are there to be copied."""
    for line in wrap(printable(text), 76, break_long_words=False, break_on_hyphens=False):
        terminal.say(f"    {line}", style)


def _print_change(terminal: Terminal, record: Mapping[str, Any]) -> None:
    document = f"{record.get('kind')} {record.get('id')}"
    reason = f": {record['reason']}" if record.get("reason") else ""
    terminal.say(f"{record.get('time')}  {_TRUST_CHANGED}", "yellow")
    done = f"{record.get('changed_by')} {record.get('action')} {document} version {record.get('version')}{reason}"
    for line in (done, f"jti {record.get('jti')}"):
        _say_wrapped(terminal, line, "yellow")


def print_refusal(terminal: Terminal, record: Mapping[str, Any]) -> None:
    """Why no token came of a request."""
    terminal.say(f"refused: {record.get('error')}: {record.get('reason')}", "bold red")
    for name in (
        "time",
        "detail",
        "issuer",
        "subject",
        "principal",
        "client_id",
        "requested_audience",
        "correlation_id",
    ):
        if record.get(name):
            terminal.say(f"  {name:18} {' '.join(_names(record[name]))}")


def _facts(link: Mapping[str, Any]) -> Iterator[str]:
    if link.get("record") is None:
        yield "there is no record of it that you may see"
        return
    what = " ".join((*_names(link["scope"]), "at", *_names(link["audience"])))
    yield f"{link['outcome']}  {link['time']}  {what}"
    actors = tuple(_actors(link.get("act")))
    acting = f", with {' through '.join(actors)} acting" if actors else ""
    yield f"principal {link['principal']}{acting}"
    if link.get("approval"):
        yield f"approval {link['approval']}"
    if "parent_jti" not in link["record"]:
        yield f"identity {link['subject']} of issuer {link['issuer']}, by mapping {link['mapping']}"


def _actors(act: object) -> Iterator[str]:
    """The current actor first."""
    while isinstance(act, Mapping):
        yield str(act.get("sub"))
        act = act.get("act")


def _names(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style)


EXAMPLE = "Example: fedbridge audit verify"

app = application_named(
    "audit",
    help="Trace a token back to its beginning, search the trail, prove one record, verify that all is whole.",
    epilog=EXAMPLE,
    no_args_is_help=True,
)

app.command("prove", epilog=EXAMPLE_PROVE, context_settings=dict(SETTINGS))(prove)

Id = Annotated[str, typer.Argument(metavar="ID", help="The jti of a token, or the correlation id of a request.")]
Since = Annotated[str, typer.Option(metavar="TIME", help="As 7d, 24h, 2026-11-30 or 2026-11-30T08:00:00Z.")]
Jti = Annotated[str | None, typer.Option(metavar="ID", help="That record alone, with a changed document whole.")]
Principal = Annotated[str | None, typer.Option(metavar="NAME", help="Tokens about it, and those with which it acts.")]
Issuer = Annotated[
    str | None, typer.Option(metavar="ID", help="What rests on that Issuer document, and refusals of who claims to.")
]
Audience = Annotated[str | None, typer.Option(metavar="ID", help="Tokens for it. These may be globs: 'payments-*'.")]
Mapping_ = Annotated[str | None, typer.Option("--mapping", metavar="ID", help="Tokens that a Mapping has led to.")]
Client = Annotated[str | None, typer.Option(metavar="ID", help="Tokens that this client has asked for.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Nothing newer, as --since is written.")]
Request = Annotated[str | None, typer.Option("--correlation-id", metavar="ID", help="That request alone.")]
Uses = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A service's log of what it let in; repeatable."),
]
Limit = Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="At most N records.")]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="DIR", exists=True, file_okay=False, help="A copy of the bucket, not the bridge."),
]
Jwks = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The published keys; else the bridge's."),
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", dir_okay=False, help="How far you came; what was verified then may not have changed since."
    ),
]


@app.command("trace", epilog="Example: fedbridge audit trace 3HunDVp03kzwwBGVVo9FJA", context_settings=dict(SETTINGS))
@admin_command
def trace(session: AdminSession, id_: Id, *, since: Since = "7d", uses: Uses = None) -> None:
    """Show the chain of custody, from a token back to the identity with which everything began.

    With --uses also where each token was let in, as the services' own logs have it.

    Exits 0 if it leads there, 1 if it does not, or if nobody knows that token or request.
    """
    terminal, api = session.terminal, session.connect()
    chain = _chain(api, id_)
    if chain is None:
        record = _of_request(api, id_, since)
        chain = _chain(api, str(record.get("jti") or ""))
        if chain is None:
            terminal.answer({"refused": record})
            print_refusal(terminal, record)
            raise typer.Exit(FAILED)
    told = with_uses(chain, read_uses(uses)) if uses else chain
    terminal.answer(told)
    print_chain(terminal, told)
    if not chain["complete"]:
        raise typer.Exit(FAILED)


@app.command(
    "search", epilog="Example: fedbridge audit search --issuer acme-okta --since 7d", context_settings=dict(SETTINGS)
)
@admin_command
def search(  # noqa: PLR0913 (each is an option of the command)
    session: AdminSession,
    *,
    principal: Principal = None,
    issuer: Issuer = None,
    jti: Jti = None,
    audience: Audience = None,
    mapping: Mapping_ = None,
    client: Client = None,
    correlation_id: Request = None,
    since: Since = "24h",
    until: Until = None,
    limit: Limit = 50,
) -> None:
    """Show what was issued, changed, approved and revoked lately; by issuer or correlation id what was refused too."""
    named = {"principal": principal, "issuer": issuer, "audience": audience, "mapping": mapping, "client": client}
    asked = {**named, "jti": jti, "correlation_id": correlation_id, "since": since, "until": until}
    query = {name: value for name, value in asked.items() if value}
    nearly_sorted = every(session.connect(), "/audit", limit, query)
    found = sorted(nearly_sorted, key=lambda record: str(record.get("time")), reverse=True)
    session.terminal.answer({"items": found})
    print_records(session.terminal, found)


@app.command(
    "verify",
    epilog="Example: fedbridge audit verify --checkpoint audit.checkpoint",
    context_settings=dict(SETTINGS),
)
@admin_command
def verify_(session: AdminSession, *, from_: From = None, jwks: Jwks = None, checkpoint: Checkpoint = None) -> None:
    """Check the archive here: every record's hash, every segment, and that a published key signed the newest head.

    Keep a checkpoint, and nobody can rewrite or cut off what you have seen without your noticing.

    Exits 0 if the trail is whole, 1 with the place if it is not, or if it tells that the record of a change of trust
    was removed or written anew in the audit table; 2 if it is not clear where it is.
    """
    since = read_checkpoint(checkpoint)
    archive = downloaded(session, from_, jwks, since) if from_ else served(session, jwks, since)
    try:
        verified = _verified(session, archive)
    except BrokenChain as broken:
        _tell_fault(session, broken.fault)
        raise typer.Exit(FAILED) from None
    if checkpoint:
        write_checkpoint(checkpoint, verified)
    _tell(session, verified)
    if not archive.seen:
        session.terminal.note(
            "whether its end is missing shows only against a --checkpoint, or at the bridge", "yellow"
        )
    if verified.altered:
        raise typer.Exit(FAILED)


def _verified(session: AdminSession, archive: Archive) -> Verified:
    segments = Progress(session.terminal).through("segments", archive.numbers)
    return verify(map(archive.read, segments), archive.keys, start=archive.start, seen=archive.seen)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _tell(session: AdminSession, verified: Verified) -> None:
    head = verified.head
    newest = {"number": head.number, "digest": head.digest, "kid": head.kid, "signed_at": when(head.signed_at)}
    counted = {"segments": verified.segments, "records": verified.records}
    session.terminal.answer({"whole": True, **counted, "altered": list(verified.altered), "head": newest})
    since = f", from segment {head.number - verified.segments + 1} on" if verified.segments < head.number else ""
    found = f"{_counted(verified.segments, 'segment')}, {_counted(verified.records, 'record')}"
    session.terminal.say(f"whole: {found}{since}", "green")
    session.terminal.say(f"  newest  segment {head.number}, signed {when(head.signed_at)} by {head.kid}")
    session.terminal.say(f"  digest  {head.digest}")
    for jti in verified.altered:
        session.terminal.say(f"altered in the audit table after it was recorded: {printable(jti)}", "bold red")


def _tell_fault(session: AdminSession, fault: Fault) -> None:
    place = {"segment": fault.segment, "line": fault.line, "jti": fault.jti}
    session.terminal.answer({"whole": False, "fault": {**place, "problem": fault.problem}})
    named = ", ".join(f"{name} {value}" for name, value in place.items() if value is not None)
    session.terminal.say(f"broken: {named}: {fault.problem}", "bold red")


def _chain(api: AdminApi, jti: str) -> dict[str, Any] | None:
    """None: it is no token's jti."""
    if not jti or not jti.isascii() or not jti.replace("-", "").replace("_", "").isalnum():
        return None
    try:
        return api.get(f"/audit/{jti}/chain").members
    except AdminRefused as refused:
        if refused.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST):
            raise
        return None


def _of_request(api: AdminApi, id_: str, since: str) -> dict[str, Any]:
    items = list(every(api, "/audit", 1, {"correlation_id": id_, "since": since}))
    if not items:
        raise Failed(
            f"the trail knows neither a token nor a request {printable(id_)}",
            "look at the id and the bridge's URL; an older request takes --since",
        )
    return items[0]
