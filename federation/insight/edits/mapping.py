"""Edits by which an identity that fits no mapping would fit one, the nearest first."""

import re
from collections.abc import Iterator

from federation.documents.source import pointer
from federation.insight.edits.patch import Candidate, Opens, Operation, appending, setting
from federation.insight.explain.near import near_mappings
from federation.insight.explain.question import Selected
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import MAX_EXACT, Miss, is_glob, lookup, parse_path, selectors_of, value_matches
from federation.model.confirmation import is_pending
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind, Mapping, MatchValue, Selector
from federation.verification.providers import provider_named

MAX_LINES = 2
"""Lines of a mapping that one edit changes; where more differ, another identity is meant."""
MAX_CHANGED = 2
"""Of the nearest mappings, so that there is room for other suggestions."""

_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.")
"""How every JWT begins: the base64url of `{"`."""
_UNFIT_FOR_ID = re.compile(r"[^a-z0-9-]+")


def mapping_candidates(snapshot: Snapshot, selected: Selected, wanted: JsonObject | None) -> Iterator[Candidate]:
    """`wanted`: the grant that a new mapping would have; None: its purpose is unknown."""
    near = near_mappings(snapshot, selected)
    for number, (mapping, missed) in enumerate(near):
        body = snapshot.body(mapping.document.ref) or {}
        if not missed and not mapping.enabled and not is_pending(body):
            yield enabling(mapping.document.ref, body)
        elif 0 < len(missed) <= MAX_LINES and mapping.enabled and number < MAX_CHANGED:
            yield from _changed_lines(mapping, missed, body)
    if wanted is not None:
        yield from _new_mapping(snapshot, selected, near[0][0] if near else None, wanted)


def enabling(ref: DocumentRef, body: JsonObject) -> Candidate:
    """A disabled document holds again."""
    return Candidate(Opens.A_DOCUMENT, f"enable {ref.kind} {ref.id}", ref, (setting(body, "enabled", value=True),))


def _changed_lines(mapping: Mapping, missed: tuple[Miss, ...], body: JsonObject) -> Iterator[Candidate]:
    ref, match = mapping.document.ref, body.get("match")
    known = [miss.got for miss in missed if miss.got is not None]
    if not isinstance(match, dict) or not all(map(can_stand_in_a_line, known)):
        return
    if len(known) == len(missed):
        patch = tuple(_line(match, miss.path, miss.got) for miss in missed)
        lines = ", ".join(f"{miss.path}: {miss.got}" for miss in missed)
        yield Candidate(Opens.ONE_VALUE, f"let {ref.id} match {lines}, and no longer what it matches now", ref, patch)


def can_stand_in_a_line(value: Json) -> bool:
    """What identifies the caller: never a text that could be a token, which a suggestion would spread."""
    if isinstance(value, bool | int):
        return True
    plain = isinstance(value, str) and 0 < len(value) <= MAX_EXACT and not is_glob(value)
    return plain and not _JWT.match(str(value))


def _line(match: JsonObject, path: str, value: Json) -> Operation:
    return Operation("replace" if path in match else "add", pointer(("match", path)), value)


def _new_mapping(
    snapshot: Snapshot, selected: Selected, like: Mapping | None, wanted: JsonObject
) -> Iterator[Candidate]:
    """For this identity alone, by the most selective claim that it has, with nothing but what was asked for."""
    selectors = selectors_of(selected.claims, provider_named(selected.issuer.provider).table.selectors)
    for selector in filter(_identifies, selectors):
        id_ = _free_id(snapshot, f"{selected.issuer.id}-{selector.value}")
        namespace = like.principal.split("/")[0] if like else "workload"
        named = like.match if like else ()
        lines = {path: value for path, value in named if path != selector.claim and not is_glob(value)}
        body: dict[str, Json] = {
            "kind": Kind.MAPPING.value,
            "id": id_,
            "issuer": selected.issuer.id,
            "match": {selector.claim: selector.value, **_holding(lines, selected)},
            "principal": f"{namespace}/{selected.issuer.id}/{id_}",
            "grants": [dict(wanted)],
        }
        yield Candidate(
            Opens.AN_IDENTITY,
            f"a mapping of its own for {selector.claim} {selector.value}",
            DocumentRef(Kind.MAPPING, id_),
            (Operation("add", "", body),),
        )


def _identifies(selector: Selector) -> bool:
    return can_stand_in_a_line(selector.value)


def _holding(lines: dict[str, MatchValue], selected: Selected) -> dict[str, Json]:
    """The nearest mapping's other lines, as far as they hold for this identity: the new one is as narrow."""
    return {path: value for path, value in lines.items() if _holds(path, value, selected)}


def _holds(path: str, value: MatchValue, selected: Selected) -> bool:
    try:
        return value_matches(value, lookup(selected.claims, parse_path(path)))
    except ValueError:  # a path that no write lets through
        return False


def _free_id(snapshot: Snapshot, text: str) -> str:
    wanted = _UNFIT_FOR_ID.sub("-", text.lower()).strip("-")[:56] or "new"
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, 100)))
    return next(name for name in names if DocumentRef(Kind.MAPPING, name) not in snapshot.documents)


def actor_candidate(snapshot: Snapshot, current_actor: Mapping, actor: str) -> Iterator[Candidate]:
    """The one actor, by its name."""
    body = snapshot.body(current_actor.document.ref)
    if body is not None:
        patch = appending(body, "may_act", actor)
        yield Candidate(Opens.ONE_VALUE, f"let {actor} act for {current_actor.id}", current_actor.document.ref, patch)
