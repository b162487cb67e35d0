"""What an identity could get, and the identities that the audit trail remembers."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from typing import ClassVar, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from federation.insight.explain.decision import Decisions, Trail
from federation.insight.explain.question import ANY_ADDRESS, Identity, Question
from federation.model.authorization import TokenTerms
from federation.model.client_credentials import CLIENT_ISSUER
from federation.model.json import Claims, Json, JsonObject
from federation.oauth.errors import AuthorizationPending
from federation.oauth.reasons import Reason
from federation.value import Redacted
from federation.verification.own_tokens import SELF


class ObservedExchange(Redacted, Struct, frozen=True):
    """Who asked for what, and from where."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims", "actor_claims"})

    issuer: str
    """Id of the Issuer document that vouched for the subject."""
    claims: Claims
    """Those that identify it."""
    audiences: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    ip: str = ANY_ADDRESS
    client: str | None = None
    actor_issuer: str | None = None
    actor_claims: Claims = field(default_factory=dict[str, Json])
    tenant: str | None = None
    """Of the subject, as it was then: an id may name another tenant's Issuer by now."""

    def question(self, now: int) -> Question:
        """The same identity, asking again for nothing in particular."""
        actor = None if self.actor_issuer is None else _identity(self.actor_issuer, self.actor_claims)
        subject = None if self.issuer == CLIENT_ISSUER else _identity(self.issuer, self.claims)
        return Question(subject, now, actor, client=self.client, source_ip=self.ip)


class ObservedIdentities(Protocol):
    """The audit trail, as the planner of an edit asks it."""

    def recent(self, days: int) -> Iterable[ObservedExchange]:
        """Exchanges of the last days, allowed and refused; the same one may come several times."""
        ...


def observed(record: JsonObject) -> ObservedExchange | None:
    """What an audit record says of it; None: no identity was proven, or the record is older than its claims."""
    issuer, claims = record.get("issuer"), record.get("claims")
    if not isinstance(issuer, str) or not isinstance(claims, ReadOnly) or not claims:
        return None
    actor, actor_claims = record.get("actor_issuer"), record.get("actor_claims")
    return ObservedExchange(
        issuer=issuer,
        claims=claims,
        audiences=_texts(record.get("audience") or record.get("requested_audience")),
        scopes=_texts(record.get("scope") or record.get("requested_scope")),
        ip=str(record.get("source_ip") or ANY_ADDRESS),
        client=str(record["client_id"]) if "client_method" in record and "client_id" in record else None,
        actor_issuer=actor if isinstance(actor, str) and isinstance(actor_claims, ReadOnly) else None,
        actor_claims=actor_claims if isinstance(actor_claims, ReadOnly) else {},
        tenant=str(record["tenant"]) if record.get("tenant") else None,
    )


def _identity(issuer: str, claims: Claims) -> Identity:
    """One of our own tokens says by itself whose it is."""
    return Identity(claims, issuer=None if issuer == SELF else issuer)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


SOMEBODY = "(somebody who may)"
MAX_NEEDS = 3
"""Things to bring that are found one after the other."""


class Right(Struct, frozen=True):
    """That scope may be had there."""

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
