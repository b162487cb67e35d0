"""A decision request in Cedar's terms. Whatever came from outside goes in as JSON data, never as text (ATTACKS F3)."""

import json
from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from federation.model.json import Json, JsonObject
from federation.model.policy import Circumstances, DecisionRequest, Party, Place, RegisteredClient
from federation.policy.cedar.claims import tags
from federation.policy.cedar.wanted_tags import WantedTags

MAX_QUESTION = 64 * 1024
"""Characters of JSON: what one decision may cost to read (ATTACKS F6)."""


class Question(NamedTuple):
    """What the engine takes."""

    request: dict[str, object]
    entities: str
    """JSON."""


def question(request: DecisionRequest, wanted: WantedTags) -> Question:
    """With the claims and attributes that are wanted; raises ValueError for too much or what has no Cedar form."""
    context = json.dumps(_context(request.context))
    entities = json.dumps(list(_entities(request, wanted)))
    if len(context) + len(entities) > MAX_QUESTION:
        raise ValueError(f"the request is larger than {MAX_QUESTION} characters")
    asked: dict[str, object] = {
        "principal": _uid("Principal", request.principal.id),
        "action": _uid("Action", request.action),
        "resource": _uid("Audience", request.audience.id),
        "context": context,
    }
    return Question(asked, entities)


def _uid(type_name: str, entity: str) -> dict[str, str]:
    return {"type": type_name, "id": entity}


def _context(context: Circumstances) -> dict[str, object]:
    now = _moment(context.now)
    facts: dict[str, object] = {
        "scopes": list(context.scopes),
        "chain": {"depth": len(context.chain), "actors": list(context.chain)},
        "network": {"ip": _extension("ip", _address(context.network.ip)), "zone": context.network.zone or ""},
        "now": _extension("datetime", now.strftime("%Y-%m-%dT%H:%M:%SZ")),
        "weekday": now.isoweekday(),
        "token_age": _extension("duration", f"{context.token_age}s"),
        "proof": context.proof,
        "attestation": _uid("Attestation", _SUBJECT),
        "risk": {"principal": context.risk.principal, "issuer": context.risk.issuer},
        "claims": _uid("Claims", _SUBJECT),
    }
    if context.client is not None:
        facts["client"] = _uid("Client", context.client.id)
    if context.actor is not None:
        facts["actor"] = _uid("Actor", context.actor.id)
    if context.approval is not None:
        facts["approval"] = {"id": context.approval.id, "by": context.approval.by}
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


def _address(text: str) -> str:
    """IPv4 within IPv6 is IPv4: one network has one spelling."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _entities(request: DecisionRequest, wanted: WantedTags) -> Iterator[dict[str, object]]:
    context = request.context
    texts, lists = tags(context.claims, wanted)
    attested = tags(context.attestation, wanted).texts
    yield _party("Principal", request.principal, wanted)
    yield _audience(request.audience)
    yield _entity("Claims", _SUBJECT, {"lists": _uid("ClaimLists", _SUBJECT)}, tags_of=texts)
    if lists:
        yield _entity("ClaimLists", _SUBJECT, {}, tags_of=lists)
    if attested:
        yield _entity("Attestation", _SUBJECT, {}, tags_of=attested)
    if context.actor is not None:
        yield _party("Actor", context.actor, wanted)
    if context.client is not None:
        yield _client(context.client)


def _party(type_name: str, party: Party, wanted: WantedTags) -> dict[str, object]:
    parents = _parents(tenant=party.tenant)
    own: JsonObject = {"name": party.id, "issuer": party.issuer, **parents}
    attributes = {name: value for name, value in party.attributes.items() if name in wanted}
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
