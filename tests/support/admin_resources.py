"""The admin API with what it has beside the trust documents, on stores in memory."""

from federation.admin.approvals import Approver
from federation.admin.key_orders import RecordedOrders
from federation.admin.owners import Owners
from federation.admin.second_admin import SecondAdmin
from federation.admin_api.approvals import ApprovalRequests
from federation.admin_api.audit import AuditTrail
from federation.admin_api.drafts import Drafts
from federation.admin_api.explain import Explanations
from federation.admin_api.keys import Keys
from federation.admin_api.operation import Operation
from federation.admin_api.revocations import Revocations
from federation.admin_api.risk import Risks
from federation.admin_api.signals import SignalList
from federation.admin_api.stats import Stats
from federation.admin_api.table import table_of
from federation.admin_api.visible import Visible
from federation.bootstrap.revocations import AdminRevocations
from federation.insight.custody import Custodian
from federation.insight.snapshot.loading import TrustLoader
from federation.insight.trail import Trail
from federation.model.confirmation import ADMIN_SCOPES
from federation.revocation.rehearsal import Rehearsal
from federation.revocation.revoker import Revoker
from federation.signals.raising import RiskRaiser
from tests.support.admin_world import BRIDGE, AdminWorld, Reply, admin_mapping
from tests.support.fake_approvals import FakeApprovalLog, FakeApprovals, decision_trail
from tests.support.fake_audit_records import FakeAuditRecords
from tests.support.fake_clock import no_wait
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_issued_tokens import FakeIssuedTokens
from tests.support.fake_metrics import FakeMetrics
from tests.support.fake_refusal_search import FakeRefusalSearch
from tests.support.fake_signals import FakeSignals
from tests.support.key_world import LIFETIME, KeyWorld


class ResourceWorld(AdminWorld):
    """An AdminWorld in which tina may do everything at her tenant. `life`: of our own keys."""

    def _operations(self) -> list[Operation]:
        self.signals = FakeSignals()
        self.approvals, self.approval_log = FakeApprovals(self.clock), FakeApprovalLog()
        self.records, self.metrics = FakeAuditRecords(self.ledger), FakeMetrics()
        self.life = KeyWorld(trust=self.trust, clock=self.clock)
        writes = Revoker(self.state, self.ledger, self.clock, CountingIdentifiers(), no_wait)
        revoke = AdminRevocations(writes, Rehearsal(writes, FakeIssuedTokens(self.ledger), self.clock))
        self.loader = TrustLoader(self.trust, self.trust, self.trust, self.trust, BRIDGE)
        trail = decision_trail(self.clock, self.ledger)
        owners = Owners(self.trust, self.trust, self.records, self.clock)
        told = Trail(self.records, FakeRefusalSearch(self.log))
        resources = (
            ApprovalRequests(
                Approver(self.approvals, self.clock, self.approval_log, trail),
                SecondAdmin(self.trust, self.trust, self.pushed, self.clock),
                self.cursors,
                self.state,
                self.clock,
            ),
            Revocations(revoke, self.state, owners, self.records, self.clock),
            Risks(RiskRaiser(self.state, self.ledger, self.clock, CountingIdentifiers("risk")), owners, self.clock),
            Explanations(self.loader, self.state, self.state, self.clock),
            Drafts(self.loader),
            Keys(
                self.trust, RecordedOrders(self.life.rotation(), self.ledger, CountingIdentifiers("order")), self.clock
            ),
            SignalList(self.signals, self.clock, self.cursors),
            AuditTrail(told, Custodian(told, self.records), self.clock, self.cursors),
            self._stats(Approver(self.approvals, self.clock, self.approval_log, trail)),
        )
        return [*super()._operations(), *table_of(BRIDGE, resources)[:-1]]

    def _stats(self, approver: Approver) -> Stats:
        visible = Visible(self.trust, self.trust, self.trust)
        return Stats(
            self.metrics, self.trust, approver, visible, self.clock, "RS256", LIFETIME, self.metrics, "b", ("gaps",)
        )

    def _seed(self) -> None:
        super()._seed()
        self.store(admin_mapping("tina", "acme"))

    def tina(self, method: str, path: str, body: object = None, query: str = "") -> Reply:
        """A request of the tenant's admin."""
        token = self.token("tina", scope=" ".join(ADMIN_SCOPES))
        return self.call(method, path, body, token=token, query=query)
