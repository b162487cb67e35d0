import io
import json

import pytest

from federation.issuer_keys.refresh import KeyRefresh
from functions.refresh_keys import RefreshHandler
from functions.telemetry import Counters, structured_logger
from tests.support.issuer_online import online, publishing
from tests.support.issuer_world import World, world
from tests.support.lambda_events import Invocation


def handler(w: World, log: io.StringIO) -> RefreshHandler:
    refresh = KeyRefresh(w.directory, w.source, w.fetched, w.pushed, w.clock, w.alarm)
    return RefreshHandler(refresh, structured_logger(log), Counters(log))


@pytest.mark.parametrize("event", [{}, {"source": "aws.events"}, None])
def test_whatever_the_event_says_issuers_are_asked(event: object) -> None:
    w = publishing()
    report = handler(w, io.StringIO()).handle(event, Invocation())
    assert report == {"asked": 1, "failed": {}, "stale": (), "left_out": 0, "certificates_ending": {}}
    assert list(w.fetched.kept) == ["idp"]


@pytest.mark.parametrize(("w", "number"), [(publishing(), 0), (world(online()), 1)])
def test_the_report_is_logged_and_counted_and_so_is_nothing(w: World, number: int) -> None:
    log = io.StringIO()
    handler(w, log).handle({}, Invocation("invocation-1"))
    line, *counters = map(json.loads, log.getvalue().splitlines())
    assert line["report"]["asked"] == 1
    assert line["correlation_id"] == "invocation-1"
    assert [one["issuer"] for one in counters if "IssuerKeysStale" in one] == line["report"]["stale"]
    totals = [one for one in counters if "IssuerKeysStale" not in one]
    expected = {"KeysStale": number, "KeysRefreshFailed": number, "CertificatesEnding": 0}
    for counter, name in zip(totals, expected, strict=True):
        assert counter[name] == [expected[name]]
        assert counter["correlation_id"] == "invocation-1"
