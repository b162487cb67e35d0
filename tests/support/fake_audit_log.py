"""The refusals, kept."""

from collections.abc import Mapping

from federation.model.json import JsonObject


class FakeAuditLog:
    """Keeps what was refused in `entries`; `failing`: cannot be written."""

    def __init__(self) -> None:
        self.entries: list[JsonObject] = []
        self.failing = False
        self.counted: list[tuple[str, str | None, str]] = []
        self.steps: list[str] = []

    def refused(self, entry: JsonObject) -> None:
        if self.failing:
            raise OSError("the log cannot be written")
        self.entries.append(entry)

    def issued(self, correlation_id: str, tenant: str | None, issuer: str, seconds: Mapping[str, float]) -> None:
        self.counted.append((correlation_id, tenant, issuer))
        self.steps = list(seconds)
