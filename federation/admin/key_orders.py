"""Admins move our signing keys: on record before it holds, like every revocation."""

import contextlib
from collections.abc import Mapping

from msgspec import Struct

from federation.model.json import Json
from federation.model.keys import KeyRefused
from federation.oauth.errors import OAuthError
from federation.ports import Identifiers, KeyOrder, KeyOrders, Ledger

ROTATED = "key_rotated"
REVOKED = "key_revoked"


class RecordedOrders(Struct, frozen=True):
    """Writes the record first, then has the order carried out."""

    orders: KeyOrders
    ledger: Ledger
    identifiers: Identifiers

    def carry_out(self, order: KeyOrder, facts: Mapping[str, Json]) -> None:
        """`facts`: of the request, with `time` and `correlation_id`. Raises KeyRefused, TemporarilyUnavailable.

        A record of what was refused says that it came to nothing. Where it is not known whether an order was carried
        out, its record stands: the trail may tell too much, never too little.
        """
        entry = {
            **facts,
            "outcome": ROTATED if order.revoked is None else REVOKED,
            "jti": self.identifiers.new(),
            "revoked_kid": order.revoked,
            "key_order": order.name,
            "key_order_by": order.by,
            "key_order_reason": order.why,
        }
        self.ledger.commit(entry, ())
        try:
            self.orders.carry_out(order)
        except KeyRefused as refused:
            with contextlib.suppress(OAuthError):
                self.ledger.discard(entry, (), refused.refusal.value)
            raise
