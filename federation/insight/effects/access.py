"""What an identity could get, at each audience that its mapping grants: by the same decision as everywhere."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from federation.insight.explain.decision import Decisions, Trail
from federation.insight.explain.question import Question
from federation.model.authorization import TokenTerms
from federation.oauth.errors import AuthorizationPending
from federation.oauth.reasons import Reason

SOMEBODY = "(somebody who may)"
MAX_NEEDS = 3
"""Things to bring that are found one after the other."""


class Right(Struct, frozen=True):
    """Somebody may have that scope there."""

    principal: str
    tenant: str | None
    audience: str
    scope: str


class Terms(Struct, frozen=True):
    """How. Seconds."""

    lifetime: int
    needs: tuple[str, ...]
    """`approval`, `dpop`, `mtls`: what must be brought."""


class Access(Struct, frozen=True):
    """What an identity can get, and by which rule."""

    mapping: str | None
    """Id; None: no rule fits."""
    rights: dict[Right, Terms]


def access_of(decisions: Decisions, question: Question) -> Access:
    """Everything that the identity of the question can get under its circumstances."""
    mapped = decisions.decide(question).mapped
    found: dict[Right, Terms] = {}
    for grant in mapped.mapping.grants if mapped else ():
        found.update(rights_at(decisions, question, grant.audience, grant.scopes))
    return Access(mapped.mapping.id if mapped else None, found)


def rights_at(
    decisions: Decisions, question: Question, audience: str, scopes: tuple[str, ...]
) -> Iterator[tuple[Right, Terms]]:
    """All scopes at once where that is allowed, as it mostly is; else each by itself."""
    everything = _allowed(decisions, question.at(audience, scopes=scopes))
    if everything is not None:
        yield from _rights(everything, audience)
        return
    for scope in scopes if len(scopes) > 1 else ():
        alone = _allowed(decisions, question.at(audience, scopes=(scope,)))
        if alone is not None:
            yield from _rights(alone, audience)


def _rights(allowed: tuple[TokenTerms, tuple[str, ...]], audience: str) -> Iterator[tuple[Right, Terms]]:
    terms, needs = allowed
    for scope in terms.scopes:
        yield Right(terms.principal, terms.tenant, audience, scope), Terms(terms.lifetime, needs)


def _allowed(decisions: Decisions, question: Question) -> tuple[TokenTerms, tuple[str, ...]] | None:
    """With what must be brought for it, which is found out by bringing it."""
    needs: list[str] = []
    for _ in range(MAX_NEEDS + 1):
        trail = decisions.decide(question)
        if trail.terms is not None:
            return trail.terms, tuple(needs)
        brought = _bringing(trail, question)
        if brought is None or brought[0] in needs:
            return None
        needs.append(brought[0])
        question = brought[1]
    return None


def _bringing(trail: Trail, question: Question) -> tuple[str, Question] | None:
    refusal = trail.refusal
    if isinstance(refusal, AuthorizationPending):
        return "approval", replace(question, approved_by=SOMEBODY)
    if refusal is not None and refusal.reason is Reason.PROOF_REQUIRED:
        kind = "mtls" if question.proof == "dpop" else "dpop"
        return kind, replace(question, proof="mtls" if kind == "mtls" else "dpop")
    return None
