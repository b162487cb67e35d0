"""Who waits for an approval, as it was told."""

from federation.admin.approval_notice import notice
from federation.model.approval import StoredApproval
from federation.model.json import JsonObject
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason


class FakeApprovalNotice:
    """Keeps the messages in `told`; `failing`: nobody can be told."""

    def __init__(self, bridge: str) -> None:
        self._bridge = bridge
        self.told: list[JsonObject] = []
        self.failing = False

    def asked(self, approval: StoredApproval) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "notice")
        self.told.append(notice(approval, self._bridge))
