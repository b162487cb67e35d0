"""What the expressions of a policy are, by the schema: which members there are, and which values they can have.

A table beside the text that Cedar reads; a test holds the two to each other.
"""

import re
from typing import Any, Final, NamedTuple, TypeAlias

from federation.policy.cedar.expressions import Node

Type: TypeAlias = str
"""The name of an entity's type or of a record, or a primitive; empty: not known here."""

CONTEXT: Final = "context"
MEMBERS: Final[dict[Type, dict[str, Type]]] = {
    "Principal": {"name": "String", "issuer": "String", "tenant": "Tenant"},
    "Actor": {"name": "String", "issuer": "String", "tenant": "Tenant"},
    "Audience": {"name": "String", "environment": "Environment", "tenant": "Tenant"},
    "Client": {"name": "String", "tenant": "Tenant"},
    "Tenant": {},
    "Environment": {},
    "Claims": {"lists": "ClaimLists"},
    "ClaimLists": {},
    "AuthorizationDetails": {"types": "Set<String>"},
    "Attestation": {},
    CONTEXT: {
        "scopes": "Set<String>",
        "client": "Client",
        "actor": "Actor",
        "chain": "context.chain",
        "network": "context.network",
        "now": "datetime",
        "weekday": "Long",
        "token_age": "duration",
        "proof": "String",
        "attestation": "Attestation",
        "risk": "context.risk",
        "approval": "context.approval",
        "claims": "Claims",
        "authorization_details": "AuthorizationDetails",
    },
    "context.chain": {"depth": "Long", "actors": "Set<String>"},
    "context.network": {"ip": "ipaddr", "zone": "String"},
    "context.risk": {"principal": "Long", "issuer": "Long", "client": "Long"},
    "context.approval": {"id": "String", "by": "String"},
}
TAGGED: Final = frozenset({"Principal", "Actor", "Claims", "ClaimLists", "AuthorizationDetails", "Attestation"})
WITHIN: Final = {
    "Principal": ("Tenant",),
    "Actor": ("Tenant",),
    "Client": ("Tenant",),
    "Audience": ("Environment", "Tenant"),
}
"""Entity type -> the types of what its entities are in, beside themselves."""
ENTITIES: Final = frozenset(MEMBERS) - {name for name in MEMBERS if name.startswith(CONTEXT)}
WORDS: Final = {("context", "proof"): ("none", "dpop", "mtls")}
"""Member -> the texts that it can be."""


class Form(NamedTuple):
    """What a name looks like, and in words."""

    pattern: re.Pattern[str]
    words: str


_PRINCIPAL = Form(
    re.compile(r"[A-Za-z0-9._@-]+(?:/[A-Za-z0-9._@-]+)*"), "words of A-Z a-z 0-9 . _ @ -, slashes between"
)
_ID = Form(re.compile(r"[a-z0-9][a-z0-9._-]{0,62}"), "the id of a document: lower-case letters, digits, . _ and -")
_ID_OR_NONE = Form(re.compile(rf"(?:{_ID.pattern.pattern})?"), _ID.words)
_ISSUER = Form(re.compile(rf"{_ID.pattern.pattern}|\(client\)"), _ID.words)
_SCOPE = Form(re.compile(r"[\x21\x23-\x29\x2B-\x5B\x5D-\x7E]{1,128}"), "a scope: printable ASCII without spaces and *")
FORMS: Final = {
    ("Principal", "name"): _PRINCIPAL,
    ("Principal", "issuer"): _ISSUER,
    ("Actor", "name"): _PRINCIPAL,
    ("Actor", "issuer"): _ISSUER,
    ("Audience", "name"): _ID,
    ("Client", "name"): _ID,
    ("context.network", "zone"): _ID_OR_NONE,
    ("context.chain", "actors"): _PRINCIPAL,
    (CONTEXT, "scopes"): _SCOPE,
}
"""Member -> the form of the text that it is, or of those in it."""
NAMES: Final = {
    "Principal": _PRINCIPAL,
    "Actor": _PRINCIPAL,
    "Audience": _ID,
    "Client": _ID,
    "Tenant": _ID,
    "Environment": _ID,
}
"""Entity type -> the form of its entities' names."""
RANGES: Final = {
    ("context", "weekday"): (1, 7),
    ("context.chain", "depth"): (0, 4),
    ("context.risk", "principal"): (0, 100),
    ("context.risk", "issuer"): (0, 100),
    ("context.risk", "client"): (0, 100),
}
"""Member -> the lowest and the highest number that it can be."""
_VARIABLES = {"principal": "Principal", "resource": "Audience", "context": CONTEXT}


def type_of(expression: object) -> Type:
    """Of a variable, a member or a named entity."""
    if not isinstance(expression, dict):
        return ""
    if "Var" in expression:
        return _VARIABLES.get(str(expression["Var"]), "")
    if "Value" in expression:
        return _literal(expression["Value"])
    owner, name = member_of(expression)
    return MEMBERS.get(owner, {}).get(name, "")


def member_of(expression: object) -> tuple[Type, str]:
    """(type of `a`, "b") of `a.b`; empty texts for anything else."""
    access: Any = expression.get(".") if isinstance(expression, dict) else None
    return (type_of(access["left"]), str(access["attr"])) if isinstance(access, dict) else ("", "")


def entity_in(expression: object) -> tuple[Type, str]:
    """(type, id) of an entity that is named outright; empty texts for anything else."""
    value: Any = expression.get("Value") if isinstance(expression, dict) else None
    named = value.get("__entity") if isinstance(value, dict) else None
    return (str(named["type"]), str(named["id"])) if isinstance(named, dict) else ("", "")


def operands(node: Node, operator: str) -> tuple[object, object] | None:
    """The left and the right side, if the node is that operation."""
    sides: Any = node.get(operator)
    return (sides.get("left"), sides.get("right")) if isinstance(sides, dict) else None


def _literal(value: object) -> Type:
    if isinstance(value, dict) and "__entity" in value:
        return str(value["__entity"]["type"])
    return "String" if isinstance(value, str) else ""
