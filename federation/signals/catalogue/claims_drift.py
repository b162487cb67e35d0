"""An issuer's tokens change their form: a claim is new, is gone or has another type, or `sub` is written otherwise."""

from typing import Any

from federation.model.json import Json
from federation.signals.cases import allowed, history
from federation.signals.memory import MAX_CLAIM, MAX_CLAIMS, ClaimSeen, Memory
from federation.signals.observation import digest
from federation.signals.signal import Case, Definition, Finding, Sight, Step

BASELINE = 100
"""Tokens after which the form of an issuer's tokens is known."""
IN_A_ROW = 5
"""Tokens of the new form: one could be an oddity."""
NEW, WITHIN = 4, 6
"""So many of so few tokens have it from the first on."""
FORMS = 12
SCORE = 75
MARKS = frozenset(":/@|=,#~$! ")
"""What parts of a subject are told apart by; what stands between them is another's each time."""


def look(memory: Memory, sight: Sight) -> Finding | None:
    """Of proven tokens: the claims that identify, as the record keeps them."""
    claims = sight.seen.claims
    if not claims:
        return None
    memory.tokens += 1
    found = [*_of_claims(memory, claims), *_of_subject(memory, claims.get("sub"))]
    if not found:
        return None
    return Finding(SCORE, {what: [name for change, name in found if change == what] for what, _ in found})


def _of_claims(memory: Memory, claims: dict[str, Any]) -> list[tuple[str, str]]:
    named = {name[:MAX_CLAIM]: _kind(value) for name, value in claims.items()}
    found = [change for name, kind in named.items() if (change := _there(memory, name, kind))]
    for name, one in memory.claims.items():
        if name in named:
            continue
        one.missing += 1
        if one.missing == IN_A_ROW and _was_always_there(memory, one):
            found.append(("vanished", name))
    return found


def _there(memory: Memory, name: str, kind: str) -> tuple[str, str] | None:
    one = memory.claims.get(name)
    if one is None:
        _enter(memory, name, kind)
        return None
    one.missing = 0
    one.seen += 1
    one.other = one.other + 1 if kind != one.kind else 0
    if one.other == IN_A_ROW:
        settled, one.kind, one.other = one.seen >= BASELINE, kind, 0
        return ("retyped", name) if settled else None
    is_new = one.seen == NEW and BASELINE <= one.since >= memory.tokens - WITHIN
    return ("new", name) if is_new else None


def _enter(memory: Memory, name: str, kind: str) -> None:
    if len(memory.claims) >= MAX_CLAIMS:
        rarest = min(memory.claims, key=lambda known: memory.claims[known].seen)
        del memory.claims[rarest]
    memory.claims[name] = ClaimSeen(kind, seen=1, since=memory.tokens)


def _was_always_there(memory: Memory, one: ClaimSeen) -> bool:
    """In all tokens since the first, but for those that lack it now."""
    return one.seen >= BASELINE and one.seen >= memory.tokens - one.since - IN_A_ROW


def _of_subject(memory: Memory, subject: object) -> list[tuple[str, str]]:
    if not isinstance(subject, str):
        return []
    form = "".join(sorted(MARKS & set(subject)))
    one = digest(form)
    if memory.subjects.knows(one):
        memory.odd = 0
        return []
    memory.odd += 1
    if memory.tokens <= BASELINE or memory.odd == IN_A_ROW:
        memory.subjects.add(one, FORMS)
    return [("sub_form", form)] if memory.tokens > BASELINE and memory.odd == IN_A_ROW else []


def _kind(value: object) -> str:
    for kind, types in _KINDS:
        if isinstance(value, types):
            return kind
    return "z"


_KINDS: tuple[tuple[str, Any], ...] = (("b", bool), ("n", int | float), ("s", str), ("l", list), ("o", dict))


def _told(claims: dict[str, Json], times: int = 6) -> tuple[Step, ...]:
    return (*history(days=30), Step(allowed(claims=claims), times=times))


USUAL: dict[str, Json] = {"iss": "https://acme.example.com", "sub": "team:sync"}

SIGNAL = Definition(
    name="claims_drift",
    title="Its tokens change their form",
    of=frozenset({"issuer"}),
    severity="medium",
    look=look,
    runbook="signals.md#claims_drift",
    raises=False,
    cases=(
        Case("a new claim", _told({**USUAL, "team_id": 7}), 75),
        Case("a claim is gone", _told({"sub": "team:sync"}), 75),
        Case("a claim has another type", _told({**USUAL, "iss": ["https://acme.example.com"]}), 75),
        Case("sub is written otherwise", _told({**USUAL, "sub": "team@12:sync@34"}), 75),
        Case("one odd token", (*_told({**USUAL, "sub": "team@12:sync", "debug": True}, 1), *history(days=2)), 0),
        Case("another subject of the same form", _told({**USUAL, "sub": "team:billing"}), 0),
        Case("a new issuer", (Step(allowed(), times=20), Step(allowed(claims={**USUAL, "x": 1}), times=20)), 0),
    ),
)
