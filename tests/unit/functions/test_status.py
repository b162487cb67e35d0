import io
from typing import Any

import pytest

from federation.local.embedded_aws import EmbeddedAws
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.oauth.errors import TemporarilyUnavailable
from federation.settings import SettingsError
from functions.status import SECOND_LOOK, StatusHandler, build, revoked
from functions.telemetry import structured_logger
from tests.support.issued_world import NOW, IssuedWorld

LEAF = Revocation(RevocationKey(RevocationTarget.JTI, "leaf"), NOW, NOW + 7200, "admin/eve", "lost")
IMAGE: dict[str, Any] = {
    "pk": {"S": "x"},
    "listing": {"S": "revocation"},
    "key": {"S": '["jti", "leaf"]'},
    "revoked_at": {"N": str(NOW)},
    "expires_at": {"N": str(NOW + 7500)},
    "by": {"S": "admin/eve"},
    "reason": {"S": "lost"},
}


class Context:
    aws_request_id = "invocation-1"


def stream(*images: object) -> dict[str, object]:
    return {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": image}} for image in images]}


def handler(world: IssuedWorld, pauses: list[float], log: io.StringIO) -> StatusHandler:
    return StatusHandler(world.status, structured_logger(log), pauses.append)


def test_a_stream_tells_what_was_revoked() -> None:
    assert tuple(revoked(stream(IMAGE))) == (LEAF,)


@pytest.mark.parametrize(
    "event", [None, {}, {"Records": []}, {"Records": [{}]}, stream({}), stream({"key": {"S": "["}}), stream(None)]
)
def test_what_cannot_be_read_is_left_to_the_schedule(event: object) -> None:
    assert tuple(revoked(event)) == ()


def test_what_was_heard_is_published_and_looked_at_again() -> None:
    pauses: list[float] = []
    world, log = IssuedWorld(), io.StringIO()
    world.token(jti="leaf")
    report = handler(world, pauses, log).handle(stream(IMAGE), Context())
    assert (report["revoked"], pauses) == (1, [SECOND_LOOK])
    assert "status published" in log.getvalue()


def test_a_schedule_that_finds_nothing_to_do_says_nothing() -> None:
    pauses: list[float] = []
    world, log = IssuedWorld(), io.StringIO()
    world.status.run()
    report = handler(world, pauses, log).handle({}, Context())
    assert (report["published"], pauses, log.getvalue()) == ((), [], "")


def test_what_fails_is_raised_so_that_an_alarm_counts() -> None:
    world = IssuedWorld()
    world.state.failing = True
    with pytest.raises(TemporarilyUnavailable):
        handler(world, [], io.StringIO()).handle({}, Context())


def test_it_is_built_from_its_environment() -> None:
    with EmbeddedAws({}) as settings:
        assert callable(build({**settings, "FEDERATION_ISSUER": "https://federation.example.com"}))
    with pytest.raises(SettingsError):
        build({})
