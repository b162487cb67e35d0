"""Invoked by IAM principals alone, never over HTTP: `{"documents": [...], "reason": "..."}` -> the trust table.

Answers `{"created": [...], "updated": [...], "unchanged": [...], "pending": [...], "warnings": [...]}` with lines such
as `Issuer acme-okta`, or `{"problems": [...]}` and nothing was written of a set that is not sound as a whole. Each
pending one, `{"kind", "id", "version"}`, has no effect until `functions.confirm` is sent the same with a reason.

`{"replay_since": "2026-11-30T08:00:00Z"}` brings trust forward after its table was restored to that moment, from the
records of the audit table (docs/runbooks/restore.md). Answers `{"replayed": [...], "missing": [...]}`.
"""

from collections.abc import Iterable, Mapping

from aws_lambda_powertools import Logger
from msgspec import Struct, to_builtins

from federation.admin.changes import change_now, is_reason
from federation.admin.editor import TrustEditor
from federation.admin.replay import TooMuch, TrustReplay
from federation.bootstrap.admin import trust_editor, trust_replay
from federation.documents.source import InvalidDocuments, Problem, SourceDocument
from federation.documents.validate import validate
from federation.insight.moments import since
from federation.model.documents import CorruptDocument
from federation.model.history import MAX_REASON
from federation.model.trust import DocumentRef, DocumentVersion
from federation.ports import BucketFull, Clock, VersionConflict
from federation.settings import read_settings
from federation.system import SystemClock
from functions.event import Event
from functions.runtime import Context, Handler, built_on_access
from functions.telemetry import log_stream, structured_logger

WHO = "iam/apply-trust"
"""Stands in the history where a principal stands elsewhere; CloudTrail has the caller."""
PAYLOAD = "payload"
"""Stands where a file's name stands elsewhere."""


def build(environment: Mapping[str, str]) -> Handler:
    """The handler; raises SettingsError."""
    settings = read_settings(environment)
    logger = structured_logger(log_stream(environment))
    editor, replay, clock = trust_editor(settings), trust_replay(settings), SystemClock()
    return ApplyHandler(editor, replay, logger, clock, settings.loopback_issuers, settings.issuer).handle


class ApplyHandler(Struct, frozen=True):
    """Validates a set of documents as a whole, then writes what is new or changed."""

    editor: TrustEditor
    replay: TrustReplay
    logger: Logger
    clock: Clock
    loopback: bool = False
    own_issuer: str = ""
    """Our URL."""

    def handle(self, event: Event, context: Context) -> dict[str, object]:
        """What was changed, or what must be mended first."""
        try:
            result = self._done(event, context)
        except InvalidDocuments as error:
            result = _problems(error.problems)
        except VersionConflict:
            result = _problem("Trust was written at the same time; send the same documents again.")
        except (BucketFull, CorruptDocument) as error:
            result = _problem(str(error))
        except TooMuch:
            result = _problem("That is too much at once; send a later moment, then this one again.")
        self.logger.info("apply", changed=_changed(result), correlation_id=context.aws_request_id)
        return result

    def _done(self, event: Event, context: Context) -> dict[str, object]:
        if isinstance(event, Mapping) and set(event) == {"replay_since"}:
            return self._replayed(str(event["replay_since"]))
        return self._apply(event, context)

    def _apply(self, event: Event, context: Context) -> dict[str, object]:
        reason = _reason(event)
        validated = validate(_sources(event), loopback=self.loopback, own_issuer=self.own_issuer)
        applied = self.editor.apply(validated, change_now(self.clock, WHO, reason, context.aws_request_id))
        return {
            "created": _names(version.ref for version in applied.created),
            "updated": _names(version.ref for version in applied.updated),
            "unchanged": _names(applied.unchanged),
            "pending": [{"kind": ref.kind.value, "id": ref.id, "version": version} for ref, version in applied.pending],
            "warnings": [to_builtins(warning) for warning in validated.warnings],
        }

    def _replayed(self, text: str) -> dict[str, object]:
        try:
            moment = since(text, self.clock.now())
        except (IndexError, OverflowError, ValueError):
            raise InvalidDocuments([Problem(PAYLOAD, 0, "", "/replay_since", "As 2026-11-30T08:00:00Z.")]) from None
        replayed = self.replay.run(moment, int(self.clock.now()))
        return {"replayed": _versions(replayed.written), "missing": _versions(replayed.missing)}


def _versions(versions: Iterable[DocumentVersion]) -> list[str]:
    return [f"{one.ref.kind} {one.ref.id} version {one.version}" for one in versions]


def _sources(event: Event) -> list[SourceDocument]:
    documents = event.get("documents") if isinstance(event, Mapping) else None
    if not isinstance(documents, list) or not documents:
        raise InvalidDocuments([Problem(PAYLOAD, 0, "", "", 'Send {"documents": [...]} with at least one document.')])
    return [SourceDocument(f"{PAYLOAD}[{position}]", document) for position, document in enumerate(documents)]


def _reason(event: Event) -> str:
    reason = event.get("reason", "") if isinstance(event, Mapping) else ""
    if not is_reason(reason):
        message = f"reason is one printable line of at most {MAX_REASON} characters."
        raise InvalidDocuments([Problem(PAYLOAD, 0, "", "/reason", message)])
    return str(reason)


def _names(refs: Iterable[DocumentRef]) -> list[str]:
    return [f"{ref.kind} {ref.id}" for ref in refs]


def _changed(result: Mapping[str, object]) -> dict[str, object]:
    """What the log keeps: names, never what a document says."""
    return {name: result[name] for name in ("created", "updated", "pending", "replayed", "missing") if name in result}


def _problems(problems: Iterable[Problem]) -> dict[str, object]:
    return {"problems": [to_builtins(problem) for problem in problems]}


def _problem(message: str) -> dict[str, object]:
    return _problems([Problem(PAYLOAD, 0, "", "", message)])


__getattr__ = built_on_access(build)
