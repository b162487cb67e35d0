# ruff: noqa: INP001, T201 - a script of its own
"""Publishes a file to the internal API of artifacts: `publish.py FILE`."""

import os
import sys
from pathlib import Path

import httpx

from federation.client import FederatedToken, HttpxAuth

file = Path(sys.argv[1])
token = FederatedToken(os.environ["FEDBRIDGE_URL"], "artifacts", scope="artifacts:publish")

with httpx.Client(base_url=os.environ["ARTIFACTS_URL"], auth=HttpxAuth(token)) as artifacts:
    print(artifacts.put(f"/releases/{file.name}", content=file.read_bytes()).raise_for_status().text)
