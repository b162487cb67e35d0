"""The command, and all checks in their order: none of them ends otherwise than with a verdict."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer

from federation.cli.bridge import bridge_url
from federation.cli.cloud_options import Cloud
from federation.cli.console import Progress
from federation.cli.doctor import admins, bridge, caller, clouds, exchanges, issuers, policies, published
from federation.cli.doctor.finding import Finding, Result, Settled, Verdict, failed, print_findings, worst
from federation.cli.doctor.visit import NO_BRIDGE, Look, Probe, Visit
from federation.cli.failure import FAILED
from federation.cli.session import AdminSession, admin_command
from federation.cli.subject import Source, Wish
from federation.client.credential import NoCredential, read_credential
from federation.version import VERSION

CHECKS: Mapping[str, Look] = {
    "bridge.health": bridge.health,
    "bridge.version": bridge.version,
    "bridge.tls": bridge.tls,
    "bridge.clock": bridge.clock,
    "discovery.oauth": published.oauth,
    "discovery.openid": published.openid,
    "discovery.agreement": published.agreement,
    "keys.jwks": published.jwks,
    "keys.kids": published.kids,
    "keys.standby": published.standby,
    "endpoints.token": bridge.token,
    "endpoints.introspection": bridge.introspection,
    "endpoints.revocation": bridge.revocation,
    "endpoints.admin": bridge.admin,
    "status.list": published.status_list,
    "caller.source": caller.source,
    "caller.token": caller.token,
    "admin.file": admins.kept,
    "admin.token": admins.current,
    "admin.key": admins.bound,
    "admin.accepted": admins.accepted,
    "admin.scopes": admins.scopes,
    "trust.issuers": issuers.trusted,
    "trust.pending": admins.pending,
    "trust.policies": policies.standing,
    "trust.admins": admins.admins,
    "trust.keys": admins.signing_keys,
    "audit.head": admins.head,
    "audit.rates": exchanges.rates,
}
"""Their names are what machines go by."""

_NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What comes of reading text of unknown origin."""


def examine(visit: Visit, checks: Mapping[str, Look] = CHECKS) -> Iterator[Finding]:
    """What each of them finds, one after the other."""
    return (Finding(name, _verdict(look, visit)) for name, look in checks.items())


def _verdict(look: Look, visit: Visit) -> Verdict:
    try:
        return look(visit)
    except Settled as settled:
        return settled.verdict
    except OSError as error:
        return failed(f"{error.filename or 'A file'} cannot be read: {error.strerror}.", "Check its name and rights.")
    except _NONSENSE as error:
        return failed(f"What was read there makes no sense ({type(error).__name__}).", NO_BRIDGE)


EXAMPLE = "Example: fedbridge doctor --url https://federation.example.com"


CloudArgument = Annotated[Cloud | None, typer.Argument(help="Look at what this cloud needs of our tokens instead.")]
AudienceOption = Annotated[str | None, typer.Option(metavar="ID", help="The Audience that stands for the cloud.")]


@admin_command
def doctor(
    session: AdminSession, cloud: CloudArgument = None, *, audience: AudienceOption = None, source: Source = "auto"
) -> None:
    """Check a bridge and your own set-up, over HTTP alone, and say what to do about whatever is not sound.

    Only the token for the admin API is shown, to the bridge that issued it. Nothing is changed. With a
    cloud's name, a token for --audience is asked for and looked at; the cloud is not asked.

    Exits 0 if nothing failed, 1 if something did, 2 if it is not clear which bridge.
    """
    bridge = bridge_url(session.url or _logged_in_at(session))
    wish = Wish(source, bridge, session.terminal.ask)
    visit = Visit(Probe(bridge), session.token_file, wish, time.time, audience)
    findings = _findings(session, visit, CHECKS if cloud is None else _for(cloud))
    result = worst(findings)
    members = [one.members for one in findings]
    session.terminal.answer({"bridge": bridge, "version": VERSION, "result": result.value, "findings": members})
    if not session.terminal.as_json:
        print_findings(session.terminal.results, bridge, findings)
    if result is Result.FAILED:
        raise typer.Exit(FAILED)


def _for(cloud: Cloud) -> Mapping[str, Look]:
    """What a cloud looks at, before it looks at a token."""
    public = ("bridge.health", "bridge.tls", "bridge.clock", "discovery.openid", "keys.jwks", "keys.kids")
    return {**{name: CHECKS[name] for name in (*public, "caller.source")}, **clouds.checks_for(cloud)}


def _findings(session: AdminSession, visit: Visit, checks: Mapping[str, Look]) -> Sequence[Finding]:
    bars = Progress(session.terminal)
    each = bars.through("checks", list(checks))
    return [finding for name in each for finding in examine(visit, {name: checks[name]})]


def _logged_in_at(session: AdminSession) -> str | None:
    try:
        bridge = read_credential(session.token_file).bridge
    except NoCredential:
        return None
    return bridge if isinstance(bridge, str) else None
