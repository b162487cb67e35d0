"""Ledger: an item per issued token in the audit table, an item per spent one-time thing in the state table."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from federation.aws.audit_items import record_item, record_key, text
from federation.aws.claims import ConditionNotMet, check_uses, claim, conditional, give_back
from federation.aws.errors import translated
from federation.aws.items import ConditionFailed, Pause, Write, full_jitter, start_writing
from federation.aws.kept_tokens import kept_item
from federation.aws.service import DynamoDb, Started
from federation.model.json import JsonObject
from federation.model.one_time import OneTimeUse
from federation.oauth.errors import ServerError
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Clock, KeptToken

_NEW_OR_OURS = "attribute_not_exists(pk) OR (correlation_id = :me AND attribute_not_exists(discard_reason))"


class LedgerTables(Struct, frozen=True):
    """Names of tables."""

    audit: str
    state: str


class DynamoLedger:
    """`correlation_id` must be made by us for each request: a caller who could choose it could replay."""

    def __init__(self, dynamodb: DynamoDb, tables: LedgerTables, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._tables = tables
        self._clock = clock
        self._pause = pause

    def commit(self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None) -> None:
        """One write: a PutItem, or a transaction where something is spent or kept. Raises AlreadyUsed.

        A write that was applied although its answer was lost is recognized by its correlation id (ATTACKS F8).
        """
        self.start_commit(entry, uses, kept)()

    def start_commit(
        self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None
    ) -> Callable[[], None]:
        """The same, on its way when this returns."""
        check_uses(uses)
        record = self._record(entry)
        if not uses and not kept:
            started = self._dynamodb.start("PutItem", record)
            return lambda: self._write(started)
        writes = [{"Put": record}, *self._claims(entry, uses), *self._kept(kept)]
        written = start_writing(self._dynamodb, writes, Reason.AUDIT_UNAVAILABLE, self._pause)
        return lambda: self._write_all(written, uses)

    def discard(self, entry: JsonObject, uses: Sequence[OneTimeUse], reason: str) -> None:
        """First says that no token left, then gives back what only this request had claimed.

        A commit of the same jti that is still on its way comes to nothing afterwards.
        """
        with translated(Reason.AUDIT_UNAVAILABLE):
            self._dynamodb.update_item(
                TableName=self._tables.audit,
                Key=record_key(str(entry["jti"])),
                UpdateExpression="SET jti = :jti, outcome = :outcome, discard_reason = :reason",
                ExpressionAttributeValues={
                    ":jti": text(entry["jti"]),
                    ":outcome": {"S": "discarded"},
                    ":reason": {"S": reason},
                },
            )
        for use in uses:
            give_back(self._dynamodb, self._tables.state, use, str(entry["correlation_id"]))

    def _write(self, started: Started) -> None:
        try:
            with conditional(Reason.AUDIT_UNAVAILABLE):
                started()
        except ConditionNotMet as error:
            raise _jti_taken() from error

    def _write_all(self, written: Callable[[], None], uses: Sequence[OneTimeUse]) -> None:
        """First the record, then the claims in the order of `uses`."""
        try:
            written()
        except ConditionFailed as error:
            taken = [uses[position - 1] for position in error.positions if position]
            raise (AlreadyUsed(*taken) if taken else _jti_taken()) from error

    def _record(self, entry: JsonObject) -> Write:
        return {
            "TableName": self._tables.audit,
            "Item": record_item(entry),
            "ConditionExpression": _NEW_OR_OURS,
            "ExpressionAttributeValues": {":me": text(entry["correlation_id"])},
        }

    def _claims(self, entry: JsonObject, uses: Sequence[OneTimeUse]) -> list[Write]:
        correlation_id, now = str(entry["correlation_id"]), self._clock.now()
        return [claim(self._tables.state, use, correlation_id, now) for use in uses]

    def _kept(self, kept: KeptToken | None) -> list[Write]:
        return [{"Put": {"TableName": self._tables.state, "Item": kept_item(kept)}}] if kept else []


def _jti_taken() -> ServerError:
    return ServerError(Reason.INTERNAL_ERROR, "the jti is discarded or belongs to another request")
