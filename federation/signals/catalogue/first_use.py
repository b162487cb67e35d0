"""The first approval or delegation of an identity that did without for weeks."""

from federation.signals.cases import allowed, history
from federation.signals.memory import Memory
from federation.signals.observation import digest
from federation.signals.signal import Case, Definition, Finding, Sight, Step

KEPT = 12
FIRST, ANOTHER = 70, 40


def look(memory: Memory, sight: Sight) -> Finding | None:
    """An agent that acts for others from its beginning is no news; a principal's next agent is a record alone."""
    seen = sight.seen
    if not seen.allowed:
        return None
    if sight.acts:
        return _acted(memory, sight)
    found = _approved(memory, sight) if seen.approval else None
    return found or (_is_acted_for(memory, sight) if seen.actor_principal else None)


def _acted(memory: Memory, sight: Sight) -> Finding | None:
    memory.acted += 1
    if memory.acted > 1 or not sight.established:
        return None
    return Finding(FIRST, {"first": "delegation", "acts_for": sight.seen.principal})


def _approved(memory: Memory, sight: Sight) -> Finding | None:
    memory.approved += 1
    if memory.approved > 1 or not sight.established:
        return None
    return Finding(FIRST, {"first": "approval", "approval": sight.seen.approval})


def _is_acted_for(memory: Memory, sight: Sight) -> Finding | None:
    actor = str(sight.seen.actor_principal)
    one = digest(actor)
    is_known = memory.actors.knows(one)
    memory.actors.add(one, KEPT)
    return None if is_known or not sight.established else Finding(ANOTHER, {"first": "actor", "actor": actor})


ACTS = allowed(principal="user/ann", actor_principal="partner/sync", actor_tenant="acme")

SIGNAL = Definition(
    name="first_use",
    title="Its first approval or delegation after weeks without",
    of=frozenset({"principal"}),
    severity="medium",
    look=look,
    runbook="signals.md#first_use",
    cases=(
        Case("a worker of old acts for a person", (*history(), Step(ACTS)), 70),
        Case("its first approval", (*history(), Step(allowed(approval="a1"))), 70),
        Case("a person's agents, again", (*history(ACTS), Step(ACTS)), 0),
        Case(
            "a person's second agent",
            (*history(ACTS), Step({**ACTS, "actor_principal": "agent/other"})),
            40,
        ),
        Case("an approval as always", (*history(allowed(approval="a1")), Step(allowed(approval="a2"))), 0),
    ),
)
