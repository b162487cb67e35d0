"""Revocation by what a request names, on record before it holds."""

import re
from collections.abc import Callable

from msgspec import Struct

from federation.audit.event import event, on_record
from federation.model.json import Json, JsonObject
from federation.model.revocation import NAMED_BY_ADMINS, Revocation, RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING
from federation.oauth.errors import InsufficientScope, InvalidRequest, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.build_authorization import HARD_CAP
from federation.ports import Clock, Identifiers, Ledger, RevocationStore

OUTCOME = "revoked"
LONGEST_PROOF = 10 * 366 * 24 * 60 * 60
"""Seconds for which a caller may prove what was revoked by what is older: the client certificates of devices live for
years, and a revocation that ended before them would let them in again."""

OLDEST_TOKEN = 26 * 60 * 60
"""Seconds: no issuer's token is accepted beyond `max_token_age`, a day at most, and ours live an hour at most after it.
Identities that are proven by certificates are not revoked by events."""

_OF_TOKENS = (RevocationTarget.JTI, RevocationTarget.TXN)
_KEPT = dict.fromkeys(_OF_TOKENS, HARD_CAP) | {RevocationTarget.SUBJECT: OLDEST_TOKEN}


class RevocationRequest(Struct, frozen=True):
    """What an admin wants revoked."""

    key: RevocationKey
    by: str
    """A client's id, or a principal."""
    reason: str = ""
    token_expires_at: int | None = None
    """Of a token that was shown; None: it is not known."""


CLOCKS = 0.1
"""Seconds by which the clocks of our own processes may differ."""
ATTEMPTS = 5
"""Writes in a row that end in another second than they began in."""


class Revoker(Struct, frozen=True):
    """Writes the record first, then the revocation: nothing is revoked without a trace.

    Tokens say to the second when they were issued. So a revocation covers the whole second in which it became durable,
    with every token that may have left until then, and is answered when that second is over: what is issued after the
    answer is issued later.
    """

    store: RevocationStore
    ledger: Ledger
    clock: Clock
    identifiers: Identifiers
    wait: Callable[[float], None]
    """For that many seconds."""

    def revoke(self, request: RevocationRequest, facts: JsonObject) -> Revocation:
        """What holds when this returns; raises TemporarilyUnavailable or ServerError, and then nothing is promised.

        `facts`: of the request, with `time` and `correlation_id`. To repeat does no harm: a revocation of the same
        key is only ever made stricter.
        """
        for _ in range(ATTEMPTS):
            revocation = self._write(request, facts)
            if request.key.what in _OF_TOKENS:  # at whatever time they were issued
                return revocation
            if self._second() <= revocation.revoked_at:
                self.wait(max(0.0, revocation.revoked_at + 1 - self.clock.now()))
                return revocation
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "no write was over within its second")

    def _second(self) -> int:
        """The latest in which a token may have been issued by now."""
        return int(self.clock.now() + CLOCKS)

    def _write(self, request: RevocationRequest, facts: JsonObject) -> Revocation:
        revocation = self.revocation(request)
        described = {**facts, **_describe(revocation), "outcome": OUTCOME, "jti": self.identifiers.new()}
        entry = event(described, self.clock.now(), revocation.by, str(facts["correlation_id"]), revocation.key)
        with on_record(self.ledger, entry):
            self.store.revoke(revocation)
        return revocation

    def revocation(self, request: RevocationRequest) -> Revocation:
        """What it would be if it were written now; writes nothing."""
        now = self._second()
        until = request.token_expires_at or now
        kept = _KEPT.get(request.key.what, LONGEST_PROOF)
        return Revocation(request.key, now, max(now, until) + kept, request.by, request.reason)


def _describe(revocation: Revocation) -> dict[str, Json]:
    """The record's `jti` is its own name, as everywhere where no token was issued."""
    what, value, tenant = revocation.key
    return {
        "revoked": what.value,
        "revoked_value": value,
        "revoked_tenant": tenant,
        "revoked_at": revocation.revoked_at,
        "revoked_until": revocation.expires_at,
        "revoked_by": revocation.by,
        "revocation_reason": revocation.reason,
    }


def revocation_recorded(record: JsonObject) -> Revocation:
    """The revocation that such a record is about; raises KeyError, TypeError or ValueError for another record."""
    what, value, tenant = (record[name] for name in ("revoked", "revoked_value", "revoked_tenant"))
    key = RevocationKey(RevocationTarget(str(what)), str(value), None if tenant is None else str(tenant))
    revoked_at, expires_at = (int(str(record[name])) for name in ("revoked_at", "revoked_until"))
    return Revocation(key, revoked_at, expires_at, str(record["revoked_by"]), str(record["revocation_reason"]))


_VALUE = re.compile(r"[\x21-\x7e]{1,256}")
_REASON = re.compile(r"[^\x00-\x1f\x7f]{1,256}")
_FURTHER = {"reason", "tenant"}


class Admin(Struct, frozen=True):
    """Who asks, as the token says that opened the door. `tenant`: None for an admin of the whole platform."""

    principal: str
    tenant: str | None


def read_revocation(
    body: JsonObject, admin: Admin, tenant_of: Callable[[RevocationKey], str | None]
) -> RevocationRequest:
    """What `body` asks for; raises InvalidRequest, or InsufficientScope for what is not the admin's to revoke.

    `tenant_of`: of the document or the token that a key names; None: unknown, or shared between tenants.
    """
    key, reason = _key(body), body.get("reason")
    if not isinstance(reason, str) or not _REASON.fullmatch(reason):
        raise InvalidRequest(Reason.NOTHING_TO_REVOKE, "reason")
    return RevocationRequest(
        key if admin.tenant is None else _within(admin.tenant, key, tenant_of), admin.principal, reason
    )


def _key(body: JsonObject) -> RevocationKey:
    named = body.keys() - _FURTHER
    if len(named) != 1 or not named <= NAMED_BY_ADMINS:
        raise InvalidRequest(Reason.NOTHING_TO_REVOKE)
    what = RevocationTarget(*named)
    value, tenant = body[what.value], body.get("tenant")
    if value is True and what is RevocationTarget.ALL and tenant is None:
        return EVERYTHING
    if (
        what is RevocationTarget.ALL
        or not _is_name(value)
        or (tenant is not None and not (what is RevocationTarget.PRINCIPAL and _is_name(tenant)))
    ):
        raise InvalidRequest(Reason.NOTHING_TO_REVOKE, what.value)
    return RevocationKey(what, str(value), None if tenant is None else str(tenant))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _VALUE.fullmatch(value) is not None


def _within(tenant: str, key: RevocationKey, tenant_of: Callable[[RevocationKey], str | None]) -> RevocationKey:
    """A principal of that name may be another tenant's as well: a tenant's admin means their own."""
    if key.what is RevocationTarget.PRINCIPAL and key.tenant in (None, tenant):
        return key._replace(tenant=tenant)
    if key.what in (RevocationTarget.ALL, RevocationTarget.PRINCIPAL) or tenant_of(key) != tenant:
        raise InsufficientScope(Reason.REVOCATION_NOT_PERMITTED, key.what.value)
    return key
