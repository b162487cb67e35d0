"""One Cedar policy of a document, as far as the decision must know it before Cedar does."""

from typing import Literal, TypeAlias

from msgspec import Struct

from federation.model.policy import Obligations
from federation.policy.cedar.heads import Head
from federation.policy.cedar.mentions import Mentions

Effect: TypeAlias = Literal["permit", "forbid"]


class Rule(Struct, frozen=True):
    """A Cedar policy with its name in the engine: the document's id and its number there, `doc#0`."""

    id: str
    document: str
    effect: Effect
    head: Head
    actions: frozenset[str]
    """Those that its head names; empty: any."""
    obligations: Obligations
    mentions: Mentions
    cedar: str
    """The policy in Cedar's JSON form, as text: a tenth of what the parsed form takes."""


class CompiledPolicy(Struct, frozen=True):
    """A document that parses, within the limits of cost, with no annotation that has no effect."""

    id: str
    rules: tuple[Rule, ...]
