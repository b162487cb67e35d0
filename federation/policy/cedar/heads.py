"""What a policy's head pins: the entities that it can apply to."""

from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from federation.model.json import JsonObject
from federation.model.policy import Uid


class Head(NamedTuple):
    """The policy can apply only to that entity or to what is in it. None: to any."""

    principal: Uid | None = None
    resource: Uid | None = None


def read_head(policy: JsonObject) -> Head:
    """The head of a policy in Cedar's JSON form."""
    return Head(_pinned(policy["principal"]), _pinned(policy["resource"]))


def named_actions(policy: JsonObject) -> frozenset[str]:
    """Ids of the actions of `== A`, `in A` or `in [A, ...]`; empty for no constraint."""
    constraint = policy["action"]
    if not isinstance(constraint, ReadOnly):
        return frozenset()
    several = constraint.get("entities")
    found = several if isinstance(several, list) else [constraint.get("entity")]
    return frozenset(str(entity["id"]) for entity in found if isinstance(entity, ReadOnly))


def _pinned(constraint: object) -> Uid | None:
    """The entity of `== E`, `in E` or `is T in E`; None for `is T` and for no constraint."""
    if not isinstance(constraint, ReadOnly):
        return None
    if "in" in constraint:
        return _pinned(constraint["in"])
    entity = constraint.get("entity")
    return Uid(str(entity["type"]), str(entity["id"])) if isinstance(entity, ReadOnly) else None
