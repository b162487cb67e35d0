"""P1: one record on every path, whatever level an operator sets."""

import json
import os
import subprocess
import sys

import pytest

WRITES = """
import sys
from federation.aws.audit_log import PowertoolsApprovalLog, PowertoolsAuditLog
from functions.telemetry import structured_logger

logger = structured_logger(sys.stdout)
logger.info("chatter")
PowertoolsAuditLog(logger).refused({"reason": "policy_denied"})
PowertoolsApprovalLog(logger).decided({"state": "denied"})
"""


@pytest.mark.parametrize("name", ["POWERTOOLS_LOG_LEVEL", "LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL"])
@pytest.mark.parametrize("level", ["ERROR", "CRITICAL", "FATAL"])
def test_P1_a_refusal_is_recorded_whatever_log_level_is_set(name: str, level: str) -> None:
    environment = {**os.environ, name: level}
    ran = subprocess.run([sys.executable, "-c", WRITES], env=environment, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    records = [line.get("refusal") or line.get("approval") for line in lines if line["message"] != "chatter"]
    assert records == [{"reason": "policy_denied"}, {"state": "denied"}]
