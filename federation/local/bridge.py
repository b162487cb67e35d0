"""The whole bridge on this machine: embedded AWS, the real functions, and the gateway in front of them."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, redirect_stderr
from io import TextIOBase
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO, cast

from botocore.exceptions import BotoCoreError, ClientError

from federation.admin.changes import change_now
from federation.admin.second_admin import SEEDED
from federation.aws.approvals import DynamoApprovals
from federation.aws.clients import boto_dynamodb
from federation.aws.filing_writer import filing_writer
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.confirmation import confirmer
from federation.bootstrap.keys import publication
from federation.documents.validate import ValidatedSet
from federation.keys.publication import Publication
from federation.local.alarms import put_alarms
from federation.local.archive import LocalArchive, forget_lost_archive
from federation.local.audit_trail import ApprovalWatch, AuditTrail, LogGroup, PrintedNotice, RefusalLog
from federation.local.begin import BEGIN, BeginPage, ToTry
from federation.local.embedded_aws import DYNAMODB_ENDPOINT, EmbeddedAws, measure
from federation.local.embedded_services import embedded_services
from federation.local.functions import LAPTOP, Runtime, build_handlers
from federation.local.gateway import Gateway
from federation.local.iam import IamAuthorizer
from federation.local.keys import LocalKeys
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.routes import FunctionTarget, load_template, read_routes
from federation.local.schedule import Schedule
from federation.local.server import LOOPBACK, Server, listen, url_of
from federation.local.signals import LocalSignals
from federation.local.signatures import LocalReconciliation
from federation.model.keys import KeySet
from federation.model.trust import DocumentRef, DocumentVersion
from federation.oauth.errors import OAuthError
from federation.ports import BucketFull, VersionConflict
from federation.settings import Settings, read_settings
from federation.system import RandomIdentifiers, SystemClock
from functions import status
from functions.telemetry import Counters

LOG_GROUP = "/aws/lambda/fedbridge-serve"
WHO = SEEDED
CONFIRMS = "serve/confirm-dangerous"
"""Stand in the history where a principal stands elsewhere."""

STATUS = FunctionTarget("StatusFunction", "functions.status", timeout=60, memory=512)
STATUS_SECONDS = 1.0
"""Between two looks at what was revoked."""
APPROVAL_SECONDS = 1.0
"""Between two looks at who waits for an approval."""
KEYS_SECONDS = 1.0
"""Between two looks at our keys."""
RECONCILE_SECONDS = 300.0
"""Between two comparisons of signatures."""
ARCHIVE_SECONDS = 1.0
"""Between two looks at what happened to the audit table."""
SIGNALS_SECONDS = 1.0
"""Between two looks at who asked for tokens."""


RATES = ("FEDERATION_ADDRESS_RATE", "FEDERATION_ISSUER_RATE", "FEDERATION_TENANT_RATE")
PLENTY = "10000/10000"
"""On a laptop all callers come from one address; documents still limit their client or issuer."""


class CannotStart(Exception):
    """Something that the bridge needs is not there; says what, and what to do."""


class LocalBridge(AbstractContextManager["LocalBridge"]):
    """Serves on 127.0.0.1 while entered.

    `trust`: documents to write before it answers; what the trust table already holds stays. `log`: where the
    functions' log goes instead of stderr. Raises PortTaken, CannotStart.

    `confirm_dangerous`: on a laptop, one person may be both admins. Otherwise `pending` names what is not confirmed.
    `mtls_port`: where it will answer over mutual TLS, so that its metadata and proofs name that too; 0: nowhere.
    `issuer_url`: under which it is reached from outside, such as a TLS proxy's; empty: `url`.
    `to_try`, `admin_token_file`: what its page at `/` tells of; the caller writes these files.
    """

    url: str
    """Where it listens."""
    issuer: str
    """Its name: `iss` of its tokens, and what its metadata is under."""
    settings: Settings
    trail: AuditTrail
    pending: tuple[DocumentVersion, ...] = ()
    schedules: Mapping[str, Schedule]
    """In the place of EventBridge's rules."""

    def __init__(  # noqa: PLR0913 (each is said by name, and most rarely)
        self,
        trust: ValidatedSet | None = None,
        *,
        port: int = 0,
        mtls_port: int = 0,
        environment: Mapping[str, str] = os.environ,
        log: TextIO | None = None,
        confirm_dangerous: bool = False,
        issuer_url: str = "",
        to_try: Sequence[ToTry] = (),
        admin_token_file: Path | None = None,
    ) -> None:
        self._trust = trust
        self._port = port
        self.mtls_port = mtls_port
        self._environment = environment
        self._log = log or sys.stderr
        self._confirm_dangerous = confirm_dangerous
        self._issuer_url = issuer_url
        self.to_try = to_try
        self._admin_token_file = admin_token_file
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._start(starting)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def answer(self, request: GatewayRequest) -> GatewayResponse:
        """The gateway's answer without a socket in between."""
        return self._gateway.answer(request)

    def forget(self, documents: Iterable[DocumentRef]) -> None:
        """Delete documents that must not outlive this run, where the trust table does."""
        writer = filing_writer(boto_dynamodb(), self.settings.trust_table, self.settings.audit_table)
        for ref in documents:
            stored = writer.get(ref)
            if stored is not None:
                writer.delete(ref, stored.version, change_now(SystemClock(), WHO, "this run is over"))

    def _start(self, starting: ExitStack) -> None:
        listener = starting.enter_context(listen(self._port))
        self.url = url_of(listener)
        self.issuer = self._issuer_url or self.url
        environment = {**self._embed_aws(starting), **self._settings()}
        self.settings = read_settings(environment)
        self._prepare()
        put_alarms()
        log = RefusalLog(self._log, LogGroup(LOG_GROUP), measure)
        signals = self._signals(environment, log)
        self.trail = AuditTrail(self.settings.audit_table, log)
        self._gateway = self._build_gateway(environment, log)
        self.reconcile = LocalReconciliation(self.settings, log)
        self.schedules = {
            "status": starting.enter_context(self._schedule_status(environment, log)),
            "approvals": starting.enter_context(self._watch_approvals()),
            "archive": starting.enter_context(self._schedule_archive(environment, log)),
            "keys": starting.enter_context(self._schedule_keys(environment, log)),
            "signals": starting.enter_context(Schedule("signals", signals, SIGNALS_SECONDS)),
            "reconcile": starting.enter_context(
                Schedule("reconcile", self.reconcile, RECONCILE_SECONDS, at_once=False)
            ),
        }
        starting.enter_context(Server(listener, self._gateway.answer))

    def _settings(self) -> dict[str, str]:
        return {
            "FEDERATION_ISSUER": self.issuer,
            "FEDERATION_MTLS_URL": f"https://{LOOPBACK}:{self.mtls_port}" if self.mtls_port else "",
            "FEDERATION_LOOPBACK_ISSUERS": "yes",
            "FEDERATION_LOG_STREAM": "stderr",
            "FEDERATION_LOG_GROUPS": LOG_GROUP,
            "FEDERATION_STACK": LAPTOP,
            **{name: self._environment.get(name, PLENTY) for name in RATES},
        }

    def _embed_aws(self, starting: ExitStack) -> Mapping[str, str]:
        try:
            return starting.enter_context(EmbeddedAws(self._environment))
        except (BotoCoreError, ClientError, ValueError) as error:
            where = self._environment.get(DYNAMODB_ENDPOINT, "")
            raise CannotStart(
                f"DynamoDB does not answer at {where}; start it, or unset {DYNAMODB_ENDPOINT} to use the embedded one"
            ) from error

    def _prepare(self) -> None:
        """Trust first, so that nothing is served before it is there; then the keys, so that tokens can be signed."""
        try:
            if self._trust is not None:
                self.pending = trust_editor(self.settings).apply(self._trust, change_now(SystemClock(), WHO)).pending
            if self._confirm_dangerous:
                self._confirm_pending()
            publishing = publication(self.settings)
            _forget_keys_of_earlier_runs(publishing)
            publishing.run()
            forget_lost_archive(self.settings)
        except (BucketFull, OAuthError, VersionConflict) as error:
            raise CannotStart(f"The trust table cannot be written: {error}") from error

    def _confirm_pending(self) -> None:
        confirming, request = confirmer(self.settings), RandomIdentifiers().new()
        yes = change_now(SystemClock(), CONFIRMS, "serve --confirm-dangerous", request)
        for version in self.pending:
            confirming.confirm(version, yes)
        self.pending = ()

    def _build_gateway(self, environment: Mapping[str, str], log: TextIOBase) -> Gateway:
        clock, identifiers = SystemClock(), RandomIdentifiers()
        routes = read_routes(load_template())
        with redirect_stderr(log):  # the functions take their log's stream from there
            handlers = build_handlers(routes, environment, embedded_services(Counters(cast(TextIO, log)).aws_failed))
        runtime = Runtime(handlers, clock, identifiers)
        begin = BeginPage(self.url, self.issuer, self.to_try, self._admin_token_file)
        return Gateway(
            routes,
            runtime,
            publication(self.settings).publisher,
            clock,
            identifiers,
            IamAuthorizer(clock),
            {BEGIN: begin.answer},
        )

    def _schedule_status(self, environment: Mapping[str, str], log: TextIOBase) -> Schedule:
        """In the place of the state table's stream, and so as quick."""
        with redirect_stderr(log):
            runtime = Runtime({STATUS.name: status.build(environment)}, SystemClock(), RandomIdentifiers())
        return Schedule(STATUS.name, lambda: runtime.invoke(STATUS, {}), STATUS_SECONDS)

    def _schedule_archive(self, environment: Mapping[str, str], log: TextIOBase) -> Schedule:
        """Its first segment is there before the first look."""
        with redirect_stderr(log):
            look = LocalArchive(self.settings, environment)
        look()
        return Schedule("archive", look, ARCHIVE_SECONDS)

    def _schedule_keys(self, environment: Mapping[str, str], log: TextIOBase) -> Schedule:
        with redirect_stderr(log):
            return Schedule("keys", LocalKeys(self.settings, environment), KEYS_SECONDS)

    def _signals(self, environment: Mapping[str, str], log: RefusalLog) -> LocalSignals:
        """Hears of every refusal from now on."""
        with redirect_stderr(log):
            signals = LocalSignals(self.settings, environment, self._log)
        log.listen(signals.hear)
        return signals

    def _watch_approvals(self) -> Schedule:
        approvals = DynamoApprovals(boto_dynamodb(), self.settings.state_table, SystemClock())
        watch = ApprovalWatch(approvals, PrintedNotice(self._log, self.url))
        return Schedule("approvals", watch, APPROVAL_SECONDS)


def _forget_keys_of_earlier_runs(publishing: Publication) -> None:
    """A DynamoDB that outlives us remembers keys that the embedded KMS does not have any more."""
    keys = publishing.key_sets.load()
    if keys is not None:
        publishing.key_sets.save(KeySet((), keys.version + 1))
