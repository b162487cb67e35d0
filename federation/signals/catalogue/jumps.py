"""A partner's tokens begin to fail: no mapping fits them, or their signatures are wrong."""

from collections.abc import Container

from federation.model.json import JsonObject
from federation.signals.cases import DAY, HOUR, refused, stranger
from federation.signals.memory import Memory
from federation.signals.pace import Pace
from federation.signals.signal import Case, Definition, Finding, Look, Sight, Step

LEAST, FIRST = 12, 70
TIMES_TOP = 3.0
NO_MAPPING = frozenset({"no_mapping", "ambiguous_mapping", "principal_invalid"})
BAD_SIGNATURE = frozenset({"bad_signature", "unknown_key", "unsupported_algorithm", "certificate_refused"})


def jump(pace_name: str, least: int, first: int, reasons: Container[str | None] | None = None) -> Look:
    """Looks for far more refusals in a minute than there ever were. `reasons`: for one of these; None: for any."""

    def look(memory: Memory, sight: Sight) -> Finding | None:
        reason = sight.seen.reason
        if reasons is not None and reason not in reasons:
            return None
        pace = memory.paces.setdefault(pace_name, Pace())
        in_a_minute, _ = pace.add(sight.now, max(least, pace.top))
        score = pace.excess(in_a_minute, least, TIMES_TOP, first)
        if score is None:
            return None
        return Finding(score, {"in_a_minute": in_a_minute, "most_before": round(pace.top), "last": reason})

    return look


def _cases(record: JsonObject, other: JsonObject) -> tuple[Case, ...]:
    return (
        Case("thirty in half a minute", (Step(record, times=30, every=1.0),), 80),
        Case("one every ten seconds", (Step(record, times=100, every=10.0),), 0),
        Case("refused for another reason", (Step(other, times=100, every=0.5),), 0),
        Case("as many as every day", (Step(record, times=10, every=1.0, after=DAY - HOUR),) * 10, 0),
    )


NO_MAPPING_JUMP = Definition(
    name="no_mapping_jump",
    title="Many proven identities of one issuer that no mapping knows",
    of=frozenset({"issuer"}),
    severity="medium",
    look=jump("no_mapping", LEAST, FIRST, NO_MAPPING),
    runbook="signals.md#no_mapping_jump",
    cases=_cases(refused("no_mapping", principal=None), refused("policy_denied")),
)

BAD_SIGNATURE_JUMP = Definition(
    name="bad_signature_jump",
    title="Many tokens that name one issuer and are not signed by it",
    of=frozenset({"issuer"}),
    severity="medium",
    look=jump("bad_signature", LEAST, FIRST, BAD_SIGNATURE),
    runbook="signals.md#bad_signature_jump",
    strangers=True,
    raises=False,
    cases=_cases(stranger("bad_signature"), stranger("token_expired")),
)
