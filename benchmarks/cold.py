"""CPU time of a cold start, against a process that only makes the clients, in pairs (DESIGN section 10)."""

import json
import os
import statistics
import subprocess
import sys

PAIRS = 5
_CLIENTS = "import boto3; boto3.client('kms'); boto3.client('dynamodb')"
_BRIDGE = "import functions.token as t; t.build({environment})"
_TIMED = "import time; {code}; print(time.process_time())"

_ENVIRONMENT = {
    "FEDERATION_ISSUER": "https://federation.example.com",
    "FEDERATION_TRUST_TABLE": "trust",
    "FEDERATION_STATE_TABLE": "state",
    "FEDERATION_AUDIT_TABLE": "audit",
    "FEDERATION_DOCUMENTS_BUCKET": "documents",
    "FEDERATION_SIGNING_KEY": "key",
}


def measure() -> tuple[float, float]:
    """(seconds of CPU until the handler stands, the same for boto3 with its two clients): medians."""
    bridge = _BRIDGE.format(environment=json.dumps(_ENVIRONMENT))
    pairs = [(_run(bridge), _run(_CLIENTS)) for _ in range(PAIRS)]
    ours, clients = zip(*pairs, strict=True)
    return statistics.median(ours), statistics.median(clients)


def _run(code: str) -> float:
    region = {"AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(  # noqa: S603  (our own interpreter and our own text)
        [sys.executable, "-c", _TIMED.format(code=code)],
        env={**os.environ, **region},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])
