"""The refusals, kept."""

from federation.model.json import JsonObject


class FakeAuditLog:
    """Keeps what was refused in `entries`; `failing`: cannot be written."""

    def __init__(self) -> None:
        self.entries: list[JsonObject] = []
        self.failing = False

    def refused(self, entry: JsonObject) -> None:
        if self.failing:
            raise OSError("the log cannot be written")
        self.entries.append(entry)
