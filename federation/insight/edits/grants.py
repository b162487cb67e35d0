"""Edits of what is granted: by the mapping, by the client, by the audience."""

from collections.abc import Iterator, Sequence

from federation.documents.source import pointer
from federation.insight.edits.mapping import enabling
from federation.insight.edits.patch import Candidate, Opens, Operation, appending
from federation.insight.explain.decision import Trail
from federation.insight.explain.facts import named_audiences
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json, JsonObject
from federation.model.trust import Audience, Client, Grant, Mapping

FEW = 5
"""Scopes that are each tried, where a request names none."""


def wanted_grants(trail: Trail, snapshot: Snapshot) -> tuple[JsonObject, ...]:
    """The least that a grant could be and still give what is asked for at the one audience that is named."""
    audiences = named_audiences(trail, snapshot)
    if len(audiences) != 1:
        return ()
    audience, asked = audiences[0], trail.question.scopes
    if asked is not None:
        return ({"audience": audience.id, "scopes": list(asked)},)
    return tuple({"audience": audience.id, "scopes": [scope]} for scope in audience.scopes[:FEW])


def target_candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """Audiences that the request names, and that are not granted, not the client's, or disabled."""
    client = trail.client.client if trail.client else None
    for audience in named_audiences(trail, snapshot):
        if not audience.enabled:
            yield enabling(audience.document.ref, snapshot.body(audience.document.ref) or {})
        if client is not None and audience.id not in client.audiences:
            yield from _one_more(snapshot, client, "audiences", audience.id)
    if trail.mapped is not None and snapshot.mapping(trail.mapped.mapping.id) is not None:
        yield from _new_grants(trail, snapshot, trail.mapped.mapping)
    yield from _environments(trail, snapshot)


def _new_grants(trail: Trail, snapshot: Snapshot, mapping: Mapping) -> Iterator[Candidate]:
    granted = {grant.audience for grant in mapping.grants}
    body = snapshot.body(mapping.document.ref) or {}
    for grant in wanted_grants(trail, snapshot):
        if grant["audience"] not in granted:
            what = f"grant {mapping.id} {_listed(grant['scopes'])} at {grant['audience']}"
            yield Candidate(Opens.ONE_VALUE, what, mapping.document.ref, appending(body, "grants", grant))


def _environments(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """Issuers that are held to some environments."""
    vouching = [one.mapped.issuer for one in (trail.acting,) if one] + ([trail.mapped.issuer] if trail.mapped else [])
    for issuer in dict.fromkeys(one.id for one in vouching if one.environments is not None):
        held = next(one for one in vouching if one.id == issuer)
        for audience in named_audiences(trail, snapshot):
            body = snapshot.body(held.document.ref)
            if body is not None and audience.environment and audience.environment not in (held.environments or ()):
                what = f"let issuer {issuer} vouch in environment {audience.environment}"
                patch = appending(body, "environments", audience.environment)
                yield Candidate(Opens.EVERYBODY, what, held.document.ref, patch)


def scope_candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """Scopes that a ceiling does not have, and defaults that a grant does not have."""
    mapping = trail.mapped.mapping if trail.mapped else None
    client = trail.client.client if trail.client else None
    for audience in named_audiences(trail, snapshot):
        asked = trail.question.scopes or ()
        if missing := [scope for scope in asked if scope not in audience.scopes]:
            body = snapshot.body(audience.document.ref) or {}
            what = f"let {_listed(missing)} exist at {audience.id}"
            yield Candidate(Opens.EVERYBODY, what, audience.document.ref, appending(body, "scopes", *missing))
        if client is not None and (missing := [scope for scope in asked if scope not in client.scopes]):
            yield from _one_more(snapshot, client, "scopes", *missing)
        if mapping is not None and snapshot.mapping(mapping.id) is not None:
            yield from _in_grant(mapping, audience, asked)


def _in_grant(mapping: Mapping, audience: Audience, asked: Sequence[str]) -> Iterator[Candidate]:
    for number, grant in enumerate(mapping.grants):
        if grant.audience != audience.id:
            continue
        if missing := [scope for scope in asked if scope not in grant.scopes]:
            patch = tuple(Operation("add", pointer(("grants", number, "scopes", "-")), scope) for scope in missing)
            what = f"grant {mapping.id} {_listed(missing)} at {audience.id}"
            yield Candidate(Opens.ONE_VALUE, what, mapping.document.ref, patch)
        if not asked and not grant.default_scopes:
            yield from _defaults(mapping, number, grant)


def _defaults(mapping: Mapping, number: int, grant: Grant) -> Iterator[Candidate]:
    for scope in grant.scopes[:FEW]:
        patch = (Operation("add", pointer(("grants", number, "default_scopes")), [scope]),)
        what = f"let {scope} be what {mapping.id} gets at {grant.audience} when a request names no scope"
        yield Candidate(Opens.DEFAULT, what, mapping.document.ref, patch)


def detail_candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """Types of authorization details that a grant does not have."""
    mapping = trail.mapped.mapping if trail.mapped else None
    if mapping is None or snapshot.mapping(mapping.id) is None:
        return
    named = {audience.id for audience in named_audiences(trail, snapshot)}
    asked = {str(detail.get("type")) for detail in trail.question.authorization_details}
    body = snapshot.body(mapping.document.ref) or {}
    for number, grant in enumerate(mapping.grants):
        missing = sorted(asked - set(grant.authorization_details))
        if grant.audience in named and missing:
            patch = _in_list(body, number, "authorization_details", missing)
            what = f"grant {mapping.id} details of type {_listed(missing)} at {grant.audience}"
            yield Candidate(Opens.ONE_VALUE, what, mapping.document.ref, patch)


def _in_list(body: JsonObject, number: int, key: str, values: Sequence[Json]) -> tuple[Operation, ...]:
    grants = body.get("grants")
    there = isinstance(grants, list) and isinstance(grants[number], dict) and key in grants[number]
    if not there:
        return (Operation("add", pointer(("grants", number, key)), list(values)),)
    return tuple(Operation("add", pointer(("grants", number, key, "-")), value) for value in values)


def client_candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """A client that is disabled, or has not this grant type."""
    client = snapshot.client(trail.question.client) if trail.question.client else None
    if client is None:
        return
    if not client.enabled:
        yield enabling(client.document.ref, snapshot.body(client.document.ref) or {})
    wanted = "client-credentials" if trail.question.subject is None else "token-exchange"
    if wanted not in client.grants:
        yield from _one_more(snapshot, client, "grants", wanted)


def _one_more(snapshot: Snapshot, client: Client, key: str, *values: str) -> Iterator[Candidate]:
    body = snapshot.body(client.document.ref)
    if body is not None:
        patch = appending(body, key, *values)
        yield Candidate(Opens.ONE_VALUE, f"let client {client.id} have {_listed(values)}", client.document.ref, patch)


def _listed(values: Json | Sequence[str]) -> str:
    return " and ".join(map(str, values)) if isinstance(values, list | tuple) else str(values)
