"""`/admin/v1/revocations`: tokens, chains and whoever is behind them, revoked before their time."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Protocol, TypeAlias

from msgspec import Struct

from federation.admin.changes import rfc3339
from federation.admin.owners import Owners
from federation.admin_api.operation import AdminRequest, Answer, Operation
from federation.admin_api.revocations_shown import (
    MOST_SHOWN,
    RevocationShown,
    RevocationsShown,
    RevokeBody,
    show_revocation,
)
from federation.model.admin import REVOCATIONS_WRITE
from federation.model.json import Json, JsonObject
from federation.model.revocation import Revocation, RevocationKey
from federation.ports import Clock, RevocationStore

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
