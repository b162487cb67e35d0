"""The refusals, as the fake audit log keeps them."""

from federation.model.json import JsonObject
from tests.support.fake_audit_log import FakeAuditLog


class FakeRefusalSearch:
    """RefusalSearch over `log.entries`, which have no time."""

    def __init__(self, log: FakeAuditLog) -> None:
        self._log = log

    def refusals(self, correlation_id: str, since: int) -> tuple[JsonObject, ...]:  # noqa: ARG002
        return tuple(one for one in self._log.entries if one.get("correlation_id") == correlation_id)

    def refusals_of(self, issuer: str, since: int) -> tuple[JsonObject, ...]:  # noqa: ARG002
        named = ("issuer", "unverified_issuer")
        return tuple(one for one in self._log.entries if issuer in [one.get(name) for name in named])
