import io
import json
from typing import Any

import pytest

from federation.keys.orders import MalformedOrder
from functions.rotate import RotateHandler
from functions.telemetry import Counters, structured_logger
from tests.support.key_world import LIFETIME, KeyWorld
from tests.support.lambda_events import Invocation


@pytest.fixture
def world() -> KeyWorld:
    return KeyWorld().started()


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def function(world: KeyWorld, log: io.StringIO) -> RotateHandler:
    return RotateHandler(world.rotation(), structured_logger(log), Counters(log))


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize("event", [{}, {"source": "aws.events"}, None, []])
def test_the_schedule_looks_after_the_keys(
    function: RotateHandler, world: KeyWorld, log: io.StringIO, event: object
) -> None:
    world.clock.advance(LIFETIME)
    report = function.handle(event, Invocation())
    assert (report["rotated"], report["active_kid"]) == (True, world.active.kid)
    assert [line["KeyOverdue"] for line in lines(log) if "KeyOverdue" in line] == [[0.0]]


def test_before_the_first_publication_there_is_nothing_to_do(log: io.StringIO) -> None:
    function = RotateHandler(KeyWorld().rotation(), structured_logger(log), Counters(log))
    assert function.handle({}, Invocation()) == {}


def test_a_key_that_should_have_been_followed_is_counted(log: io.StringIO) -> None:
    world = KeyWorld()
    world.publish()
    world.signer.disabled.add(world.configured)
    RotateHandler(world.rotation(), structured_logger(log), Counters(log)).handle({}, Invocation())
    assert [line["KeyOverdue"] for line in lines(log) if "KeyOverdue" in line] == [[1.0]]


def test_whoever_may_invoke_it_can_revoke_a_key_when_nobody_can_log_in(
    function: RotateHandler, world: KeyWorld, log: io.StringIO
) -> None:
    revoked = world.active.kid
    answer = function.handle({"order": {"revoke": revoked, "why": "leaked"}}, Invocation("invocation-1"))
    assert answer == {"order": "invocation-1"}
    assert not world.keys.holds(revoked)
    (change,) = world.keys.changes
    assert (change.by, change.why) == ("iam", "leaked")
    (told,) = [line for line in lines(log) if line.get("message") == "keys ordered"]
    assert (told["level"], told["order"]["revoked"]) == ("WARNING", revoked)


def test_a_refusal_is_an_answer(function: RotateHandler) -> None:
    answer = function.handle({"order": {"revoke": "nobody", "why": "x"}}, Invocation())
    assert answer == {"refused": "unknown", "explained": "nobody"}


@pytest.mark.parametrize(
    "order", [None, {}, {"why": ""}, {"why": 1}, {"why": "x", "revoke": 1}, {"why": "x", "force": "yes"}, "rotate"]
)
def test_what_is_no_order_does_nothing(function: RotateHandler, world: KeyWorld, order: object) -> None:
    version = world.keys.version
    with pytest.raises(MalformedOrder):
        function.handle({"order": order}, Invocation())
    assert world.keys.version == version
