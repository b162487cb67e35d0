"""Composes the admin API."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from federation.admin.approvals import Approver, DecisionTrail
from federation.admin.confirm import Confirmer
from federation.admin.lockout import LockOutGuard
from federation.admin.owners import Owners
from federation.admin.second_admin import SecondAdmin
from federation.admin_api.approvals import ApprovalRequests
from federation.admin_api.audit import AuditTrail
from federation.admin_api.confirmations import Confirmations
from federation.admin_api.cursor import Cursors
from federation.admin_api.documents import Documents
from federation.admin_api.drafts import Drafts
from federation.admin_api.edits import Edits
from federation.admin_api.endpoint import AdminEndpoint, Router
from federation.admin_api.explain import Explanations
from federation.admin_api.guard import Guard
from federation.admin_api.histories import Histories
from federation.admin_api.idempotency import OnceOnly
from federation.admin_api.keys import Keys
from federation.admin_api.proofs import RecordProofs
from federation.admin_api.revocations import Revocations
from federation.admin_api.risk import Risks
from federation.admin_api.segments import ArchivedSegments
from federation.admin_api.sets import DocumentSets
from federation.admin_api.signals import SignalList
from federation.admin_api.stats import Stats
from federation.admin_api.table import Resource, table_of
from federation.admin_api.visible import Visible
from federation.archive.proofs import ArchiveProofs
from federation.aws.answers import DynamoAnswers
from federation.aws.approvals import DynamoApprovals
from federation.aws.archive_index import DynamoArchiveIndex, IndexTables
from federation.aws.archive_segments import S3Segments
from federation.aws.audit_records import DynamoAuditRecords
from federation.aws.clients import boto_dynamodb, cloudwatch_client, logs_client, s3_client
from federation.aws.current_state import DynamoCurrentState
from federation.aws.filing_writer import filing_writer
from federation.aws.issued_tokens import SHARDS, DynamoIssuedTokens
from federation.aws.issuer_keys import Store
from federation.aws.key_sets import DocumentKeySets
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.metric_history import CloudWatchAlarms, CloudWatchHistory
from federation.aws.nonce_secrets import DynamoNonceSecrets
from federation.aws.policy_reader import DynamoPolicyReader
from federation.aws.refusal_search import CloudWatchRefusals
from federation.aws.revocations import DynamoRevocations
from federation.aws.signal_records import DynamoSignalRecords
from federation.aws.trust_history import DynamoHistory
from federation.aws.trust_pages import DynamoTrustPages
from federation.aws.trust_reader import DynamoTrustReader
from federation.bootstrap.guard import guard
from federation.bootstrap.keys import recorded_orders
from federation.bootstrap.limits import admin_limits
from federation.bootstrap.revocation import revoker
from federation.bootstrap.revocations import AdminRevocations
from federation.bootstrap.risk import risk_raiser, risk_scores
from federation.bootstrap.second_level import issuer_keys
from federation.insight.custody import Custodian
from federation.insight.effects.access import ObservedExchange
from federation.insight.effects.plan import AuditedIdentities, PlanEffects
from federation.insight.pace import Pace
from federation.insight.snapshot.loading import TrustLoader
from federation.insight.trail import Trail
from federation.model.documents import CorruptDocument
from federation.oauth.metadata import ERRORS_PATH
from federation.ports import ApprovalLog, AuditLog
from federation.revocation.rehearsal import Rehearsal
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock
from federation.trust.bounded import BoundedCache

_log = logging.getLogger(__name__)

MOST_ADMINS = 100
"""Log-ins of admins that a process remembers."""


class AdminApi:
    """What the resources stand on."""

    def __init__(self, settings: Settings, approval_log: ApprovalLog) -> None:
        self.settings = settings
        self.approval_log = approval_log
        self.clock = SystemClock()
        self.dynamodb = boto_dynamodb()
        self.reader = DynamoTrustReader(self.dynamodb, settings.trust_table, _report_corrupt)
        self.writer = filing_writer(self.dynamodb, settings.trust_table, settings.audit_table)
        self.pages = DynamoTrustPages(self.dynamodb, settings.trust_table, _report_corrupt)
        self.past = DynamoHistory(self.dynamodb, settings.trust_table, settings.audit_table)
        policies = DynamoPolicyReader(self.dynamodb, settings.trust_table)
        self.loader = TrustLoader(self.pages, self.writer, self.reader, policies, settings.issuer)
        self.records = DynamoAuditRecords(self.dynamodb, settings.audit_table, self.clock)
        secrets = DynamoNonceSecrets(self.dynamodb, settings.state_table, self.clock, of="cursor_secret")
        self.cursors = Cursors(secrets, self.clock)
        self.state = DynamoCurrentState(self.dynamodb, settings.trust_table, settings.state_table, self.clock)

    def resources(self) -> Sequence[Resource]:
        """Every table of operations."""
        came = BoundedCache[ObservedExchange](self.clock, MOST_ADMINS)
        lockout = LockOutGuard(self.loader, self.past, self.records, self.clock, came)
        edits = Edits(self.loader, self.clock, lockout, self.settings.loopback_issuers, self.settings.quotas)
        visible, second = Visible(self.pages, self.past, self.writer), self._second_admin()
        risks = risk_scores(self.settings, self.dynamodb, self.clock)
        return (
            Documents(edits, visible, self.cursors),
            Histories(edits, visible, self.cursors),
            DocumentSets(
                edits,
                PlanEffects(self.loader, AuditedIdentities(self.records, self.clock), self.clock),
                Pace(self.records, self.clock),
            ),
            Confirmations(Confirmer(self.writer), second, edits, visible, self.clock),
            ApprovalRequests(self._approver(), second, self.cursors, risks, self.clock),
            self._revocations(),
            self._keys(),
            Risks(risk_raiser(self.settings, self.dynamodb, self.clock), self._owners(), self.clock),
            Explanations(self.loader, self.state, risks, self.clock),
            Drafts(self.loader),
            *self._archive(),
            self._stats(visible),
        )

    def _stats(self, visible: Visible) -> Stats:
        settings, cloudwatch = self.settings, cloudwatch_client()
        return Stats(
            history=CloudWatchHistory(cloudwatch),
            key_sets=DocumentKeySets(self.writer),
            approver=self._approver(),
            visible=visible,
            clock=self.clock,
            algorithm=settings.signing_algorithm,
            key_lifetime=settings.key_lifetime,
            alarms=CloudWatchAlarms(cloudwatch, settings.stack),
            stack=settings.stack,
            queues=settings.queues,
        )

    def _second_admin(self) -> SecondAdmin:
        pushed = issuer_keys(self.settings, self.dynamodb, Store.PUSHED)
        return SecondAdmin(self.writer, self.past, pushed, self.clock, laptop=self.settings.loopback_issuers)

    def _approver(self) -> Approver:
        approvals = DynamoApprovals(self.dynamodb, self.settings.state_table, self.clock)
        tables = LedgerTables(self.settings.audit_table, self.settings.state_table)
        ledger = DynamoLedger(self.dynamodb, tables, self.clock)
        return Approver(
            approvals, self.clock, self.approval_log, DecisionTrail(ledger, self.clock, RandomIdentifiers())
        )

    def _revocations(self) -> Revocations:
        writes = revoker(self.settings, self.dynamodb, self.clock)
        tokens = DynamoIssuedTokens(self.dynamodb, self.settings.audit_table, ThreadPoolExecutor(SHARDS))
        revoke = AdminRevocations(writes, Rehearsal(writes, tokens, self.clock))
        store = DynamoRevocations(self.dynamodb, self.settings.state_table, self.clock)
        return Revocations(revoke, store, self._owners(), self.records, self.clock)

    def _owners(self) -> Owners:
        return Owners(self.pages, self.writer, self.records, self.clock)

    def _keys(self) -> Keys:
        return Keys(DocumentKeySets(self.writer), recorded_orders(self.settings, self.dynamodb, self.clock), self.clock)

    def _trail(self) -> Trail:
        return Trail(self.records, CloudWatchRefusals(logs_client(), self.settings.log_groups))

    def _archive(self) -> tuple[Resource, ...]:
        """What is recorded, what is archived, and that the former is among the latter."""
        trail = self._trail()
        tables = IndexTables(self.settings.trust_table, self.settings.state_table)
        segments = S3Segments(s3_client(), self.settings.archive_bucket)
        index = DynamoArchiveIndex(self.dynamodb, tables, self.clock)
        return (
            AuditTrail(trail, Custodian(trail, self.records), self.clock, self.cursors),
            SignalList(DynamoSignalRecords(self.dynamodb, self.settings.state_table), self.clock, self.cursors),
            ArchivedSegments(segments, index, self.cursors),
            RecordProofs(trail, ArchiveProofs(segments, index)),
        )

    def guard(self) -> Guard:
        """The one door."""
        return guard(self.settings, self.dynamodb, self.clock)


def admin_endpoint(settings: Settings, log: AuditLog, approval_log: ApprovalLog) -> AdminEndpoint:
    """`/admin/v1/...` on DynamoDB."""
    api = AdminApi(settings, approval_log)
    return AdminEndpoint(
        router=Router(table_of(settings.issuer, api.resources())),
        guard=api.guard(),
        limits=admin_limits(settings, api.clock, api.dynamodb),
        once=OnceOnly(DynamoAnswers(api.dynamodb, settings.state_table, api.clock)),
        log=log,
        clock=api.clock,
        error_page=settings.issuer + ERRORS_PATH,
    )


def _report_corrupt(error: CorruptDocument) -> None:
    _log.error("left out: %s", error)
