"""The token for the admin API: whether it is kept well, and may be shown to this bridge."""

import os
import stat
from urllib.parse import urlsplit

from federation.cli.bridge import default_file
from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, resting_on, warning
from federation.cli.doctor.moments import lasting
from federation.cli.doctor.shown import shown
from federation.cli.doctor.unverified import Members, read_unverified, seconds, texts
from federation.cli.doctor.visit import Visit
from federation.client.credential import Credential, NoCredential, read_credential
from federation.client.http import LOOPBACK
from federation.model.admin import ADMIN_AUDIENCE

_LOG_IN = "Log in again: fedbridge login."
_ANEW = f"{_LOG_IN} On a laptop, start fedbridge serve again."


def kept(visit: Visit) -> Verdict:
    """Whether nobody else reads the file."""
    _credential(visit)
    file = visit.token_file
    found = file.stat()
    if os.name != "posix":
        return ok(f"{file} has a token for the admin API.")
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return failed(
            f"{file} can be read by others on this machine.",
            f"chmod 600 {file}, and if they may have read it: fedbridge logout, fedbridge login.",
        )
    if found.st_uid != os.geteuid():
        return warning(f"{file} belongs to another user of this machine.", _LOG_IN)
    return ok(f"{file} is yours alone.")


def current(visit: Visit) -> Verdict:
    """Whether it is for the admin API of this bridge, now."""
    _, claims = admin_token(visit)
    left = (seconds(claims, "exp") or 0) - visit.now()
    return ok(f"The token is for this bridge's admin API, and good for {lasting(left)} more.")


def bound(visit: Visit) -> Verdict:
    """Whether it is worth nothing to whoever copies it without its key."""
    with resting_on("admin.token"):
        credential, claims = admin_token(visit)
    binding = claims.get("cnf")
    if binding is None and credential.key is None:
        if urlsplit(visit.bridge).hostname in LOOPBACK:
            return ok("The token is bound to no key, which only a bridge on this machine takes.")
        return failed("The token is bound to no key, so the admin API refuses it.", _LOG_IN)
    jkt = binding.get("jkt") if isinstance(binding, dict) else None
    if credential.key is None or jkt != credential.key.thumbprint:
        return failed("The token is bound to a key that is not beside it.", _LOG_IN)
    return ok("The token is bound to the key beside it.")


def admin_token(visit: Visit) -> tuple[Credential, Members]:
    """The credential with the claims of its token, if it may be shown to this bridge; raises Settled."""
    with resting_on("admin.file"):
        credential = _credential(visit)
    if credential.bridge not in (None, visit.bridge):
        raise Settled(failed(f"The token was had from {shown(credential.bridge)}.", _of_this(visit)))
    _, claims = read_unverified(credential.access_token)
    if claims.get("iss") != visit.bridge or ADMIN_AUDIENCE not in texts(claims.get("aud")):
        told = f"The token is by {shown(claims.get('iss'))} for {shown(claims.get('aud'))}"
        raise Settled(failed(f"{told}, not one for the admin API of {visit.bridge}.", _of_this(visit)))
    ends = seconds(claims, "exp") or 0
    if ends <= visit.now():
        raise Settled(failed(f"The token has expired {lasting(visit.now() - ends)} ago.", _ANEW))
    return credential, claims


def _credential(visit: Visit) -> Credential:
    if not visit.token_file.exists() and visit.token_file == default_file():
        raise Settled(not_checked("Nobody is logged in here.", _of_this(visit)))
    try:
        return read_credential(visit.token_file)
    except NoCredential as problem:
        raise Settled(
            failed(f"{str(problem).partition(';')[0]}.", f"{_LOG_IN} Or name another --token-file.")
        ) from None


def _of_this(visit: Visit) -> str:
    return f"As an admin, log in: fedbridge login --url {visit.bridge}."
