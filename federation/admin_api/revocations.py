"""`/admin/v1/revocations`: what is revoked, and revoking."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any, Literal, Protocol, Self, TypeAlias

from msgspec import Struct
from pydantic import Field

from federation.admin.changes import rfc3339
from federation.admin.owners import Owners
from federation.admin_api.models import Body, Name, Shown, Why, naming_one
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.insight.trail import is_of
from federation.model.confirmation import REVOCATIONS_WRITE
from federation.model.json import Json, JsonObject
from federation.model.revocation import NAMED_BY_ADMINS, Revocation, RevocationKey, RevocationTarget
from federation.ports import AuditRecords, Clock, LiveToken, RevocationStore
from federation.revocation.rehearsal import MOST_COUNTED, WouldEnd

MOST_SHOWN = 500
MOST_LISTED = 50
"""Tokens that a rehearsal lists."""


class RevokeBody(Body):
    """Exactly one of them, and why."""

    model_config = naming_one([what.value for what in RevocationTarget if what in NAMED_BY_ADMINS])

    jti: Annotated[Name | None, Field(description="A token, and every token that was made from it.")] = None
    txn: Annotated[Name | None, Field(description="A whole chain, whatever it still grows.")] = None
    principal: Annotated[Name | None, Field(description="Tokens about it, and those with which it acts.")] = None
    client: Annotated[Name | None, Field(description="Id of a Client document.")] = None
    issuer: Annotated[Name | None, Field(description="Id of an Issuer document.")] = None
    mapping: Annotated[Name | None, Field(description="Id of a Mapping document.")] = None
    all: Annotated[Literal[True] | None, Field(description="Everything that was issued until now.")] = None
    tenant: Annotated[Name | None, Field(description="Of the principal; none: in whatever tenant.")] = None
    reason: Why


class RevocationShown(Shown):
    """A revocation."""

    what: RevocationTarget
    value: str
    tenant: str | None
    revoked_at: Annotated[str, Field(description="What was issued until then is worth nothing.")]
    expires_at: Annotated[str, Field(description="When everything that it is about has expired anyway.")]
    by: str
    reason: str

    @classmethod
    def of(cls, revocation: Revocation) -> Self:
        """All of it. Times: RFC 3339."""
        return cls(
            what=revocation.key.what,
            value=revocation.key.value,
            tenant=revocation.key.tenant,
            revoked_at=rfc3339(revocation.revoked_at),
            expires_at=rfc3339(revocation.expires_at),
            by=revocation.by,
            reason=revocation.reason,
        )


class TokenShown(Shown):
    """A token that would be worth nothing; null: it is another tenant's."""

    jti: str | None
    principal: str | None
    client_id: str | None
    audience: list[str]
    issued_at: str
    expires_at: str


class WouldRevokeShown(Shown):
    """What a revocation would end: unexpired tokens of ours. Nothing was written."""

    what: RevocationTarget
    value: str
    tenant: str | None
    tokens: Annotated[
        int,
        Field(
            description="How many; one of a moment ago may be missing. One that was discarded before it left is not "
            f"counted among the first {MOST_LISTED}."
        ),
    ]
    counted: Annotated[bool, Field(description=f"False: there are more than {MOST_COUNTED}, which were counted.")]
    items: Annotated[list[TokenShown], Field(description=f"At most {MOST_LISTED}, what would last longest first.")]


class RevocationsShown(Shown):
    """Those that stand, the latest first."""

    items: list[RevocationShown]
    truncated: Annotated[bool, Field(description=f"There are more than {MOST_SHOWN}.")]


TenantOf: TypeAlias = Callable[[RevocationKey], str | None]


class Revoke(Protocol):
    """Revokes what an admin names; there is a record of it before it holds."""

    def rehearse(self, request: AdminRequest, named: JsonObject, tenant_of: TenantOf) -> WouldEnd:
        """What it would end; raises the same."""
        ...

    def __call__(self, request: AdminRequest, named: JsonObject, tenant_of: TenantOf, facts: JsonObject) -> Revocation:
        """What holds from now on; raises InvalidRequest, InsufficientScope, TemporarilyUnavailable."""
        ...


class Revocations(Struct, frozen=True):
    """A tenant's admin revokes, and sees, what is the tenant's."""

    revoke: Revoke
    store: RevocationStore
    owners: Owners
    records: AuditRecords
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
            query=(Parameter("dry_run", "true|false", "true: only tell what it would end (200). Default: false."),),
            request=RevokeBody,
            response=RevocationShown,
            status=HTTPStatus.CREATED,
            otherwise={HTTPStatus.OK: WouldRevokeShown},
        )

    def _list(self, request: AdminRequest) -> Answer:
        tenant = request.admin.tenant
        standing = sorted(self.store.revocations(), key=lambda one: one.revoked_at, reverse=True)
        visible = (one for one in standing if tenant is None or self.owners.tenant_of(one.key) == tenant)
        own = list(islice(visible, MOST_SHOWN + 1))  # another tenant's revocations hide none of this one's
        items = [RevocationShown.of(one) for one in own[:MOST_SHOWN]]
        return Answer(HTTPStatus.OK, RevocationsShown(items=items, truncated=len(own) > MOST_SHOWN))

    def _revoke(self, request: AdminRequest) -> Answer:
        named: JsonObject = request.body.model_dump(exclude_none=True)
        if request.query.get("dry_run") == "true":
            return self._rehearsed(request, self.revoke.rehearse(request, named, self.owners.tenant_of))
        revocation = self.revoke(request, named, self.owners.tenant_of, self._facts(request))
        return Answer(HTTPStatus.CREATED, RevocationShown.of(revocation))

    def _rehearsed(self, request: AdminRequest, found: WouldEnd) -> Answer:
        what, value, tenant = found.revocation.key
        looked_at = [(token, self.records.record(token.jti)) for token in found.tokens[:MOST_LISTED]]
        left = [(token, record) for token, record in looked_at if not _never_left(record)]
        shown = WouldRevokeShown(
            what=what,
            value=value,
            tenant=tenant,
            tokens=len(found.tokens) - len(looked_at) + len(left),
            counted=found.is_all,
            items=[self._token(token, record, request.admin.tenant) for token, record in left],
        )
        return Answer(HTTPStatus.OK, shown)

    def _token(self, token: LiveToken, record: JsonObject | None, tenant: str | None) -> TokenShown:
        """Another tenant's is counted, and not named."""
        told: Mapping[str, Any] = record if record is not None and is_of(record, tenant) else {}
        return TokenShown(
            jti=told.get("jti"),
            principal=told.get("principal"),
            client_id=told.get("client_id"),
            audience=told.get("audience") or [],
            issued_at=rfc3339(token.issued_at),
            expires_at=rfc3339(token.expires_at),
        )

    def _facts(self, request: AdminRequest) -> dict[str, Json]:
        own: dict[str, Json] = {"tenant": request.admin.tenant, "revoker_actors": list(request.admin.actors)}
        return request.facts("revoke", self.clock.now()) | own


def _never_left(record: JsonObject | None) -> bool:
    """A decision that was made anew, as trust had moved meanwhile, leaves a record of what no caller received."""
    return record is not None and record.get("outcome") == "discarded"
