"""Where documents are found beside their own item, by what a request says: policies by their heads, issuers by names.

Each place is one item, `pk = ("filed", kind, layout, *place)`, with a member for each document:

    ("policies", owner, type, id)            m#<policy id> = {"version": ..., "rules": [[number, principal, text], ...]}
    ("issuer", how, value, audience)         m#<issuer id> = ""
    ("iss", how, value)                      members = how many enabled issuers have that `iss`
    ("resource", url)                        m#<audience id> = ""

The layout is named by the marker of the trust table, beside the revision up to which everything lies where it should.
"""

import json
from collections.abc import Iterable
from typing import Any

from federation.aws.trust_writes import Place, Places
from federation.model.documents import (
    CorruptDocument,
    StoredDocument,
    decode_audience,
    decode_issuer,
    decode_policy,
)
from federation.model.names import IssuerName
from federation.model.policy import FiledRule, FiledRules, Shelf, Uid
from federation.model.trust import Kind
from federation.policy.cedar.filing import file_policy, unavailable
from federation.verification.issuer_names import names_of

FORMAT = "1"
"""Of what `places_of` says. Another one, and everything is filed anew."""
NOWHERE = Places({})
_UNREADABLE = "?"


def places_of(document: StoredDocument | None) -> Places:
    """Never raises: a policy that cannot be read lies where it stops its owner's requests, anything else nowhere."""
    if document is None:
        return NOWHERE
    if document.kind is Kind.POLICY:
        return Places(_policy(document))
    try:
        if document.kind is Kind.ISSUER:
            return _issuer(document)
        if document.kind is Kind.AUDIENCE:
            resource = decode_audience(document).resource
            return Places({resource_place(resource): ""} if resource else {})
    except CorruptDocument:
        return NOWHERE
    return NOWHERE


def shelf_place(shelf: Shelf) -> Place:
    """Where the shelf's rules lie."""
    return ("policies", *_optional(shelf.owner), *(shelf.resource or ()))


def issuer_place(name: IssuerName) -> Place:
    """Where the ids of issuers with that name lie."""
    return ("issuer", *name)


def iss_place(how: str, iss: str) -> Place:
    """Where enabled issuers with that `iss` are counted. `how`: by `token` all, by `claim` those that need no `aud`."""
    return ("iss", how, iss)


def resource_place(resource: str) -> Place:
    """Where the ids of audiences with that `resource` lie."""
    return ("resource", resource)


def rules_in(members: dict[str, str]) -> FiledRules:
    """What lies on a shelf; raises TemporarilyUnavailable for what cannot be read."""
    return FiledRules.of(rule for id_, text in members.items() for rule in _rules(id_, text))


def _policy(document: StoredDocument) -> dict[Place, str]:
    try:
        filed = file_policy(decode_policy(document))
    except CorruptDocument:
        owner = document.body.get("tenant")
        return {shelf_place(Shelf(owner if isinstance(owner, str) else None, None)): _UNREADABLE}
    return {shelf_place(shelf): _member(document.version, rules) for shelf, rules in filed.items()}


def _member(version: int, rules: Iterable[FiledRule]) -> str:
    return json.dumps({"version": version, "rules": [[one.number, one.principal, one.cedar] for one in rules]})


def _rules(document: str, text: str) -> Iterable[FiledRule]:
    try:
        member: dict[str, Any] = json.loads(text)
        version = int(member["version"])
        rules = [(int(number), _uid(pin), str(cedar)) for number, pin, cedar in member["rules"]]
    except (KeyError, TypeError, ValueError) as error:
        raise unavailable(f"policy {document} cannot be read where it is filed") from error
    return [FiledRule(document, version, *rule) for rule in rules]


def _uid(pin: list[str] | None) -> Uid | None:
    return None if pin is None else Uid(*pin)


def _issuer(document: StoredDocument) -> Places:
    issuer = decode_issuer(document)
    names = names_of(issuer)
    counted = {iss_place(name.how, name.value) for name in names if name.how in ("token", "claim")}
    return Places({issuer_place(name): "" for name in names}, frozenset(counted))


def _optional(owner: str | None) -> tuple[str, ...]:
    """Told apart from a tenant of any name."""
    return ("everybody",) if owner is None else ("tenant", owner)
