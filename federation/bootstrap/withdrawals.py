"""Composes how an admin withdraws: the admin API above, the one place where withdrawals are written below."""

from dataclasses import dataclass

from federation.admin_api.operation import AdminRequest
from federation.admin_api.revocations import TenantOf
from federation.model.json import JsonObject
from federation.model.revocation import Revocation
from federation.revocation.requested import Admin, read_withdrawal
from federation.revocation.revoker import Revoker


@dataclass(frozen=True, slots=True)
class AdminWithdrawals:
    """The admin API's Withdraw on the Revoker."""

    revoker: Revoker

    def __call__(self, request: AdminRequest, named: JsonObject, tenant_of: TenantOf, facts: JsonObject) -> Revocation:
        """Read what is named, then write it."""
        admin = Admin(request.admin.principal, request.admin.tenant)
        return self.revoker.revoke(read_withdrawal(named, admin, tenant_of), facts)
