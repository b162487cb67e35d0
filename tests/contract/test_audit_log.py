"""AuditLog: one record per refusal."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from federation.aws.audit_log import PowertoolsAuditLog
from federation.model.json import JsonObject
from federation.ports import AuditLog
from tests.support.fake_audit_log import FakeAuditLog

ENTRY: JsonObject = {"outcome": "deny", "reason": "no_mapping", "level": "mine", "scope": ["a"], "issuer": None}


@dataclass(frozen=True, slots=True)
class Case:
    """A log, and what was written."""

    log: AuditLog
    written: Callable[[], list[Any]]


@pytest.fixture(params=["fake", "powertools"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeAuditLog()
        return Case(fake, lambda: list(fake.entries))
    stream = StringIO()
    logger = Logger(service=f"audit-{id(stream)}", stream=stream)
    return Case(
        PowertoolsAuditLog(logger), lambda: [json.loads(line)["refusal"] for line in stream.getvalue().splitlines()]
    )


def test_every_refusal_is_one_record_with_all_its_members(case: Case) -> None:
    case.log.refused(ENTRY)
    case.log.refused({**ENTRY, "reason": "bad_signature"})
    assert case.written() == [ENTRY, {**ENTRY, "reason": "bad_signature"}]
