"""`/admin/v1/revocations`: what is revoked, and revoking."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any, Literal, Protocol, TypeAlias

from msgspec import Struct
from pydantic import ConfigDict, Field

from federation.admin.changes import rfc3339
from federation.admin.owners import Owners
from federation.admin_api.models import Body, Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation
from federation.model.confirmation import REVOCATIONS_WRITE
from federation.model.json import Json, JsonObject
from federation.model.revocation import NAMED_BY_ADMINS, Revocation, RevocationKey, RevocationTarget
from federation.ports import Clock, RevocationStore

MOST_SHOWN = 500

Name = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,256}$")]


def _named(what: RevocationTarget) -> dict[str, Any]:
    """A body that names this and nothing else; a tenant says whose principal is meant."""
    others = {*NAMED_BY_ADMINS, *(() if what is RevocationTarget.PRINCIPAL else ("tenant",))} - {what}
    absent = {str(name): {"type": "null"} for name in sorted(others)}
    return {"required": [what.value], "properties": {what.value: {"not": {"type": "null"}}, **absent}}


class RevokeBody(Body):
    """Exactly one of them, and why."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [_named(what) for what in RevocationTarget if what in NAMED_BY_ADMINS]}
    )

    jti: Annotated[Name | None, Field(description="A token, and every token that was made from it.")] = None
    txn: Annotated[Name | None, Field(description="A whole chain, whatever it still grows.")] = None
    principal: Annotated[Name | None, Field(description="Tokens about it, and those with which it acts.")] = None
    client: Annotated[Name | None, Field(description="Id of a Client document.")] = None
    issuer: Annotated[Name | None, Field(description="Id of an Issuer document.")] = None
    mapping: Annotated[Name | None, Field(description="Id of a Mapping document.")] = None
    all: Annotated[Literal[True] | None, Field(description="Everything that was issued until now.")] = None
    tenant: Annotated[Name | None, Field(description="Of the principal; none: in whatever tenant.")] = None
    reason: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,256}$", description="Why: one line.")]


class RevocationShown(Shown):
    """A revocation."""

    what: RevocationTarget
    value: str
    tenant: str | None
    revoked_at: Annotated[str, Field(description="What was issued until then is worth nothing.")]
    expires_at: Annotated[str, Field(description="When everything that it is about has expired anyway.")]
    by: str
    reason: str


class RevocationsShown(Shown):
    """Those that stand, the latest first."""

    items: list[RevocationShown]
    truncated: Annotated[bool, Field(description=f"There are more than {MOST_SHOWN}.")]


def show_revocation(revocation: Revocation) -> dict[str, Any]:
    """All of it. Times: RFC 3339."""
    return {
        "what": revocation.key.what.value,
        "value": revocation.key.value,
        "tenant": revocation.key.tenant,
        "revoked_at": rfc3339(revocation.revoked_at),
        "expires_at": rfc3339(revocation.expires_at),
        "by": revocation.by,
        "reason": revocation.reason,
    }


TenantOf: TypeAlias = Callable[[RevocationKey], str | None]


class Revoke(Protocol):
    """Revokes what an admin names; there is a record of it before it holds."""

    def __call__(self, request: AdminRequest, named: JsonObject, tenant_of: TenantOf, facts: JsonObject) -> Revocation:
        """What holds from now on; raises InvalidRequest, InsufficientScope, TemporarilyUnavailable."""
        ...


class Revocations(Struct, frozen=True):
    """A tenant's admin revokes, and sees, what is the tenant's."""

    revoke: Revoke
    store: RevocationStore
    owners: Owners
    clock: Clock

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/revocations",
            REVOCATIONS_WRITE,
            "What is revoked, as long as it makes a difference.",
            handle=self._list,
            name="listRevocations",
            response=RevocationsShown,
        )
        yield Operation(
            "POST",
            "/revocations",
            REVOCATIONS_WRITE,
            "Revoke a token with all that was made from it, a chain, or all that something stands behind.",
            handle=self._revoke,
            name="revoke",
            request=RevokeBody,
            response=RevocationShown,
            status=HTTPStatus.CREATED,
        )

    def _list(self, request: AdminRequest) -> Answer:
        tenant = request.admin.tenant
        standing = sorted(self.store.revocations(), key=lambda one: one.revoked_at, reverse=True)
        visible = (one for one in standing if tenant is None or self.owners.tenant_of(one.key) == tenant)
        own = list(islice(visible, MOST_SHOWN + 1))  # another tenant's revocations hide none of this one's
        items = [show_revocation(one) for one in own[:MOST_SHOWN]]
        return Answer(HTTPStatus.OK, {"items": items, "truncated": len(own) > MOST_SHOWN})

    def _revoke(self, request: AdminRequest) -> Answer:
        named: JsonObject = request.body.model_dump(exclude_none=True)
        revocation = self.revoke(request, named, self.owners.tenant_of, self._facts(request))
        return Answer(HTTPStatus.CREATED, show_revocation(revocation))

    def _facts(self, request: AdminRequest) -> dict[str, Json]:
        return {
            "time": rfc3339(self.clock.now()),
            "correlation_id": request.correlation_id,
            "source_ip": request.http.source_ip,
            "operation": "revoke",
            "tenant": request.admin.tenant,
            "revoker_actors": list(request.admin.actors),
        }
