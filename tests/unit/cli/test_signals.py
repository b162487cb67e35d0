"""`fedbridge signals`: what it asks, how a signal reads, and that following tells each of them once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from federation.cli.bridge import connect
from federation.cli.console import Terminal
from federation.cli.signals import follow
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply

SIGNAL: dict[str, Any] = {
    "id": "s1",
    "name": "surge",
    "title": "Far more requests",
    "severity": "high",
    "score": 80,
    "what": "principal",
    "value": "user/ann",
    "tenant": "acme",
    "at": "2027-01-15T07:59:00+00:00",
    "evidence": {"in_a_minute": 60, "new": ["network", "program"]},
    "correlation_ids": ["c1", "c2"],
    "raises_risk": True,
    "runbook": "signal-surge",
}


def page(*signals: dict[str, Any]) -> Reply:
    return Reply({"items": list(signals), "next": None})


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        admin.bridge.admin("GET", "/signals", page(SIGNAL, {**SIGNAL, "id": "s0", "score": 40}))
        yield admin


def test_a_signal_reads_with_its_evidence_and_where_to_go_on(admin: FakeAdmin) -> None:
    told = admin.run("signals").output
    assert "surge 80 (people were told)" in told
    assert "Far more requests: principal user/ann of acme" in told
    assert "in a minute: 60, new: network, program" in told
    assert "fedbridge audit search --correlation-id c2" in told
    assert told.index("surge 40") < told.index("surge 80"), "the newest is nearest to the prompt"


def test_machines_get_them_as_they_are(admin: FakeAdmin) -> None:
    assert json.loads(admin.run("signals", "--json").output)["items"][0] == SIGNAL


def test_the_question_is_what_was_given(admin: FakeAdmin) -> None:
    options = ("--name", "surge", "--what", "principal", "--value", "user/ann", "--score", "70", "--since", "7d")
    assert admin.run("signals", *options).exit_code == 0
    (asked,) = [one for one in admin.bridge.asked if one.path.endswith("/signals")]
    assert asked.query == {
        "name": "surge",
        "what": "principal",
        "value": "user/ann",
        "score": "70",
        "since": "7d",
        "limit": "50",
    }


def test_nothing_is_no_failure(admin: FakeAdmin) -> None:
    admin.bridge.admin("GET", "/signals", page())
    result = admin.run("signals")
    assert (result.exit_code, "nothing unusual" in result.output) == (0, True)


def test_following_tells_each_once_and_again_when_its_score_has_grown(
    admin: FakeAdmin, capsys: pytest.CaptureFixture[str]
) -> None:
    older = {**SIGNAL, "id": "s0", "score": 40}
    admin.bridge.admin("GET", "/signals", page(older), page(SIGNAL, older), page({**SIGNAL, "score": 90}, older))
    looks = iter(range(3))

    def pause(_seconds: float) -> None:
        if next(looks) == 2:
            raise KeyboardInterrupt

    follow(connect(admin.url, admin.credential), {"since": "7d"}, Terminal(as_json=True), pause)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["id"], one["score"]) for one in lines] == [("s0", 40), ("s1", 80), ("s1", 90)]
    assert [one.query["since"] for one in admin.bridge.all_asked("GET", "/admin/v1/signals")] == ["7d", "2m", "2m"]
