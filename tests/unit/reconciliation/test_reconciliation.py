"""A signature that no function of ours recorded is found; one that is on record, or whose answer was lost, is not."""

import pytest
from msgspec.structs import replace

from federation.model.keys import FormerKey, KeyEnd, KeySet
from federation.model.signature_trail import LostAttempt, RecordedSignature, SeenSignature
from federation.oauth.errors import TemporarilyUnavailable
from federation.reconciliation.run import BEHIND, EVERY, SPAN, Reconciliation, ReconciliationReport
from tests.support.fake_signatures import FakeSignatureRecords, FakeSignatureTrail

NOW = 1_800_000_000 - 1_800_000_000 % EVERY
AT = NOW - BEHIND - 60
KEY, FORMER = "arn:aws:kms:eu-west-1:1:key/a", "arn:aws:kms:eu-west-1:1:key/old"
SEEN = SeenSignature("r-1", KEY, AT, "arn:aws:sts::1:assumed-role/bridge-TokenFunctionRole-X/bridge-token")
RECORDED = RecordedSignature("r-1", "a", "token", "bridge-token")


class World:
    def __init__(self) -> None:
        self.trail = FakeSignatureTrail([SEEN])
        self.records = FakeSignatureRecords([(AT, RECORDED)])
        former = (FormerKey(FORMER, KeyEnd.REVOKED, NOW),)
        self.reconciliation = Reconciliation(lambda: KeySet(former=former), KEY, self.trail, self.records)

    def run(self, at: int = NOW) -> ReconciliationReport:
        return self.reconciliation.run(at)


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_on_record_is_no_difference(world: World) -> None:
    report = world.run()
    assert (report.seen, report.recorded, report.unrecorded_count, report.complete) == (1, 1, 0, True)


@pytest.mark.parametrize(
    "record",
    [
        None,
        replace(RECORDED, request_id="r-2"),
        replace(RECORDED, function="bridge-status"),
        replace(RECORDED, key="b"),
        replace(RECORDED, request_id=""),
    ],
)
def test_a_signature_without_a_record_of_its_own_is_found(world: World, record: RecordedSignature | None) -> None:
    world.records.records = [(AT, record)] if record else []
    assert world.run().unrecorded == (SEEN,)


@pytest.mark.parametrize(
    "caller",
    [
        "arn:aws:sts::1:assumed-role/Admin/ada",
        "arn:aws:iam::1:user/bridge-token",
        "arn:aws:sts::1:assumed-role/bridge-TokenFunctionRole-X/bridge-status",
        "",
    ],
)
def test_a_record_stands_for_its_own_function_alone(world: World, caller: str) -> None:
    world.trail.signatures = [replace(SEEN, caller=caller)]
    assert world.run().unrecorded_count == 1


def test_a_key_that_left_must_not_sign_either(world: World) -> None:
    world.trail.signatures.append(replace(SEEN, request_id="r-9", key=FORMER))
    assert [one.key for one in world.run().unrecorded] == [FORMER]


def test_an_attempt_without_an_answer_explains_one_signature_near_it(world: World) -> None:
    world.records.records, world.records.lost = [], [LostAttempt("bridge-token", AT + 5)]
    report = world.run()
    assert (report.unrecorded_count, report.lost) == (0, 1)
    world.trail.signatures.append(replace(SEEN, request_id="r-2"))
    assert world.run().unrecorded_count == 1
    world.records.lost = [LostAttempt("bridge-token", AT + 500), LostAttempt("bridge-status", AT)]
    assert world.run().unrecorded_count == 2


def test_every_moment_is_looked_at_by_three_runs_and_a_late_run_leaves_no_gap(world: World) -> None:
    spans = [(report.since, report.until) for report in (world.run(NOW + number * EVERY) for number in range(3))]
    assert all(until - since == SPAN for since, until in spans)
    assert spans[0][1] > spans[2][0], "they overlap"
    assert world.run(NOW + EVERY - 1).until == world.run(NOW).until


def test_where_records_cannot_be_read_nothing_is_accused(world: World) -> None:
    world.records.failing = True
    with pytest.raises(TemporarilyUnavailable):
        world.run()
