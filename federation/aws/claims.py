"""OneTimeClaims on the state table, where the ledger's claims lie as well."""

from collections.abc import Sequence

from federation.aws.backoff import Pause, full_jitter
from federation.aws.claim_writes import check_uses, claim
from federation.aws.conditional import ConditionNotMet, conditional
from federation.aws.service import DynamoDb
from federation.aws.transactions import ConditionFailed, Write, write_all
from federation.model.one_time import OneTimeUse
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Clock


class DynamoOneTimeClaims:
    """Claims where no token is issued. `correlation_id` must be made by us for each request, as for the ledger."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause

    def claim(self, uses: Sequence[OneTimeUse], correlation_id: str) -> None:
        """One write: a PutItem, or a transaction for several. Raises AlreadyUsed."""
        check_uses(uses)
        writes = [claim(self._table, use, correlation_id, self._clock.now()) for use in uses]
        if len(writes) == 1 and "Put" in writes[0]:
            self._put(writes[0]["Put"], uses[0])
        elif writes:
            self._write_all(writes, uses)

    def _put(self, write: Write, use: OneTimeUse) -> None:
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                self._dynamodb.put_item(**write)
        except ConditionNotMet as error:
            raise AlreadyUsed(use) from error

    def _write_all(self, writes: Sequence[Write], uses: Sequence[OneTimeUse]) -> None:
        try:
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause)
        except ConditionFailed as error:
            raise AlreadyUsed(*(uses[position] for position in error.positions)) from error
