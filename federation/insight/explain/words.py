"""A sentence for each step that was taken, and for each that was not."""

from federation.insight.explain.decision import Trail
from federation.insight.explain.steps import StepName


def words_for(step: StepName, trail: Trail, *, taken: bool) -> str:
    """For people. What was refused has the refusal's own words."""
    if not taken:
        return _UNASKED.get(step, "not reached") if trail.refusal is None else "not reached"
    return _of_parties(step, trail) or _of_token(step, trail) or _ELSE.get(step, "within the ceilings")


def _of_parties(step: StepName, trail: Trail) -> str | None:
    if step == "client":
        return f"client {trail.question.client}" if trail.question.client else "no registered client"
    if step == "issuer" and trail.selected:
        return f"issuer {trail.selected.issuer.id}; signature {trail.signature or trail.selected.signature}"
    if step == "mapping" and trail.mapped:
        return f"mapping {trail.mapped.mapping.id} makes it {trail.mapped.principal}"
    if step == "actor" and trail.acting:
        return f"{trail.acting.mapped.principal} acts, by mapping {trail.acting.mapped.mapping.id}"
    return None


def _of_token(step: StepName, trail: Trail) -> str | None:
    authorization = trail.authorization
    if step == "policy":
        names = sorted({name for asked in trail.asked for name in asked.decision.determined_by})
        return f"permitted by {', '.join(names)}"
    if step == "scopes" and authorization:
        return " ".join(authorization.scopes)
    if step == "lifetime" and authorization:
        return f"{authorization.lifetime} seconds"
    return None


_UNASKED: dict[StepName, str] = {
    "issuer": "a client asks for itself",
    "claims": "a client asks for itself",
    "mapping": "a client asks for itself",
    "actor": "nobody acts",
    "details": "no authorization details asked for",
    "revocations": "not looked at",
}
_ELSE: dict[StepName, str] = {
    "claims": "valid now, and of the form that the provider documents",
    "targets": "granted",
    "obligations": "met",
    "revocations": "nothing that it rests on is revoked",
}
