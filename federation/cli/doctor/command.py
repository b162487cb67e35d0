"""The command itself."""

import time
from collections.abc import Sequence

import typer

from federation.cli.bridge import bridge_url
from federation.cli.doctor.examination import CHECKS, examine
from federation.cli.doctor.finding import Finding, Result, worst
from federation.cli.doctor.probe import Probe
from federation.cli.doctor.tree import print_findings
from federation.cli.doctor.visit import Visit
from federation.cli.failure import FAILED
from federation.cli.progress import Progress
from federation.cli.session import AdminSession, admin_command
from federation.cli.subject import Source, Wish
from federation.client.credential import NoCredential, read_credential
from federation.version import VERSION

EXAMPLE = "Example: fedbridge doctor --url https://federation.example.com"


@admin_command
def doctor(session: AdminSession, *, source: Source = "auto") -> None:
    """Check a bridge and your own set-up, over HTTP alone, and say what to do about whatever is not sound.

    No token is shown to anybody but the one for the admin API, to the bridge that issued it. Nothing is changed.

    Exits 0 if nothing failed, 1 if something did, 2 if it is not clear which bridge.
    """
    bridge = bridge_url(session.url or _logged_in_at(session))
    wish = Wish(source, bridge, session.terminal.ask)
    findings = _findings(session, Visit(Probe(bridge), session.token_file, wish, time.time))
    result = worst(findings)
    members = [one.members for one in findings]
    session.terminal.answer({"bridge": bridge, "version": VERSION, "result": result.value, "findings": members})
    if not session.terminal.as_json:
        print_findings(session.terminal.results, bridge, findings)
    if result is Result.FAILED:
        raise typer.Exit(FAILED)


def _findings(session: AdminSession, visit: Visit) -> Sequence[Finding]:
    bars = Progress(session.terminal)
    each = bars.through("checks", list(CHECKS))
    return [finding for name in each for finding in examine(visit, {name: CHECKS[name]})]


def _logged_in_at(session: AdminSession) -> str | None:
    try:
        bridge = read_credential(session.token_file).bridge
    except NoCredential:
        return None
    return bridge if isinstance(bridge, str) else None
