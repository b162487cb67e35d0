"""A partner's tokens begin to fail: nobody maps them, or their signatures are wrong."""

from collections.abc import Callable
from math import log2

from federation.signals.cases import DAY, HOUR, refused, stranger
from federation.signals.memory import Memory
from federation.signals.pace import Pace
from federation.signals.signal import Case, Definition, Finding, Look, Sight, Step

LEAST = 12
TIMES_TOP = 3.0
FIRST = 70
NO_MAPPING = frozenset({"no_mapping", "ambiguous_mapping", "principal_invalid"})
BAD_SIGNATURE = frozenset({"bad_signature", "unknown_key", "unsupported_algorithm", "certificate_refused"})


def jump(pace_name: str, reasons: frozenset[str]) -> Look:
    """Looks for more refusals for one of the reasons in a minute than there ever were."""

    def look(memory: Memory, sight: Sight) -> Finding | None:
        if sight.seen.reason not in reasons:
            return None
        pace = memory.paces.setdefault(pace_name, Pace())
        in_a_minute, _ = pace.add(sight.now, max(LEAST, pace.top))
        limit = max(float(LEAST), TIMES_TOP * pace.top)
        if in_a_minute < limit:
            return None
        score = min(100, int(FIRST + 10 * log2(in_a_minute / limit)))
        return Finding(score, {"in_a_minute": in_a_minute, "most_before": round(pace.top), "last": sight.seen.reason})

    return look


def _cases(record: Callable[[], Step], other: Step) -> tuple[Case, ...]:
    return (
        Case("thirty in half a minute", (Step(record().record, times=30, every=1.0),), 80),
        Case("one every ten seconds", (Step(record().record, times=100, every=10.0),), 0),
        Case("refused for another reason", (Step(other.record, times=100, every=0.5),), 0),
        Case(
            "as many as every day",
            tuple(Step(record().record, times=10, every=1.0, after=DAY - HOUR) for _ in range(10)),
            0,
        ),
    )


NO_MAPPING_JUMP = Definition(
    name="no_mapping_jump",
    title="Many proven identities of one issuer that no mapping knows",
    of=frozenset({"issuer"}),
    severity="medium",
    look=jump("no_mapping", NO_MAPPING),
    runbook="signals.md#no_mapping_jump",
    cases=_cases(lambda: Step(refused("no_mapping", principal=None)), Step(refused("policy_denied"))),
)

BAD_SIGNATURE_JUMP = Definition(
    name="bad_signature_jump",
    title="Many tokens that name one issuer and are not signed by it",
    of=frozenset({"issuer"}),
    severity="medium",
    look=jump("bad_signature", BAD_SIGNATURE),
    runbook="signals.md#bad_signature_jump",
    strangers=True,
    raises=False,
    cases=_cases(lambda: Step(stranger("bad_signature")), Step(stranger("token_expired"))),
)
