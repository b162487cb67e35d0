"""Why a request is allowed or refused, step by step: a pure function of documents and question (issue 4, item 7).

The decision is THE decision: the token path's own mapper, authorizer and policies make it, on a snapshot of the
documents. Here it is only told. Nothing is minted, fetched or written, and no token's text is kept.
"""

from msgspec.structs import replace

from federation.insight.edits.policy import obstacles
from federation.insight.edits.smallest import smallest_edits
from federation.insight.explain.decision import Decisions, Trail
from federation.insight.explain.facts import facts_of
from federation.insight.explain.question import Question
from federation.insight.explain.steps import ORDER, Decided, ExplainedStep, Explanation, Refusal
from federation.insight.explain.words import words_for, words_of_refusal
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.authorization import TokenTerms
from federation.model.binding import kind_of
from federation.oauth.errors import OAuthError
from federation.oauth.steps import Step, step_of


def explain(snapshot: Snapshot, question: Question, own_issuer: str) -> Explanation:
    """How the request comes out, and why. `own_issuer`: our URL. Never raises an OAuthError."""
    decisions = Decisions(snapshot, own_issuer)
    trail = decisions.decide(question)
    suggestions, stand_in_the_way = smallest_edits(decisions, trail), obstacles(trail, snapshot)
    return replace(told(trail, snapshot), suggestions=suggestions, obstacles=stand_in_the_way)


def told(trail: Trail, snapshot: Snapshot) -> Explanation:
    """What became of a decision, in words and facts."""
    refusal = None if trail.refusal is None else _refusal(trail.refusal)
    undecided = _undecided(trail)
    return Explanation(
        allowed=trail.allowed and undecided is None,
        steps=tuple(_step(name, trail, refusal, snapshot) for name in ORDER),
        decision=None if trail.terms is None else _decided(trail.terms),
        refusal=refusal,
        undecided=undecided,
    )


def _undecided(trail: Trail) -> str | None:
    """A token's signature is checked by keys that stand in its Issuer document, and no others are fetched for this."""
    if not trail.allowed or not (unchecked := trail.unchecked):
        return None
    names = " and ".join(unchecked)
    return f"the signature of {names} was not checked: nothing is fetched to explain, and its keys are elsewhere"


def _refusal(error: OAuthError) -> Refusal:
    return Refusal(error.error, error.reason.value, error.reason.advice, error.detail, step_of(error))


def _step(name: Step, trail: Trail, refusal: Refusal | None, snapshot: Snapshot) -> ExplainedStep:
    if refusal is not None and refusal.step == name:
        return ExplainedStep(name, "refused", words_of_refusal(refusal, trail), facts_of(name, trail, snapshot))
    if not _was_taken(name, trail, refusal):
        return ExplainedStep(name, "skipped", words_for(name, trail, taken=False))
    return ExplainedStep(name, "ok", words_for(name, trail, taken=True), facts_of(name, trail, snapshot))


def _was_taken(name: Step, trail: Trail, refusal: Refusal | None) -> bool:
    if name in ("issuer", "claims", "mapping") and trail.question.subject is None:
        return False
    if name == "actor" and trail.question.actor is None:
        return False
    if name == "details" and not trail.question.authorization_details:
        return False
    if name == "revocations" and trail.question.revoked is None:
        return False
    return refusal is None or ORDER.index(name) < ORDER.index(refusal.step)


def _decided(terms: TokenTerms) -> Decided:
    return Decided(
        principal=terms.principal,
        tenant=terms.tenant,
        client_id=terms.client_id,
        audiences=terms.audiences,
        scopes=terms.scopes,
        expires_at=terms.expires_at,
        lifetime=terms.lifetime,
        environment=terms.environment,
        act=terms.act,
        context=dict(terms.context),
        binding=None if terms.binding is None else kind_of(terms.binding),
        authorization_details=terms.authorization_details,
        opaque=terms.opaque,
        policies=terms.policies,
    )
