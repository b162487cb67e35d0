"""Orders as they travel to whoever moves our keys, and what comes back (both plain JSON)."""

from collections.abc import Mapping
from typing import Any

from federation.model.keys import KeyRefusal, KeyRefused
from federation.ports import KeyOrder, KeyOrders

ORDER = "order"
REFUSED = "refused"
_MEMBERS = frozenset({"name", "by", "why", "revoke"})


class MalformedOrder(ValueError):
    """Nobody of ours sends this."""


def write_order(order: KeyOrder) -> dict[str, Any]:
    """The event."""
    named = {"name": order.name, "by": order.by, "why": order.why}
    return {ORDER: named if order.revoked is None else {**named, "revoke": order.revoked}}


def read_order(event: object, invocation: str) -> KeyOrder | None:
    """The order in an event; None: it is the schedule's. `invocation`: names an order that has no name.

    Raises MalformedOrder. An IAM principal may invoke the function as well, with `why` and, to revoke a key, `revoke`.
    """
    if not isinstance(event, Mapping) or ORDER not in event:
        return None
    sent = event[ORDER]
    if not isinstance(sent, Mapping) or not sent.keys() <= _MEMBERS or not _texts(sent) or not sent.get("why"):
        raise MalformedOrder("an order has why and, if it has them, name, by and revoke: text")
    return KeyOrder(sent.get("name") or invocation, sent.get("by") or "iam", sent["why"], sent.get("revoke"))


def answer(orders: KeyOrders, order: KeyOrder) -> dict[str, object]:
    """Carry it out; what may be told."""
    try:
        orders.carry_out(order)
    except KeyRefused as refused:
        return {REFUSED: refused.refusal.value, "explained": str(refused)}
    return {ORDER: order.name}


def read_answer(answered: object) -> None:
    """Raises KeyRefused for a refusal, ValueError for what `answer` never says."""
    if not isinstance(answered, Mapping):
        raise TypeError("no answer")
    if REFUSED in answered:
        raise KeyRefused(KeyRefusal(answered[REFUSED]), str(answered["explained"]))
    if ORDER not in answered:
        raise ValueError("no answer")


def _texts(sent: Mapping[Any, Any]) -> bool:
    return all(isinstance(value, str) for value in sent.values())
