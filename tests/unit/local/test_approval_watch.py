"""On a laptop the log says who waits for an approval, once."""

import io
import json
from typing import Any

from msgspec.structs import replace

from federation.local.audit_trail import ApprovalWatch, PrintedNotice
from federation.model.approval import ApprovalRequest, ApprovalState
from tests.support.fake_approvals import FakeApprovals
from tests.support.fake_clock import FixedClock

BRIDGE = "http://127.0.0.1:8080"
REQUEST = ApprovalRequest("a1" * 32, "user/anna", ("payments",), ("pay",), ("paying",))


class World:
    def __init__(self) -> None:
        self.clock = FixedClock()
        self.approvals, self.stream = FakeApprovals(self.clock), io.StringIO()
        self.watch = ApprovalWatch(self.approvals, PrintedNotice(self.stream, BRIDGE))

    def ask(self, request: ApprovalRequest = REQUEST) -> None:
        self.approvals.ask(request, int(self.clock.at), 600)

    @property
    def told(self) -> list[Any]:
        return [json.loads(line)["approval_asked"] for line in self.stream.getvalue().splitlines()]


def test_a_request_is_told_once_with_the_command_that_answers_it() -> None:
    world = World()
    world.watch()
    world.ask()
    world.watch()
    world.watch()
    (told,) = world.told
    assert told["approve"] == f"fedbridge approvals approve {REQUEST.id} --url {BRIDGE}"


def test_asked_anew_it_is_told_anew() -> None:
    world = World()
    world.ask()
    world.watch()
    world.clock.advance(601)
    world.watch()
    world.ask()
    world.watch()
    assert len(world.told) == 2


def test_what_is_decided_is_not_told() -> None:
    world = World()
    world.ask()
    (pending,) = world.approvals.page(None, 100).items
    world.approvals.decide(replace(pending, state=ApprovalState.DENIED, version=pending.version + 1))
    world.watch()
    assert world.told == []
