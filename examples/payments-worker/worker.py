# ruff: noqa: INP001, T201 - a script of its own
"""payments-worker: asks risk-engine for the score of each payment. It has no API key.

Its identity is the service account's token that the kubelet projects (deployment.yaml). The bridge's token is for
`risk-engine` alone, for `risk:score:write` alone, for minutes, and bound to a key in this process.
"""

import os

import httpx

from federation.client import FederatedToken, HttpxAuth

PAYMENTS = ({"id": "p-1", "cents": 4_200}, {"id": "p-2", "cents": 930_000})

token = FederatedToken(os.environ["FEDBRIDGE_URL"], "risk-engine", scope="risk:score:write")

with httpx.Client(base_url=os.environ["RISK_ENGINE_URL"], auth=HttpxAuth(token)) as risk_engine:
    for payment in PAYMENTS:
        print(risk_engine.post("/scores", json=payment).raise_for_status().text)
