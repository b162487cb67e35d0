"""What admins see: their own token, trust, our signing keys, and the archive."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from federation.archive.archiver import RENEWED
from federation.cli.bridge import default_file
from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, resting_on, warning
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import NO_BRIDGE, Members, Visit, lasting, moment, read_unverified, seconds, texts
from federation.client.admin import AdminApi, AdminRefused
from federation.client.credential import Credential, NoCredential, read_credential
from federation.client.http import LOOPBACK
from federation.model.confirmation import ADMIN_AUDIENCE, AUDIT_READ, TRUST_READ, TRUST_WRITE
from federation.model.keys import KeyState
from federation.oauth.reasons import Reason

_LOG_IN = "Log in again: fedbridge login."
_ANEW = f"{_LOG_IN} On a laptop, start fedbridge serve again."


def kept(visit: Visit) -> Verdict:
    """Whether only its owner reads the file."""
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
    """Whether a copy is worth nothing without its key."""
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
        raise Settled(not_checked("No admin is logged in here.", _of_this(visit)))
    try:
        return read_credential(visit.token_file)
    except NoCredential as problem:
        raise Settled(
            failed(f"{str(problem).partition(';')[0]}.", f"{_LOG_IN} Or name another --token-file.")
        ) from None


def _of_this(visit: Visit) -> str:
    return f"As an admin, log in: fedbridge login --url {visit.bridge}."


_LOG_IN_OR_ASK = "Log in again: fedbridge login. If that does not help, see bridge.clock, and ask another admin."
_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def accepted(visit: Visit) -> Verdict:
    """Whether the bridge takes the token, whatever it is good for."""
    try:
        _get(visit, "/issuers", {"limit": "1"})
    except AdminRefused as refused:
        return _judged(refused)
    return ok("The admin API takes the token.")


def scopes(visit: Visit) -> Verdict:
    """What it is good for."""
    _, claims = usable(visit)
    named = _scopes(claims)
    whose = f"the tenant {shown(claims['tenant'])}" if "tenant" in claims else "every tenant"
    if not named:
        return warning("The token has no scope.", "Log in with some: fedbridge login --scope trust:read.")
    return ok(f"The token is for {whose}, with {shown(' '.join(named))}.")


def usable(visit: Visit) -> tuple[Credential, Members]:
    """The credential and its token's claims; raises Settled where nothing can be asked with it."""
    with resting_on("admin.token"):
        return admin_token(visit)


def asked(visit: Visit, path: str, scope: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The members of a good answer to an admin with `scope`; raises Settled."""
    _, claims = usable(visit)
    if scope not in _scopes(claims):
        raise Settled(
            not_checked(f"The token lacks the scope {scope}.", f"Log in with it: --scope {scope}, if granted.")
        )
    try:
        return _get(visit, path, query)
    except AdminRefused as refused:
        told = f"The admin API does not answer {path}: {shown(str(refused.problem.get('code', refused.status)))}."
        raise Settled(not_checked(told, "See admin.accepted.")) from None


def check_global(visit: Visit, what: str) -> None:
    """Raises Settled for a tenant's admin, who does not see everything."""
    _, claims = usable(visit)
    if "tenant" in claims:
        raise Settled(not_checked(f"{what} only an admin sees who is no tenant's.", "Ask such an admin."))


def _get(visit: Visit, path: str, query: Mapping[str, str] | None) -> dict[str, Any]:
    """Raises AdminRefused, Settled."""
    credential, _ = usable(visit)
    answer = AdminApi(visit.bridge, credential, visit.probe.send).get(path, query)
    if answer.status != HTTPStatus.OK or not answer.members:
        raise Settled(failed(f"The admin API answers {path} with HTTP {answer.status} and no JSON object.", NO_BRIDGE))
    return answer.members


def _judged(refused: AdminRefused) -> Verdict:
    code = str(refused.problem.get("code", ""))
    if refused.status == HTTPStatus.FORBIDDEN and code == Reason.MISSING_SCOPE:
        return ok("The admin API takes the token, but not for reading trust.")
    told = f"The admin API refuses the token with HTTP {refused.status} {shown(code)}".rstrip() + "."
    if refused.status in _LATER:
        return not_checked(told, "Wait a little, then repeat.")
    return failed(told, _LOG_IN_OR_ASK if refused.status == HTTPStatus.UNAUTHORIZED else NO_BRIDGE)


def _scopes(claims: Members) -> list[str]:
    return str(claims.get("scope", "")).split()


PAGE, MOST_PAGES = 200, 10
NAMED = 3
"""Names in a sentence."""


def issuers(visit: Visit) -> Verdict:
    """Who is trusted, and who was and is not at the moment."""
    found = list(all_issuers(visit))
    disabled = [str(one.get("id")) for one in found if one.get("enabled") is False]
    if not found:
        return warning("No issuer is trusted, so nothing can be exchanged.", "Trust an issuer: docs/gitops.md.")
    if disabled:
        return warning(
            f"{len(disabled)} of {len(found)} issuers are disabled, with all their identities: {some(disabled)}.",
            f"See who did that and why: fedbridge history Issuer {shown(disabled[0])}.",
        )
    return ok(f"All issuers are enabled: {some([str(one.get('id')) for one in found])}.")


def pending(visit: Visit) -> Verdict:
    """What does not hold yet."""
    items = asked(visit, "/confirmations", TRUST_READ)["items"]
    if not items:
        return ok("No document waits for a second admin.")
    waiting = some([f"{one['kind']} {one['id']}" for one in items])
    return warning(f"Documents wait for a second admin: {waiting}.", "See who wrote them and why: fedbridge pending.")


def admins(visit: Visit) -> Verdict:
    """Whether another could help if the only admin could not, and confirm what is dangerous."""
    check_global(visit, "How many admins there are,")
    found = asked(visit, "/whocan", TRUST_READ, {"audience": ADMIN_AUDIENCE, "scope": TRUST_WRITE})
    principals = sorted({str(way["party"]["principal"]) for way in found["items"]})
    if len(principals) > 1 or found.get("truncated") or any("{" in one for one in principals):
        return ok(f"More than one admin can write trust: {some(principals)}.")
    alone = (
        f"Only {shown(principals[0])} can write trust."
        if principals
        else "By the documents, no principal can write trust."
    )
    return warning(alone, "Map a second admin, by another issuer if you can: no admin confirms their own documents.")


def all_issuers(visit: Visit) -> Iterator[dict[str, Any]]:
    """The documents, up to a number."""
    return listed(visit, "issuers")


def listed(visit: Visit, plural: str) -> Iterator[dict[str, Any]]:
    """The documents of a kind, up to a number; raises Settled."""
    query = {"limit": str(PAGE)}
    for _ in range(MOST_PAGES):
        page = asked(visit, f"/{plural}", TRUST_READ, query)
        yield from (item["document"] for item in page["items"])
        if not page.get("next"):
            return
        query = {**query, "cursor": str(page["next"])}


def some(names: Sequence[str]) -> str:
    """The first few of several names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return shown(", ".join(names[:NAMED])) + more


DAYS = 31
"""A day beyond what KeyRotationDays is by default."""
_DAY = 24 * 60 * 60
_ROTATE = "Look at the alarms of RotateFunction: docs/keys.md."


def signing_keys(visit: Visit) -> Verdict:
    """GET /keys."""
    keys = asked(visit, "/keys", TRUST_READ)["items"]
    active, waiting = _in_state(keys, KeyState.ACTIVE), _in_state(keys, KeyState.NEXT)
    if active is None:
        return failed("No key signs, so no token is issued.", _ROTATE)
    if waiting is None:
        return warning(
            "There is no next key, which could replace the one that signs.",
            f"A new bridge takes five minutes. {_ROTATE}",
        )
    age = int(visit.now() - moment(active["active_since"])) // _DAY
    if age >= DAYS:
        return warning(
            f"The same key has signed for {age} days.",
            f"Unless KeyRotationDays is more than that, it is due: fedbridge keys rotate. {_ROTATE}",
        )
    ready = waiting["seen_by_all_at"]
    if ready is None or moment(ready) > visit.now():
        return ok(f"A key signs, and the next one will be ready: {shown(ready or 'when it is published')}.")
    return ok(f"A key has signed for {age} days, and the next one is ready.")


def _in_state(keys: list[Mapping[str, Any]], state: KeyState) -> Mapping[str, Any] | None:
    return next((key for key in keys if key["state"] == state.value), None)


PATIENCE = 60 * 60
"""Seconds: the function that archives runs every five minutes."""
_ARCHIVE = "Look at the alarms of ArchiveFunction: docs/audit.md."


def head(visit: Visit) -> Verdict:
    """Its newest segment, which is signed anew every day even if nothing happens."""
    check_global(visit, "The audit trail's archive")
    found = asked(visit, "/audit/segments", AUDIT_READ, {"limit": "1"})["head"]
    if found is None:
        return warning("Nothing of the audit trail is archived yet.", f"A new bridge takes five minutes. {_ARCHIVE}")
    number, signed_at = int(found["number"]), moment(found["signed_at"])
    if visit.now() - signed_at > RENEWED + PATIENCE:
        return failed(f"Nothing of the audit trail is archived since {shown(found['signed_at'])}.", _ARCHIVE)
    return ok(f"The audit trail is archived up to segment {number}; whether it is whole, fedbridge audit verify says.")
