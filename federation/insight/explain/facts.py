"""What each step of an explanation has to tell machines: who was found, what the ceilings are, which policies spoke."""

from collections.abc import Callable, Iterator

from federation.insight.explain.decision import Asked, Trail
from federation.insight.explain.near import near_facts, near_issuers, near_mappings
from federation.insight.explain.question import Selected
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.nearest import MAX_SHOWN
from federation.model.json import Json, JsonObject
from federation.model.policy import Obligations, Policy, strictest
from federation.model.trust import Audience, MappedPrincipal
from federation.oauth.steps import Step
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.filing import DEFAULT_POLICY
from federation.policy.cedar.slices import PolicySlices
from federation.policy.ceilings import Target, Way


def facts_of(step: Step, trail: Trail, snapshot: Snapshot) -> JsonObject:
    """The facts of a step that was taken, allowed or refused."""
    return _FACTS[step](trail, snapshot)


def _client(trail: Trail, _snapshot: Snapshot) -> JsonObject:
    client = trail.client.client if trail.client else None
    if client is None:
        return {"client": trail.question.client}
    return {
        "client": client.id,
        "audiences": list(client.audiences),
        "scopes": list(client.scopes),
        "grants": list(client.grants),
    }


def _issuer(trail: Trail, snapshot: Snapshot) -> JsonObject:
    selected = trail.selected
    if selected is None:
        iss = trail.unverified.get("iss")
        return {"iss": iss if isinstance(iss, str) else None, "near": near_issuers(snapshot.issuers(), iss)}
    return _selected(selected, trail.signature or selected.signature)


def _selected(selected: Selected, signature: str) -> JsonObject:
    issuer = selected.issuer
    return {
        "issuer": issuer.id,
        "version": issuer.version,
        "iss": issuer.issuer,
        "provider": issuer.provider,
        "tenant": issuer.tenant,
        "signature": signature,
    }


def _claims(trail: Trail, _snapshot: Snapshot) -> JsonObject:
    selected, subject = trail.selected, trail.subject
    return {
        "assumed": list(selected.assumed) if selected else [],
        "unaccounted": list(subject.unaccounted) if subject else [],
    }


def _mapping(trail: Trail, snapshot: Snapshot) -> JsonObject:
    near = near_facts(near_mappings(snapshot, trail.selected)) if trail.selected and not _own(trail) else []
    if trail.mapped is None:
        return {"near": near}
    others = [one for one in near if isinstance(one, dict) and one["mapping"] != trail.mapped.mapping.id]
    return {**_mapped(trail.mapped), "near": others}


def _own(trail: Trail) -> bool:
    return trail.subject is not None and trail.subject.own is not None


def _mapped(mapped: MappedPrincipal) -> JsonObject:
    return {
        "mapping": mapped.mapping.id,
        "version": mapped.mapping.version,
        "principal": mapped.principal,
        "tenant": mapped.issuer.tenant,
        "attributes": dict(mapped.attributes),
        "matched": {path: _shown(value) for path, value in mapped.decided_by},
    }


def _shown(value: Json) -> Json:
    return value[:MAX_SHOWN] if isinstance(value, str) else value


def _actor(trail: Trail, snapshot: Snapshot) -> JsonObject:
    may_act = list(trail.mapped.delegator.mapping.may_act) if trail.mapped else []
    if trail.acting is None:
        near = near_mappings(snapshot, trail.actor_selected) if trail.actor_selected else []
        return {"may_act": may_act, "near": near_facts(near)}
    return {**_mapped(trail.acting.mapped), "may_act": may_act}


def named_audiences(trail: Trail, snapshot: Snapshot) -> tuple[Audience, ...]:
    """The audiences that the request names, as far as there are any of those names."""
    asked = trail.question
    return tuple(one for one in snapshot.audiences() if one.id in asked.audiences or one.resource in asked.resources)


def _targets(trail: Trail, snapshot: Snapshot) -> JsonObject:
    mapping = trail.mapped.mapping if trail.mapped else None
    granted = [grant.audience for grant in mapping.grants] if mapping else []
    return {"targets": [_target(one) for one in named_audiences(trail, snapshot)], "granted": granted}


def _target(audience: Audience) -> JsonObject:
    return {
        "audience": audience.id,
        "version": audience.version,
        "environment": audience.environment,
        "tenant": audience.tenant,
        "enabled": audience.enabled,
        "token_format": audience.token_format,
        "token_typ": audience.token_typ,
        "sender_constraint": audience.sender_constraint,
    }


def _scopes(trail: Trail, snapshot: Snapshot) -> JsonObject:
    asked = trail.question.scopes
    return {
        "asked": None if asked is None else list(asked),
        "ceilings": list(_ceilings(trail, snapshot)),
    }


def target_at(trail: Trail, audience: Audience) -> Target | None:
    """The most that may be had there; None: nothing, or its owner is unknown."""
    mapped = trail.mapped
    if mapped is None:
        return None
    people = (mapped, mapped.current_actor, trail.acting.mapped if trail.acting else None)
    issuers = tuple(one.issuer for one in people if one is not None)
    return Way(audience, mapped.mapping, issuers, trail.client.client if trail.client else None).target


def _ceilings(trail: Trail, snapshot: Snapshot) -> Iterator[JsonObject]:
    client = trail.client.client if trail.client else None
    grants = trail.mapped.mapping.grants if trail.mapped else ()
    for audience in named_audiences(trail, snapshot):
        grant = next((one for one in grants if one.audience == audience.id), None)
        granted, target = list(grant.scopes if grant else ()), target_at(trail, audience)
        yield {
            "audience": audience.id,
            "mapping": list[Json](granted),
            "client": list(client.scopes) if client else None,
            "exist": list(audience.scopes),
            "ceiling": [scope for scope in granted if target and scope in target.scopes],
            "default": list(grant.default_scopes) if grant else [],
        }


def _details(trail: Trail, snapshot: Snapshot) -> JsonObject:
    mapping = trail.mapped.mapping if trail.mapped else None
    names = [one.id for one in named_audiences(trail, snapshot)]
    grants = [grant for grant in mapping.grants if grant.audience in names] if mapping else []
    return {
        "asked": [str(detail.get("type")) for detail in trail.question.authorization_details],
        "granted": {grant.audience: list(grant.authorization_details) for grant in grants},
    }


def _policy(trail: Trail, snapshot: Snapshot) -> JsonObject:
    return {"decisions": [_decision(asked, snapshot) for asked in trail.asked]}


def _decision(asked: Asked, snapshot: Snapshot) -> JsonObject:
    effect = "permit" if asked.decision.allowed else "forbid"
    return {
        "audience": asked.request.audience.id,
        "action": asked.request.action,
        "allowed": asked.decision.allowed,
        "problem": asked.decision.problem,
        "zone": asked.request.context.network.zone,
        "policies": [_spoke(name, effect, asked, snapshot) for name in asked.decision.determined_by],
    }


def _spoke(name: str, effect: str, asked: Asked, snapshot: Snapshot) -> JsonObject:
    documents = snapshot.policy_documents.policies
    policy = next((one for one in documents if one.id == name), DEFAULT_POLICY)
    return {
        "policy": policy.id,
        "version": policy.version,
        "effect": effect,
        "obligations": obligations_json(obligations_of(policy, asked) if asked.decision.allowed else Obligations()),
    }


def obligations_of(policy: Policy, asked: Asked) -> Obligations:
    """What the document by itself ties the permission to."""
    return CedarEngine().decide(asked.request, PolicySlices((policy,))).obligations


def obligations_json(obligations: Obligations) -> JsonObject:
    """Only those that there are."""
    there: dict[str, Json] = {
        "max_ttl": obligations.max_ttl,
        "max_scopes": obligations.max_scopes,
        "require_proof": list(obligations.require_proof) or None,
        "require_approval": list(obligations.require_approval) or None,
    }
    return {name: value for name, value in there.items() if value is not None}


def _obligations(trail: Trail, _snapshot: Snapshot) -> JsonObject:
    allowed = [asked.decision.obligations for asked in trail.asked if asked.decision.allowed]
    return {**obligations_json(strictest(*allowed)), "proof": trail.question.proof}


def _lifetime(trail: Trail, snapshot: Snapshot) -> JsonObject:
    names = named_audiences(trail, snapshot)
    mapping = trail.mapped.mapping if trail.mapped else None
    grants = {grant.audience: grant.max_ttl for grant in mapping.grants} if mapping else {}
    return {
        "subject_expires_at": trail.subject.expires_at if trail.subject else None,
        "actor_expires_at": trail.actor.expires_at if trail.actor else None,
        "audiences": {one.id: one.max_ttl for one in names},
        "grants": {one.id: grants.get(one.id) for one in names},
        "policy": strictest(*(asked.decision.obligations for asked in trail.asked)).max_ttl,
        "expires_at": trail.terms.expires_at if trail.terms else None,
    }


def _revocations(trail: Trail, _snapshot: Snapshot) -> JsonObject:
    """Whatever stands under a name of the request, also what spares tokens that were issued since."""
    found = sorted((trail.question.revoked or {}).values(), key=lambda one: (one.key.what, one.key.value))
    return {"revoked": [{"what": one.key.what, "value": one.key.value, "at": one.revoked_at} for one in found]}


_FACTS: dict[Step, Callable[[Trail, Snapshot], JsonObject]] = {
    Step.CLIENT: _client,
    Step.ISSUER: _issuer,
    Step.CLAIMS: _claims,
    Step.MAPPING: _mapping,
    Step.ACTOR: _actor,
    Step.TARGETS: _targets,
    Step.SCOPES: _scopes,
    Step.DETAILS: _details,
    Step.POLICY: _policy,
    Step.OBLIGATIONS: _obligations,
    Step.LIFETIME: _lifetime,
    Step.REVOCATIONS: _revocations,
}
