"""A sentence for each step that was taken, and for each that was not."""

from federation.insight.explain.decision import Trail
from federation.oauth.steps import Step


def words_for(step: Step, trail: Trail, *, taken: bool) -> str:
    """For people. What was refused has the refusal's own words."""
    if not taken:
        return _UNASKED.get(step, "not reached") if trail.refusal is None else "not reached"
    return _of_parties(step, trail) or _of_token(step, trail) or _ELSE.get(step, "within the ceilings")


def _of_parties(step: Step, trail: Trail) -> str | None:
    if step is Step.CLIENT:
        return f"client {trail.question.client}" if trail.question.client else "no registered client"
    if step is Step.ISSUER and trail.selected:
        return f"issuer {trail.selected.issuer.id}; signature {trail.signature or trail.selected.signature}"
    if step is Step.MAPPING and trail.mapped:
        return f"mapping {trail.mapped.mapping.id} makes it {trail.mapped.principal}"
    if step is Step.ACTOR and trail.acting:
        return f"{trail.acting.mapped.principal} acts, by mapping {trail.acting.mapped.mapping.id}"
    return None


def _of_token(step: Step, trail: Trail) -> str | None:
    terms = trail.terms
    if step is Step.POLICY:
        names = sorted({name for asked in trail.asked for name in asked.decision.determined_by})
        return f"permitted by {', '.join(names)}"
    if step is Step.SCOPES and terms:
        return " ".join(terms.scopes)
    if step is Step.LIFETIME and terms:
        return f"{terms.lifetime} seconds"
    return None


_UNASKED: dict[Step, str] = {
    Step.ISSUER: "a client asks for itself",
    Step.CLAIMS: "a client asks for itself",
    Step.MAPPING: "a client asks for itself",
    Step.ACTOR: "nobody acts",
    Step.DETAILS: "no authorization details asked for",
    Step.REVOCATIONS: "not looked at",
}
_ELSE: dict[Step, str] = {
    Step.CLAIMS: "valid now, and of the form that the provider documents",
    Step.TARGETS: "granted",
    Step.OBLIGATIONS: "met",
    Step.REVOCATIONS: "nothing that it rests on is revoked",
}
