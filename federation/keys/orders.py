"""Orders to move our signing keys, and what each does to the set."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from federation.model.keys import KeyRefusal, KeyRefused, KeySet
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import KeyOrder, KeyOrders, KeySets, VersionConflict

ATTEMPTS = 8

Transition: TypeAlias = Callable[[KeySet], KeySet]


class Moves(Struct, frozen=True):
    """Every transition decides on the set as it is, so two that meet are as two in a row."""

    key_sets: KeySets

    def current(self) -> KeySet:
        """Empty before the first publication."""
        return self.key_sets.load() or KeySet()

    def make(self, transition: Transition) -> KeySet:
        """The set afterwards; what changes nothing writes nothing. Raises what `transition` raises."""
        for _ in range(ATTEMPTS):
            keys = self.current()
            moved = transition(keys)
            if moved == keys:
                return keys
            following = replace(moved, version=keys.version + 1)
            try:
                self.key_sets.save(following)
            except VersionConflict:
                continue
            return following
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others move the key set")


ORDER = "order"
REFUSED = "refused"
_MEMBERS = frozenset({"name", "by", "why", "revoke"})


class MalformedOrder(ValueError):
    """None of our functions sends this."""


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
