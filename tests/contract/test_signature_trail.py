"""SignatureTrail: the signatures of a key in a span of time, each once, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from federation.aws.cloudtrail import MOST_PAGES, PAGE, CloudTrailSignatures
from federation.model.signature_trail import SeenSignature
from federation.ports.signatures import SignatureTrail
from tests.support.cloudtrail_events import CloudTrailEvents
from tests.support.fake_signatures import FakeSignatureTrail

KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
OTHER = KEY.replace("1111", "9999")
NOW = 1_800_000_000


@dataclass(frozen=True, slots=True)
class Trail:
    """The port, and how a signature comes into it."""

    port: SignatureTrail
    sign: Callable[[str, str, int], None]


def _fake() -> Trail:
    fake = FakeSignatureTrail()

    def sign(request_id: str, key: str, at: int) -> None:
        fake.signatures.append(SeenSignature(request_id, key, at, "arn:aws:sts::1:assumed-role/r/bridge-token"))

    return Trail(fake, sign)


def _cloudtrail() -> Trail:
    events = CloudTrailEvents()

    def sign(request_id: str, key: str, at: int) -> None:
        events.signed(request_id, key, at, "bridge-token")
        events.signed(f"{request_id}-denied", key, at, "bridge-token", error="AccessDenied")
        events.signed(f"{request_id}-looked", key, at, "bridge-token", name="DescribeKey")

    return Trail(CloudTrailSignatures(events, lambda _seconds: None), sign)


@pytest.fixture(params=[_fake, _cloudtrail])
def trail(request: pytest.FixtureRequest) -> Trail:
    made: Trail = request.param()
    return made


def test_what_a_key_signed_in_a_span_is_told_once(trail: Trail) -> None:
    for number in range(PAGE + 7):
        trail.sign(f"r-{number}", KEY, NOW + number)
    trail.sign("other", OTHER, NOW)
    page = trail.port.seen(KEY, NOW, NOW + 1000)
    assert page.complete
    assert sorted(one.request_id for one in page.signatures) == sorted(f"r-{number}" for number in range(PAGE + 7))
    assert {one.caller.rpartition("/")[2] for one in page.signatures} == {"bridge-token"}


def test_a_span_has_its_beginning_and_not_its_end(trail: Trail) -> None:
    for at in (NOW - 1, NOW, NOW + 59, NOW + 60):
        trail.sign(f"at {at - NOW}", KEY, at)
    assert {one.request_id for one in trail.port.seen(KEY, NOW, NOW + 60).signatures} == {"at 0", "at 59"}


def test_more_than_a_run_can_read_is_said() -> None:
    events = CloudTrailEvents()
    for number in range(MOST_PAGES * PAGE + 1):
        events.signed(f"r-{number}", KEY, NOW, "bridge-token")
    page = CloudTrailSignatures(events, lambda _seconds: None).seen(KEY, NOW, NOW + 1)
    assert (page.complete, len(page.signatures), events.calls) == (False, MOST_PAGES * PAGE, MOST_PAGES)
