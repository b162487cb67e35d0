"""The admin API with what it has beside the trust documents, on stores in memory."""

from federation.admin.api.approvals import ApprovalRequests
from federation.admin.api.operation import Operation
from federation.admin.api.table import table_of
from federation.admin.approvals import Approver
from federation.model.admin import ADMIN_SCOPES
from tests.support.admin_world import BRIDGE, AdminWorld, Reply, admin_mapping
from tests.support.fake_approvals import FakeApprovalLog, FakeApprovals


class ResourceWorld(AdminWorld):
    """An AdminWorld in which tina may do everything at her tenant."""

    def _operations(self) -> list[Operation]:
        self.approvals, self.approval_log = FakeApprovals(self.clock), FakeApprovalLog()
        resources = (ApprovalRequests(Approver(self.approvals, self.clock, self.approval_log)),)
        return [*super()._operations(), *table_of(BRIDGE, resources)[:-1]]

    def _seed(self) -> None:
        super()._seed()
        self.store(admin_mapping("tina", "acme"))

    def tina(self, method: str, path: str, body: object = None, query: str = "") -> Reply:
        """A request of the tenant's admin."""
        token = self.token("tina", scope=" ".join(ADMIN_SCOPES))
        return self.call(method, path, body, token=token, query=query)
