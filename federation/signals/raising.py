"""Raises a risk score, on record before it counts."""

from msgspec import Struct

from federation.audit.event import event, on_record
from federation.model.json import Json, JsonObject
from federation.model.risk import RiskCause, RiskKey
from federation.ports import Clock, Identifiers, Ledger, RiskScores

OUTCOME = "risk_raised"


class RiskRaiser(Struct, frozen=True):
    """Writes the record first, then the score: none is raised without a trace."""

    scores: RiskScores
    ledger: Ledger
    clock: Clock
    identifiers: Identifiers

    def raise_risk(self, key: RiskKey, cause: RiskCause, facts: JsonObject) -> tuple[RiskCause, ...]:
        """All that stands under the key; raises TemporarilyUnavailable or ServerError, and then nothing is promised.

        `facts`: of what asked for it, with `time` and `correlation_id`. To repeat does no harm.
        """
        described = {**facts, **_describe(key, cause), "outcome": OUTCOME, "jti": self.identifiers.new()}
        entry = event(described, self.clock.now(), cause.source, str(facts["correlation_id"]))
        with on_record(self.ledger, entry):
            return self.scores.raise_score(key, cause)


def _describe(key: RiskKey, cause: RiskCause) -> dict[str, Json]:
    """The record's `jti` is its own name, as everywhere where no token was issued."""
    return {
        "risk_of": key.what,
        "risk_value": key.value,
        "risk_tenant": key.tenant,
        "risk_score": cause.decay.score,
        "risk_half_life": cause.decay.half_life,
        "risk_until": cause.decay.ends_at,
        "risk_reason": cause.reason,
        "risk_source": cause.source,
        "risk_correlation_ids": list(cause.correlation_ids),
    }
