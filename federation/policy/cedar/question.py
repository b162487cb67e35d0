"""A decision request in Cedar's terms. Whatever came from outside goes in as JSON data, never as text (ATTACKS F3)."""

import json
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from typing import NamedTuple

from msgspec import to_builtins

from federation.model.json import Claims, Json, JsonObject
from federation.model.policy import Circumstances, DecisionRequest, Party, Place, RegisteredClient
from federation.policy.attestation import ATTESTING
from federation.policy.cedar.claims import as_path, tags
from federation.policy.cedar.mentions import Mentions
from federation.policy.details import by_path

MAX_QUESTION = 64 * 1024
"""Characters of JSON: what one decision may cost to read (ATTACKS F6)."""


class Question(NamedTuple):
    """What the engine takes."""

    request: dict[str, object]
    entities: str
    """JSON."""


def question(request: DecisionRequest, mentions: Mentions) -> Question:
    """With what is mentioned; raises ValueError for too much of it, and for what has no Cedar form."""
    _check_forms(request.context, mentions)
    address = address_of(request)
    context = {name: value() for name, value in _context(request.context, address).items() if name in mentions.words}
    entities = list(_entities(request, mentions)) if mentions.entities else []
    written = json.dumps(context), json.dumps(entities)
    if sum(map(len, written)) > MAX_QUESTION:
        raise ValueError(f"the request is larger than {MAX_QUESTION} characters")
    asked: dict[str, object] = {
        "principal": _uid("Principal", request.principal.id),
        "action": _uid("Action", request.action),
        "resource": _uid("Audience", request.audience.id),
        "context": written[0],
    }
    return Question(asked, written[1])


def _check_forms(context: Circumstances, mentions: Mentions) -> None:
    """A policy that mentions a claim counts on its form: of another form it would take the claim for absent."""
    for name in sorted(context.misshapen):
        by_name = "claims" in mentions.words and mentions.claim(as_path(name))
        if by_name or ("attestation" in mentions.words and name in ATTESTING):
            raise ValueError("a claim that a policy reads has another form than its provider documents")


def address_of(request: DecisionRequest) -> str:
    """Mentioned or not: raises ValueError for a request without one."""
    return _address(request.context.network.ip)


def _uid(type_name: str, entity: str) -> dict[str, str]:
    return {"type": type_name, "id": entity}


def _context(context: Circumstances, address: str) -> dict[str, Callable[[], object]]:
    """Every attribute that there is, made when it is wanted."""
    facts: dict[str, Callable[[], object]] = {
        "scopes": lambda: list(context.scopes),
        "chain": lambda: {"depth": len(context.chain), "actors": list(context.chain)},
        "network": lambda: {"ip": _extension("ip", address), "zone": context.network.zone or ""},
        "now": lambda: _extension("datetime", _moment(context.now).strftime("%Y-%m-%dT%H:%M:%SZ")),
        "weekday": lambda: _moment(context.now).isoweekday(),
        "token_age": lambda: _extension("duration", f"{context.token_age}s"),
        "proof": lambda: context.proof,
        "attestation": lambda: _uid("Attestation", _SUBJECT),
        "risk": lambda: to_builtins(context.risk),
        "claims": lambda: _uid("Claims", _SUBJECT),
        "authorization_details": lambda: _uid("AuthorizationDetails", _SUBJECT),
    }
    if (client := context.client) is not None:
        facts["client"] = lambda: _uid("Client", client.id)
    if (actor := context.actor) is not None:
        facts["actor"] = lambda: _uid("Actor", actor.id)
    if (approval := context.approval) is not None:
        facts["approval"] = lambda: {"id": approval.id, "by": approval.by}
    return facts


_SUBJECT = "subject"
"""There is one claims set in a request."""


def _extension(function: str, argument: str) -> dict[str, dict[str, str]]:
    return {"__extn": {"fn": function, "arg": argument}}


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("now is no time") from error


@lru_cache(maxsize=1024)
def _address(text: str) -> str:
    """IPv4 within IPv6 is IPv4: one network has one spelling. An address with a zone index is none from outside."""
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return text
    if address.scope_id:
        raise ValueError("an address with a zone index")
    return str(address.ipv4_mapped or address)


def _entities(request: DecisionRequest, mentions: Mentions) -> Iterator[dict[str, object]]:
    context = request.context
    yield _party("Principal", request.principal, mentions)
    yield _audience(request.audience)
    if "claims" in mentions.words:
        yield from _claims(context.claims, mentions)
    if "authorization_details" in mentions.words:
        yield _details(context.authorization_details, mentions)
    if "attestation" in mentions.words:
        yield _entity("Attestation", _SUBJECT, {}, tags_of=tags(context.attestation, mentions).texts)
    if context.actor is not None:
        yield _party("Actor", context.actor, mentions)
    if context.client is not None:
        yield _client(context.client)


def _claims(claims: Claims, mentions: Mentions) -> Iterator[dict[str, object]]:
    texts, lists = tags(claims, mentions)
    yield _entity("Claims", _SUBJECT, {"lists": _uid("ClaimLists", _SUBJECT)}, tags_of=texts)
    if lists:
        yield _entity("ClaimLists", _SUBJECT, {}, tags_of=lists)


def _details(details: Sequence[JsonObject], mentions: Mentions) -> dict[str, object]:
    members = by_path(details)
    return _entity("AuthorizationDetails", _SUBJECT, {"types": list(members)}, tags_of=tags(members, mentions).lists)


def _party(type_name: str, party: Party, mentions: Mentions) -> dict[str, object]:
    parents = _parents(tenant=party.tenant)
    own: JsonObject = {"name": party.id, "issuer": party.issuer, **parents}
    attributes = {name: value for name, value in party.attributes.items() if mentions.tag(name)}
    return _entity(type_name, party.id, own, parents, tags_of=attributes)


def _audience(place: Place) -> dict[str, object]:
    parents = _parents(tenant=place.tenant, environment=place.environment)
    return _entity("Audience", place.id, {"name": place.id, **parents}, parents)


def _client(client: RegisteredClient) -> dict[str, object]:
    parents = _parents(tenant=client.tenant)
    return _entity("Client", client.id, {"name": client.id, **parents}, parents)


def _parents(*, tenant: str | None, environment: str | None = None) -> dict[str, Json]:
    """The entities that another one is in, by attribute."""
    named = {"tenant": ("Tenant", tenant), "environment": ("Environment", environment)}
    return {name: _uid(type_name, entity) for name, (type_name, entity) in named.items() if entity is not None}


def _entity(
    type_name: str,
    entity: str,
    attributes: JsonObject,
    parents: ReadOnly[str, Json] | None = None,
    *,
    tags_of: ReadOnly[str, object] | None = None,
) -> dict[str, object]:
    return {
        "uid": _uid(type_name, entity),
        "attrs": attributes,
        "parents": list((parents or {}).values()),
        "tags": dict(tags_of or {}),
    }
