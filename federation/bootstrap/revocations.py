"""Composes how an admin revokes: the admin API above, the one place where revocations are written below."""

from msgspec import Struct

from federation.admin_api.operation import AdminRequest
from federation.admin_api.revocations import TenantOf
from federation.model.json import JsonObject
from federation.model.revocation import Revocation
from federation.revocation.rehearsal import Rehearsal, WouldEnd
from federation.revocation.revoker import Admin, Revoker, read_revocation


class AdminRevocations(Struct, frozen=True):
    """The admin API's Revoke on the Revoker."""

    revoker: Revoker
    rehearsal: Rehearsal

    def rehearse(self, request: AdminRequest, named: JsonObject, tenant_of: TenantOf) -> WouldEnd:
        """Read what is named, then look what it would end."""
        admin = Admin(request.admin.principal, request.admin.tenant)
        return self.rehearsal.rehearse(read_revocation(named, admin, tenant_of))

    def __call__(self, request: AdminRequest, named: JsonObject, tenant_of: TenantOf, facts: JsonObject) -> Revocation:
        """Read what is named, then write it."""
        admin = Admin(request.admin.principal, request.admin.tenant)
        return self.revoker.revoke(read_revocation(named, admin, tenant_of), facts)
