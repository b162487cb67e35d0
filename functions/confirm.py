"""Invoked by IAM principals alone, never over HTTP: `{"kind", "id", "version", "reason"}` -> a pending document holds.

A principal that may invoke this should not be able to invoke `functions.apply`: no one person trusts a whole issuer.
Lambda does not tell a function who invoked it, so what is kept is the id of the invocation; CloudTrail has the caller,
if a trail records Lambda's data events.

Answers `{"confirmed": {"kind", "id", "version"}}` with the version that holds now, or `{"problems": [...]}`.
"""

from collections.abc import Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.admin.changes import change_now
from federation.admin.confirm import CannotConfirm, Confirmer
from federation.bootstrap.confirmation import confirmer
from federation.documents.source import Problem
from federation.model.documents import CorruptDocument
from federation.model.history import MAX_REASON
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.ports import BucketFull, Clock, VersionConflict
from federation.settings import read_settings
from federation.system import SystemClock
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import log_stream, structured_logger

PAYLOAD = "payload"
"""Stands where a file's name stands elsewhere."""
WHO = "iam/confirm-trust"
"""Stands in the history where a principal stands elsewhere; CloudTrail has the caller."""

_FORM = 'Send {"kind": "Mapping", "id": "...", "version": 1, "reason": "why it must trust that many"}.'


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    logger = structured_logger(log_stream(environment))
    return ConfirmHandler(confirmer(read_settings(environment)), logger, SystemClock()).handle


class ConfirmHandler(Struct, frozen=True):
    """Confirms exactly the version that was asked for."""

    confirmer: Confirmer
    logger: Logger
    clock: Clock

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """What holds now, or why nothing was changed."""
        try:
            wanted, reason = _wanted(event)
            change = change_now(self.clock, WHO, reason, context.aws_request_id)
            confirmed = self.confirmer.confirm(wanted, change)
        except (BucketFull, CannotConfirm) as error:
            return self._problem(str(error), context)
        except CorruptDocument:
            return self._problem("What is stored there cannot be read; write it again.", context)
        except VersionConflict:
            return self._problem("It was written at the same time; read what it says now.", context)
        named = _named(confirmed)
        self.logger.info("confirm", confirmed=named, reason=reason, correlation_id=context.aws_request_id)
        return {"confirmed": named}

    def _problem(self, message: str, context: Context) -> dict[str, object]:
        self.logger.info("confirm", problem=message, correlation_id=context.aws_request_id)
        return {"problems": [to_builtins(Problem(PAYLOAD, 0, "", "", message))]}


def _wanted(event: Event) -> tuple[DocumentVersion, str]:
    """The version, and why; raises CannotConfirm for a payload of any other form."""
    members = event if isinstance(event, Mapping) else {}
    kind = next((kind for kind in Kind if members.get("kind") == kind), None)
    id_, version, reason = (members.get(name) for name in ("id", "version", "reason"))
    if kind is None or not isinstance(id_, str) or not isinstance(version, int) or isinstance(version, bool):
        raise CannotConfirm(_FORM)
    if not isinstance(reason, str) or not 1 <= len(reason.strip()) <= MAX_REASON or not reason.isprintable():
        raise CannotConfirm(f"Say why, as reason: one line of at most {MAX_REASON} characters. {_FORM}")
    return DocumentVersion(DocumentRef(kind, id_), version), reason


def _named(version: DocumentVersion) -> dict[str, object]:
    return {"kind": version.ref.kind.value, "id": version.ref.id, "version": version.version}


__getattr__ = built_on_access(build)
