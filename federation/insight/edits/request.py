"""What the caller itself could change: it opens nothing, so it comes first."""

from collections.abc import Iterator
from ipaddress import ip_network

from msgspec.structs import replace

from federation.insight.edits.patch import Candidate, Opens, Operation
from federation.insight.explain.decision import Trail
from federation.insight.explain.facts import named_audiences, target_at
from federation.insight.explain.question import Question
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json
from federation.model.nearest import close_names
from federation.oauth.steps import Step

SOMEBODY = "(somebody who may)"
FEW = 5


def request_candidates(step: Step, trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """Other requests by the same identity."""
    question = trail.question
    if step in (Step.TARGETS, Step.CLIENT):
        yield from _other_targets(trail, snapshot)
    if step in (Step.SCOPES, Step.OBLIGATIONS, Step.POLICY):
        yield from _fewer_scopes(trail, snapshot)
    if step in (Step.OBLIGATIONS, Step.POLICY):
        yield from _proofs(question)
        if question.approved_by is None:
            yield _asking("have it approved", "approved_by", SOMEBODY, replace(question, approved_by=SOMEBODY))
    if step is Step.POLICY:
        yield from _other_networks(question, snapshot)
    if step is Step.ISSUER:
        yield from _right_audience(trail, snapshot)


def _proofs(question: Question) -> Iterator[Candidate]:
    if question.proof != "dpop":
        yield _asking("send a DPoP proof", "proof", "dpop", replace(question, proof="dpop"))
    if question.proof != "mtls":
        yield _asking("connect with a client certificate", "proof", "mtls", replace(question, proof="mtls"))


def _fewer_scopes(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    question = trail.question
    targets = [target_at(trail, audience) for audience in named_audiences(trail, snapshot)]
    ceilings = [target.scopes if target else frozenset[str]() for target in targets]
    ceiling = sorted(frozenset.intersection(*ceilings)) if ceilings else []
    asked = tuple(scope for scope in question.scopes or () if scope in ceiling)
    fewer = [asked] if asked and asked != question.scopes else []
    singles = [(scope,) for scope in (asked or ceiling)[:FEW]]
    for scopes in dict.fromkeys([*fewer, *singles]):
        if scopes != question.scopes:
            text = " ".join(scopes)
            yield _asking(f"ask for {text} alone", "scope", text, replace(question, scopes=scopes))


def _other_targets(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    question = trail.question
    granted = [grant.audience for grant in trail.mapped.mapping.grants] if trail.mapped else []
    known = {audience.id for audience in snapshot.audiences()}
    if not question.audiences and not question.resources:
        likely = granted[:FEW]
    elif len(question.audiences) == 1 and question.audiences[0] not in known:
        likely = close_names(question.audiences[0], granted, FEW)
    else:
        likely = []
    for audience in likely:
        yield _asking(
            f"ask for audience {audience}", "audience", audience, question.at(audience, scopes=question.scopes)
        )


def _other_networks(question: Question, snapshot: Snapshot) -> Iterator[Candidate]:
    for zone in snapshot.policy_documents.zones:
        if zone.enabled and zone.cidrs:
            inside = str(ip_network(zone.cidrs[0])[0])
            yield _asking(f"call from zone {zone.id}", "source_ip", inside, replace(question, source_ip=inside))


def _right_audience(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """Bare claims alone can be had with another `aud`; of a token its issuer must be asked for another one."""
    subject = trail.question.subject
    if subject is None or subject.token is not None or "aud" not in subject.claims:
        return
    others = {name: value for name, value in subject.claims.items() if name != "aud"}
    if any(issuer.issuer == others.get("iss") for issuer in snapshot.issuers()):
        identity = replace(subject, claims=others)
        what = "ask the issuer for a token that is meant for this bridge alone"
        yield _asking(what, "subject_token", None, replace(trail.question, subject=identity))


def _asking(description: str, parameter: str, value: Json, request: Question) -> Candidate:
    return Candidate(Opens.NOTHING, description, None, (Operation("replace", f"/{parameter}", value),), request)
