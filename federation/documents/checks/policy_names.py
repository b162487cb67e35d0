"""Names in a policy that no document has: a forbid for a misspelt environment forbids nothing, and looks like one."""

import json
from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from difflib import get_close_matches
from typing import NamedTuple

from federation.documents.document_set import DocumentSet
from federation.documents.problem import Problem
from federation.policy.cedar.compile import read_policy
from federation.policy.cedar.expressions import Node, member, nodes


class Name(NamedTuple):
    """What a policy calls something."""

    kind: str
    """As people call it: a type of entity, or Zone or Issuer."""
    id: str


_ATTRIBUTES = {"zone": "Zone", "issuer": "Issuer"}
"""Attributes whose text is the id of a document, and of which kind."""


def unknown_names(documents: DocumentSet) -> Iterator[Problem]:
    """A warning for each; nothing is said of a kind of which there is no document here at all."""
    known = _known(documents)
    for policy in documents.policies.values():
        rules = read_policy(policy.document.id, policy.document.cedar).rules
        for name in sorted({name for rule in rules for name in names_in(json.loads(rule.cedar))}):
            ids = known.get(name.kind, frozenset())
            if ids and name.id not in ids:
                message = f'no document here has {name.kind} "{name.id}", so what it says of that is never so'
                yield policy.source.problem(("cedar",), message, _near(name.id, ids))


def names_in(policy: object) -> Iterator[Name]:
    """Of a Cedar policy in its JSON form, the head included."""
    for node in nodes(policy):
        kind, id_ = node.get("type"), node.get("id")
        if isinstance(kind, str) and isinstance(id_, str):
            yield Name(kind, id_)
        yield from _compared(node)


def _compared(node: Node) -> Iterator[Name]:
    """The texts that an attribute is compared with: `context.network.zone == "corp"`, `["corp"].contains(...)`."""
    for operands in node.values():
        sides = [operands.get(side) for side in ("left", "right")] if isinstance(operands, dict) else []
        kinds = {_ATTRIBUTES[str(name)] for side in sides if (name := member(side)) in _ATTRIBUTES}
        texts = [one["Value"] for side in sides for one in _literals(side) if isinstance(one.get("Value"), str)]
        yield from (Name(kind, text) for kind in kinds for text in texts if text)


def _literals(side: object) -> list[Node]:
    """A value, or those of a set."""
    if not isinstance(side, dict):
        return []
    several = side.get("Set")
    return [one for one in several if isinstance(one, dict)] if isinstance(several, list) else [side]


def _known(documents: DocumentSet) -> ReadOnly[str, frozenset[str]]:
    audiences = [written.document for written in documents.audiences.values()]
    tenants = {one.tenant for one in audiences} | {written.document.tenant for written in documents.issuers.values()}
    return {
        "Audience": frozenset(documents.audiences),
        "Environment": frozenset(one.environment for one in audiences if one.environment),
        "Tenant": frozenset(tenant for tenant in tenants if tenant),
        "Zone": frozenset(documents.zones),
        "Issuer": frozenset(documents.issuers),
    }


def _near(written: str, known: frozenset[str]) -> str:
    close = get_close_matches(written, sorted(known), n=1)
    return f"did you mean {close[0]}?" if close else ""
