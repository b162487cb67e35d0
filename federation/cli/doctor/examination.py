"""All checks, in their order, and that none of them ends otherwise than with a verdict."""

from collections.abc import Iterator, Mapping

from federation.cli.doctor import (
    admin_api,
    admin_token,
    archive,
    bridge,
    caller,
    clock,
    discovery,
    endpoints,
    jwks,
    signing_keys,
    status_list,
    trust,
)
from federation.cli.doctor.finding import Finding, Settled, Verdict, failed
from federation.cli.doctor.probe import NO_BRIDGE
from federation.cli.doctor.visit import Look, Visit

CHECKS: Mapping[str, Look] = {
    "bridge.health": bridge.health,
    "bridge.version": bridge.version,
    "bridge.tls": bridge.tls,
    "bridge.clock": clock.clock,
    "discovery.oauth": discovery.oauth,
    "discovery.openid": discovery.openid,
    "discovery.agreement": discovery.agreement,
    "keys.jwks": jwks.jwks,
    "keys.kids": jwks.kids,
    "keys.standby": jwks.standby,
    "endpoints.token": endpoints.token,
    "endpoints.introspection": endpoints.introspection,
    "endpoints.revocation": endpoints.revocation,
    "endpoints.admin": endpoints.admin,
    "status.list": status_list.status_list,
    "caller.source": caller.source,
    "caller.token": caller.token,
    "admin.file": admin_token.kept,
    "admin.token": admin_token.current,
    "admin.key": admin_token.bound,
    "admin.accepted": admin_api.accepted,
    "admin.scopes": admin_api.scopes,
    "trust.issuers": trust.issuers,
    "trust.pending": trust.pending,
    "trust.admins": trust.admins,
    "trust.keys": signing_keys.signing_keys,
    "audit.head": archive.head,
}
"""Their names are what machines go by."""

_NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What comes of reading what anybody may have written."""


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
