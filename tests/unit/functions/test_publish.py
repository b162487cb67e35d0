import io
import json

import pytest

from federation.keys.publication import Publication
from federation.oauth.errors import TemporarilyUnavailable
from functions.publish import PublishHandler
from functions.telemetry import Counters, structured_logger
from tests.support.fake_clock import FixedClock
from tests.support.fake_publisher import FakePublisher
from tests.support.fake_signer import FakeSigner
from tests.support.fake_trust import FakeTrust
from tests.support.lambda_events import Invocation


@pytest.fixture
def publisher() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def function(publisher: FakePublisher, log: io.StringIO) -> PublishHandler:
    keys = FakeSigner()
    publication = Publication(
        issuer="https://federation.example.com",
        kms_key=keys.create(),
        algorithm="RS256",
        public_keys=keys,
        key_sets=FakeTrust(),
        publisher=publisher,
        clock=FixedClock(),
    )
    return PublishHandler(publication, structured_logger(log), Counters(log))


@pytest.mark.parametrize("event", [{}, {"source": "aws.events"}, None])
def test_whatever_the_event_says_the_keys_are_published(
    function: PublishHandler, publisher: FakePublisher, event: object
) -> None:
    report = function.handle(event, Invocation())
    assert "/.well-known/jwks.json" in publisher.documents
    assert str(report["active_kid"]) in publisher.documents["/.well-known/jwks.json"].body.decode()


def test_the_report_is_logged(function: PublishHandler, log: io.StringIO) -> None:
    report = function.handle({}, Invocation("invocation-1"))
    line = json.loads(log.getvalue())
    assert line["report"]["active_kid"] == report["active_kid"]
    assert line["correlation_id"] == "invocation-1"


def test_a_failure_is_raised_so_that_lambda_tries_again(function: PublishHandler, publisher: FakePublisher) -> None:
    publisher.failing = True
    with pytest.raises(TemporarilyUnavailable):
        function.handle({}, Invocation())


def test_R5_an_older_jwks_is_an_error_in_the_log_and_counted(
    function: PublishHandler, publisher: FakePublisher, log: io.StringIO
) -> None:
    function.handle({}, Invocation())
    del publisher.documents["/.well-known/jwks.json"]
    function.handle({}, Invocation())
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["level"] for line in lines if "level" in line] == ["INFO", "INFO", "ERROR"]
    assert [line["KeysRolledBack"] for line in lines if "KeysRolledBack" in line] == [[1.0]]
