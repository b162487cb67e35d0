"""What an admin asks to be revoked: `{"jti": ...}` or `principal`, `client`, `issuer`, `mapping`, `txn`, `all`."""

import re
from collections.abc import Callable

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING
from federation.oauth.errors import InsufficientScope, InvalidRequest
from federation.oauth.reasons import Reason
from federation.revocation.revoker import RevocationRequest

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
    if len(named) != 1 or not named <= set(RevocationTarget):
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
    """A principal of that name may be somebody else's as well: a tenant's admin means his own."""
    if key.what is RevocationTarget.PRINCIPAL and key.tenant in (None, tenant):
        return key._replace(tenant=tenant)
    if key.what in (RevocationTarget.ALL, RevocationTarget.PRINCIPAL) or tenant_of(key) != tenant:
        raise InsufficientScope(Reason.REVOCATION_NOT_PERMITTED, key.what.value)
    return key
