"""`fedbridge audit`: who did what on whose behalf, and whether the trail is whole."""

from pathlib import Path
from typing import Annotated

import typer

from federation.audit.chain import Verified, verify
from federation.audit.segment_reading import BrokenChain, Fault
from federation.cli.audit_export import EXAMPLE as EXAMPLE_EXPORT
from federation.cli.audit_export import export
from federation.cli.audit_prove import EXAMPLE as EXAMPLE_PROVE
from federation.cli.audit_prove import prove
from federation.cli.audit_search import EXAMPLE as EXAMPLE_SEARCH
from federation.cli.audit_search import search
from federation.cli.audit_source import Archive, downloaded, read_checkpoint, served, when, write_checkpoint
from federation.cli.audit_trace import EXAMPLE as EXAMPLE_TRACE
from federation.cli.audit_trace import trace
from federation.cli.console import Progress, printable
from federation.cli.failure import FAILED
from federation.cli.main import SETTINGS, application_named
from federation.cli.session import AdminSession, admin_command

EXAMPLE = "Example: fedbridge audit verify"

app = application_named(
    "audit",
    help="Trace a token back to its beginning, search or export the trail, prove one record, verify that all is whole.",
    epilog=EXAMPLE,
    no_args_is_help=True,
)

app.command("trace", epilog=EXAMPLE_TRACE, context_settings=dict(SETTINGS))(trace)
app.command("export", epilog=EXAMPLE_EXPORT, context_settings=dict(SETTINGS))(export)
app.command("search", epilog=EXAMPLE_SEARCH, context_settings=dict(SETTINGS))(search)
app.command("prove", epilog=EXAMPLE_PROVE, context_settings=dict(SETTINGS))(prove)

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


@app.command(
    "verify",
    epilog="Example: fedbridge audit verify --checkpoint audit.checkpoint",
    context_settings=dict(SETTINGS),
)
@admin_command
def verify_(session: AdminSession, *, from_: From = None, jwks: Jwks = None, checkpoint: Checkpoint = None) -> None:
    """Check the archive here: every record's hash, every segment, and that a published key signed the newest head.

    Keep a checkpoint, and you notice if what you have seen is rewritten or cut off.

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
