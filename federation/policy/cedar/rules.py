"""One Cedar policy of a document, as far as the decision must know it before Cedar does."""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from federation.model.json import JsonObject
from federation.model.policy import Obligations
from federation.policy.cedar.wanted_tags import WantedTags

Effect: TypeAlias = Literal["permit", "forbid"]


class Uid(NamedTuple):
    """Names an entity."""

    type: str
    id: str


class Head(NamedTuple):
    """What the policy's head pins: it can apply only to that entity or what is in it. None: to any."""

    principal: Uid | None = None
    resource: Uid | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A Cedar policy with its name in the engine: the document's id and its number there, `doc#0`."""

    id: str
    document: str
    effect: Effect
    head: Head
    obligations: Obligations
    tags: WantedTags
    cedar: str
    """The policy in Cedar's JSON form, as text: a tenth of what the parsed form takes."""


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """A document that parses, within the limits of cost, with no annotation that nobody would obey."""

    id: str
    rules: tuple[Rule, ...]


def pinned(constraint: JsonObject) -> Uid | None:
    """The entity of `== E`, `in E` or `is T in E`; None for `is T` and for no constraint."""
    inner = constraint.get("in")
    entity = constraint.get("entity") or (inner.get("entity") if isinstance(inner, ReadOnly) else None)
    return Uid(str(entity["type"]), str(entity["id"])) if isinstance(entity, ReadOnly) else None
