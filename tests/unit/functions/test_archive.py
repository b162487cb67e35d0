"""The archive's function: what the stream tells, and the look on a schedule."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from federation.oauth.errors import TemporarilyUnavailable
from functions.archive import ArchiveHandler
from functions.telemetry import Counters, structured_logger
from tests.support.archive_world import ArchiveWorld


@dataclass(frozen=True, slots=True)
class Invocation:
    aws_request_id: str = "i-1"


@dataclass
class Deployed:
    world: ArchiveWorld = field(default_factory=ArchiveWorld)
    log: io.StringIO = field(default_factory=io.StringIO)

    def invoke(self, event: object) -> dict[str, Any]:
        return ArchiveHandler(self.world.archiver(), structured_logger(self.log), Counters(self.log)).handle(
            event, Invocation()
        )


def told(event: str) -> dict[str, Any]:
    image = {"jti": {"S": "a"}, "outcome": {"S": "allow"}, "entry": {"S": '{"jti": "a", "outcome": "allow"}'}}
    change = {"ApproximateCreationDateTime": 1_800_000_000, "NewImage": image}
    return {"eventID": event, "eventName": "INSERT", "dynamodb": change}


@pytest.fixture
def deployed() -> Deployed:
    return Deployed()


def test_what_the_stream_tells_is_archived_once_however_often_it_tells(deployed: Deployed) -> None:
    event = {"Records": [told("1"), told("2")]}
    assert (deployed.invoke(event)["records"], deployed.invoke(event)["records"]) == (2, 0)
    assert len(deployed.world.records()) == 2


def test_the_log_witnesses_every_new_head(deployed: Deployed) -> None:
    deployed.invoke({"Records": [told("1")]})
    deployed.invoke({"Records": [told("1")]})
    (line,) = [one for one in map(json.loads, deployed.log.getvalue().splitlines()) if "report" in one]
    head = deployed.world.index.newest
    assert line["report"]["head"] == {
        "number": 1,
        "digest": head.digest,
        "kid": head.kid,
        "signed_at": head.signed_at,
    }


def test_on_its_schedule_it_looks_after_the_newest_head(deployed: Deployed) -> None:
    assert [deployed.invoke({"source": "aws.events"})["written"] for _ in range(2)] == [1, 0]


def test_what_fails_is_raised_so_that_the_stream_tells_of_it_again(deployed: Deployed) -> None:
    active = deployed.world.key_sets.keys.active
    assert active is not None
    deployed.world.signer.disabled.add(active.kms_key)
    with pytest.raises(TemporarilyUnavailable):
        deployed.invoke({"Records": [told("1")]})
    deployed.world.signer.disabled.clear()
    assert deployed.invoke({"Records": [told("1")]})["records"] == 1
