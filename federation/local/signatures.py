"""Two witnesses of what our keys signed: the embedded KMS, in the place of CloudTrail, and the functions' log."""

import time
from collections import deque
from datetime import UTC, datetime
from typing import TextIO, cast

from federation.aws.clients import boto_dynamodb
from federation.aws.key_sets import DocumentKeySets
from federation.aws.trust_writer import DynamoTrustWriter
from federation.local.audit_trail import RefusalLog
from federation.local.functions import Runtime
from federation.local.moto_kms import SIGNED
from federation.local.routes import FunctionTarget
from federation.model.signature_trail import RecordedPage, RecordedSignature, SeenPage
from federation.reconciliation.run import EVERY, Reconciliation
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock
from functions.reconcile import ReconcileHandler
from functions.telemetry import Counters, structured_logger


class EmbeddedSignatures:
    """SignatureTrail: it sees every signature on this laptop, with or without our functions."""

    def seen(self, key: str, since: int, until: int) -> SeenPage:
        """`key`: its ARN, or its id."""
        wanted = key.rpartition("/")[2]
        seen = (one for one in tuple(SIGNED) if one.key.rpartition("/")[2] == wanted and since <= one.at < until)
        return SeenPage(tuple(seen), complete=len(SIGNED) < (SIGNED.maxlen or 0))


class LoggedSignatures:
    """SignatureRecords: there are no sessions on a laptop, so functions are not told apart."""

    def __init__(self, log: RefusalLog) -> None:
        self._log = log

    def recorded(self, since: int, until: int) -> RecordedPage:
        """What is remembered of the log; its lines are of this run."""
        del since, until
        return RecordedPage(tuple(_recorded(self._log.signed)))


def _recorded(lines: "deque[dict[str, str]]") -> list[RecordedSignature]:
    return [RecordedSignature(one["signed"], one["key"], one["for"], "") for one in tuple(lines)]


TARGET = FunctionTarget("ReconcileFunction", "functions.reconcile", timeout=60, memory=512)


class LocalReconciliation:
    """The real function, between the two witnesses that a laptop has."""

    def __init__(self, settings: Settings, log: RefusalLog) -> None:
        key_set = DocumentKeySets(DynamoTrustWriter(boto_dynamodb(), settings.trust_table)).load
        witnesses = EmbeddedSignatures(), LoggedSignatures(log)
        compared = Reconciliation(key_set, settings.signing_key, *witnesses, behind=0)
        stream = cast("TextIO", log)
        handler = ReconcileHandler(compared, structured_logger(stream), Counters(stream), SystemClock())
        self._runtime = Runtime({TARGET.name: handler.handle}, SystemClock(), RandomIdentifiers())

    def __call__(self) -> object:
        """The report on a span that holds this moment."""
        at = datetime.fromtimestamp(time.time() + EVERY, UTC)
        return self._runtime.invoke(TARGET, {"time": at.isoformat()})
