"""Who waits for an approval, on a laptop: a line of the log, in the place of the topic's message."""

import json
from typing import TextIO

from federation.admin.approval_notice import notice
from federation.model.approval import ApprovalState, StoredApproval
from federation.ports import ApprovalNotice, Approvals


class PrintedNotice:
    """ApprovalNotice on a stream: one JSON line for each, under `approval_asked`."""

    def __init__(self, stream: TextIO, bridge: str) -> None:
        """`bridge`: our URL."""
        self._stream = stream
        self._bridge = bridge

    def asked(self, approval: StoredApproval) -> None:
        """At once: somebody may be watching."""
        self._stream.write(json.dumps({"approval_asked": notice(approval, self._bridge)}) + "\n")
        self._stream.flush()


class ApprovalWatch:
    """In the place of the state table's stream: looks again and again, and tells of what it has not seen yet."""

    def __init__(self, approvals: Approvals, notice: ApprovalNotice) -> None:
        self._approvals = approvals
        self._notice = notice
        self._told: frozenset[tuple[str, int]] = frozenset()

    def __call__(self) -> None:
        """One look."""
        pending = [one for one in self._approvals.approvals() if one.state is ApprovalState.PENDING]
        for approval in pending:
            if _name(approval) not in self._told:
                self._notice.asked(approval)
        self._told = frozenset(map(_name, pending))


def _name(approval: StoredApproval) -> tuple[str, int]:
    return approval.request.id, approval.version
