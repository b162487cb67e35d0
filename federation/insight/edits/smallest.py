"""The smallest edit that would allow a request: every candidate is tried out by the same decision, on a copy.

What comes first opens least. Nothing is suggested that a write would refuse, that a second admin would have to confirm,
or that lets in another identity; and no policy is ever taken out of the way as a whole.
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from federation.insight.edits.grants import (
    client_candidates,
    detail_candidates,
    scope_candidates,
    target_candidates,
    wanted_grants,
)
from federation.insight.edits.mapping import actor_candidate, enabling, mapping_candidates
from federation.insight.edits.others import lets_in_others
from federation.insight.edits.patch import Candidate, Edit, Opens, Suggestion, appending, may_be_written, patched
from federation.insight.edits.policy import exceptions
from federation.insight.edits.request import request_candidates
from federation.insight.explain.decision import Decisions, Trail
from federation.insight.explain.facts import named_audiences
from federation.insight.explain.question import Question
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.confirmation import ADMIN_AUDIENCE
from federation.oauth.reasons import Reason
from federation.oauth.steps import Step, step_of

MAX_SUGGESTIONS = 5
MAX_FIRST_EDITS = 20
"""Candidates whose outcome is looked at for a second edit."""


class _Tried(Struct, frozen=True):
    edits: tuple[Edit, ...]
    decisions: Decisions
    trail: Trail


def smallest_edits(decisions: Decisions, trail: Trail) -> tuple[Suggestion, ...]:
    """What would allow a request that was refused, the narrowest first; five at most. `trail`: how it was refused."""
    if trail.refusal is None:
        return ()
    first = list(_tried(_Tried((), decisions, trail)))
    allowed = [one for one in first if _helps_nobody_else(one, decisions)]
    if not any(map(_changes_documents_alone, allowed)):
        further = [one for one in first if not one.trail.allowed]
        pairs = (then for one in further[:MAX_FIRST_EDITS] for then in _tried(one))
        # Where the caller can help itself, two edits are of use only to an admin.
        wanted = (pair for pair in pairs if not allowed or _changes_documents_alone(pair))
        allowed += [pair for pair in wanted if _helps_nobody_else(pair, decisions)]
    suggestions = {_names(one.edits): Suggestion(one.edits) for one in allowed}
    ordered = sorted(suggestions.values(), key=lambda one: (one.opens, [edit.description for edit in one.edits]))
    return tuple(ordered[:MAX_SUGGESTIONS])


def _helps_nobody_else(tried: _Tried, before: Decisions) -> bool:
    """Allowed, and no identity that was refused is let in but the one that asks."""
    return tried.trail.allowed and (
        tried.decisions is before or not lets_in_others(before, tried.decisions, tried.trail)
    )


def _changes_documents_alone(tried: _Tried) -> bool:
    return all(edit.document_after is not None for edit in tried.edits)


def _names(edits: tuple[Edit, ...]) -> frozenset[str]:
    return frozenset(edit.description for edit in edits)


def _tried(so_far: _Tried) -> Iterator[_Tried]:
    """What comes of each candidate that may be written at all."""
    snapshot = so_far.decisions.snapshot
    for candidate in sorted(_candidates(so_far.trail, snapshot), key=lambda one: one.opens):
        if candidate.request is not None:
            edit = Edit("Request", "", candidate.description, candidate.patch, None, candidate.opens)
            yield _then(so_far, edit, so_far.decisions, candidate.request)
        elif (after := _edited(snapshot, candidate)) is not None:
            edit = _document_edit(candidate, after)
            yield _then(so_far, edit, so_far.decisions.on(after), so_far.trail.question)


def _then(so_far: _Tried, edit: Edit, decisions: Decisions, question: Question) -> _Tried:
    return _Tried((*so_far.edits, edit), decisions, decisions.decide(question))


def _document_edit(candidate: Candidate, after: Snapshot) -> Edit:
    ref = candidate.ref
    body = after.body(ref) if ref else None
    kind, id_ = (ref.kind.value, ref.id) if ref else ("", "")
    return Edit(kind, id_, candidate.description, candidate.patch, body, candidate.opens)


def _edited(snapshot: Snapshot, candidate: Candidate) -> Snapshot | None:
    """None: the candidate does not fit the document, or must not be written."""
    ref = candidate.ref
    if ref is None:
        return None
    before = snapshot.body(ref) or {"kind": ref.kind.value, "id": ref.id}
    try:
        after = snapshot.with_body(patched(before, candidate.patch))
    except (KeyError, IndexError, TypeError):
        return None
    return after if may_be_written(snapshot, after, ref) else None


def _candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """Everything that may help at the step where it was refused."""
    if trail.refusal is None or _asks_for_trust_itself(trail, snapshot):
        return
    step = step_of(trail.refusal)
    yield from request_candidates(step, trail, snapshot)
    of_documents = _BY_STEP.get(step)
    yield from of_documents(trail, snapshot) if of_documents else ()


def _asks_for_trust_itself(trail: Trail, snapshot: Snapshot) -> bool:
    """Rights to edit trust are given by an admin who means it, never by a suggestion."""
    named = {audience.id for audience in named_audiences(trail, snapshot)}
    return ADMIN_AUDIENCE in named.union(trail.question.audiences)


def _issuer_candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    """An issuer that is disabled, or that does not take this `aud`."""
    claims = trail.unverified
    for issuer in snapshot.issuers():
        body = snapshot.body(issuer.document.ref) or {}
        named = trail.question.subject is not None and trail.question.subject.issuer == issuer.id
        if not named and issuer.issuer != claims.get("iss"):
            continue
        if not issuer.enabled:
            yield enabling(issuer.document.ref, body)
        aud = claims.get("aud")
        if trail.refusal and trail.refusal.reason is Reason.WRONG_AUDIENCE and isinstance(aud, str):
            ours = () if issuer.audiences else (trail.own_issuer,)
            patch = appending(body, "audiences", *ours, aud)
            what = f"let issuer {issuer.id} vouch with tokens that are meant for {aud[:64]}"
            yield Candidate(Opens.EVERYBODY, what, issuer.document.ref, patch)


def _mapping_candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    if trail.subject is not None and trail.subject.own is not None:
        yield from _behind_our_token(trail.subject.own.mapping, snapshot)
    elif trail.selected is not None:
        for wanted in wanted_grants(trail, snapshot) or (None,):
            yield from mapping_candidates(snapshot, trail.selected, wanted)


def _behind_our_token(id_: str, snapshot: Snapshot) -> Iterator[Candidate]:
    mapping = snapshot.mapping(id_)
    if mapping is not None and not mapping.enabled:
        yield enabling(mapping.document.ref, snapshot.body(mapping.document.ref) or {})


def _actor_candidates(trail: Trail, snapshot: Snapshot) -> Iterator[Candidate]:
    if trail.acting is None and trail.actor_selected is not None:
        yield from mapping_candidates(snapshot, trail.actor_selected, None)
    if trail.acting is not None and trail.mapped is not None:
        yield from actor_candidate(snapshot, trail.mapped.delegator.mapping, trail.acting.mapped.principal)


_BY_STEP: dict[Step, Callable[[Trail, Snapshot], Iterable[Candidate]]] = {
    Step.ISSUER: _issuer_candidates,
    Step.MAPPING: _mapping_candidates,
    Step.ACTOR: _actor_candidates,
    Step.CLIENT: client_candidates,
    Step.TARGETS: target_candidates,
    Step.SCOPES: scope_candidates,
    Step.DETAILS: detail_candidates,
    Step.POLICY: exceptions,
}
"""Which edits of documents may help where a request was refused."""
