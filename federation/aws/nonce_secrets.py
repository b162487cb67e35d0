"""NonceSecrets on the state table: an item for each span of time.

    pk = ("nonce_secret" | "cursor_secret", period)    secret, expires_at

The first process in a span makes its secret, and all others find it. One that was deleted is made anew: proofs
with nonces of the old one are then asked to come with a new nonce.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Literal, TypeAlias

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.errors import translated
from federation.aws.items import Key, item_key
from federation.aws.service import DynamoDb
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock

Purpose: TypeAlias = Literal["nonce_secret", "cursor_secret"]

SIZE = 32
KEPT = 24 * 60 * 60
"""Seconds: longer than any nonce is good for."""
REMEMBERED = 8
"""Periods whose secrets a process need not read again: a secret never changes."""


class DynamoNonceSecrets:
    """`random` yields that many bytes from the operating system. `of`: what the secrets are for."""

    def __init__(
        self,
        dynamodb: DynamoDb,
        state_table: str,
        clock: Clock,
        random: Callable[[int], bytes] = os.urandom,
        *,
        of: Purpose = "nonce_secret",
    ) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._random = random
        self._of: Purpose = of
        self._lock = Lock()
        self._known: OrderedDict[int, bytes] = OrderedDict()

    def secret(self, period: int) -> bytes:
        """No call for a period that is known; else a GetItem, and a conditional PutItem for the first who asks."""
        known = self._known.get(period)
        if known is not None:
            return known
        secret = self._load(period) or self._made(period)
        with self._lock:
            self._known[period] = secret
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return secret

    def _made(self, period: int) -> bytes:
        """Ours, or that of a quicker process: where our answer was lost, that is ours as well."""
        secret = self._random(SIZE)
        if self._written(period, secret):
            return secret
        others = self._load(period)
        if others is None:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "the secret was deleted")
        return others

    def _load(self, period: int) -> bytes | None:
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key=secret_key(period, self._of), ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        secret = answer["Item"].get("secret", {}).get("B", b"")
        if not isinstance(secret, bytes) or len(secret) != SIZE:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a secret is unreadable")
        return secret

    def _written(self, period: int, secret: bytes) -> bool:
        """False: there is one already."""
        expires_at = {"N": str(int(self._clock.now()) + KEPT)}
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item=secret_key(period, self._of) | {"secret": {"B": secret}, "expires_at": expires_at},
                    ConditionExpression="attribute_not_exists(pk)",
                )
        except ConditionNotMet:
            return False
        return True


def secret_key(period: int, of: Purpose = "nonce_secret") -> Key:
    """Where the secret of the period lies."""
    return {"pk": {"S": item_key(of, str(period))}}
