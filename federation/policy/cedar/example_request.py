"""An example of a policy document -> the request that it stands for. What it leaves out is neutral.

    {principal: partner/acme/sync, audience: risk-engine, context: {network: {zone: home}}, expect: deny}

Neutral: an exchange for no scope, without client, actor, proof, approval, risk, claims and zone, from 0.0.0.0, with a
token that is a minute old, on Wednesday 2027-01-13 at noon UTC, by an identity of the audience's tenant. An address
without a zone is in the zone that has it.
"""

from collections.abc import Mapping as ReadOnly
from typing import cast

from msgspec.structs import replace

from federation.model.json import Json
from federation.model.policy import (
    Circumstances,
    DecisionRequest,
    Network,
    Party,
    Place,
    PolicyAction,
    Proof,
    RegisteredClient,
    Risk,
)
from federation.policy.cedar.example_values import (
    BadExample,
    Part,
    approval,
    details,
    duration,
    json_object,
    moment,
    score,
    text,
    text_or_null,
    texts,
    texts_by_name,
    word_of,
)
from federation.policy.cedar.zones import NO_ZONES, ZoneTable

NOON = 1_799_841_600
"""Wednesday 2027-01-13T12:00:00Z."""
A_MINUTE = 60

_EXAMPLE = (
    *("principal", "audience", "expect", "obligations", "action", "scopes"),
    *("tenant", "issuer", "attributes", "environment", "audience_tenant", "context", "authorization_details"),
)
_CONTEXT = (
    *("scopes", "network", "now", "token_age", "client", "actor", "chain"),
    *("proof", "risk", "approval", "claims", "attestation", "authorization_details"),
)


def read_example(example: Json, places: ReadOnly[str, Place], zones: ZoneTable = NO_ZONES) -> DecisionRequest:
    """Raises BadExample. `places`: the audiences that are known, by id; `zones`: the networks that are."""
    part = Part(example, "", _EXAMPLE)
    place = _place(part, places)
    tenant = part.read("tenant", text_or_null, place.tenant)
    principal = Party(
        id=part.required("principal", text),
        issuer=part.read("issuer", text, "example"),
        tenant=tenant,
        attributes=part.read("attributes", texts_by_name, {}),
    )
    action = cast("PolicyAction", part.read("action", word_of("exchange", "delegate", "impersonate"), "exchange"))
    scopes = part.read("scopes", texts, tuple[str, ...]())
    context = _context(part.inner("context", _CONTEXT), scopes, tenant, zones)
    asked = part.read("authorization_details", details, context.authorization_details)
    return DecisionRequest(principal, action, place, replace(context, authorization_details=asked))


def _place(part: Part, places: ReadOnly[str, Place]) -> Place:
    """The audience as it is known; what the example says about it comes first."""
    audience = part.required("audience", text)
    if audience not in places and "environment" not in part:
        raise BadExample("audience", "no such Audience document here; write its environment beside it")
    known = places.get(audience, Place(audience))
    return Place(
        id=audience,
        environment=part.read("environment", text_or_null, known.environment),
        tenant=part.read("audience_tenant", text_or_null, known.tenant),
    )


def _context(part: Part, scopes: tuple[str, ...], tenant: str | None, zones: ZoneTable) -> Circumstances:
    risk = part.inner("risk", ("principal", "issuer", "client"))
    actor, client = part.read("actor", text_or_null, None), part.read("client", text_or_null, None)
    return Circumstances(
        network=_network(part.inner("network", ("ip", "zone")), zones),
        now=part.read("now", moment, NOON),
        token_age=part.read("token_age", duration, A_MINUTE),
        scopes=part.read("scopes", texts, scopes),
        client=RegisteredClient(client, tenant) if client else None,
        actor=Party(actor, "example", tenant) if actor else None,
        chain=part.read("chain", texts, (actor,) if actor else ()),
        proof=cast("Proof", part.read("proof", word_of("none", "dpop", "mtls"), "none")),
        risk=Risk(*(risk.read(whose, score, 0) for whose in ("principal", "issuer", "client"))),
        approval=part.read("approval", approval, None),
        claims=part.read("claims", json_object, {}),
        attestation=part.read("attestation", json_object, {}),
        authorization_details=part.read("authorization_details", details, ()),
    )


def _network(part: Part, zones: ZoneTable) -> Network:
    ip = part.read("ip", text, "0.0.0.0")  # noqa: S104  (nobody's: in no zone)
    return Network(ip, part.read("zone", text_or_null, zones.zone_of(ip) if "ip" in part else None))
