# ruff: noqa: INP001, T201 - a script of its own
"""A device in the field fetches its firmware. Its client certificate, whose key it alone has, says who it is.

The bridge answers over mutual TLS (../../docs/mutual-tls.md). The token is for fetching artifacts alone, and a copy of
it is worth nothing without the key that it is bound to.
"""

import os
from pathlib import Path

import httpx

from federation.client import FederatedToken, HttpxAuth

own = f"mtls:{os.environ['DEVICE_CERTIFICATE']},{os.environ['DEVICE_KEY']}"
token = FederatedToken(os.environ["FEDBRIDGE_URL"], "artifacts", scope="artifacts:read", source=own)

with httpx.Client(base_url=os.environ["ARTIFACTS_URL"], auth=HttpxAuth(token)) as artifacts:
    firmware = artifacts.get("/releases/press-7.bin").raise_for_status().content

Path(os.environ["FIRMWARE"]).write_bytes(firmware)
print(f"{len(firmware)} bytes of firmware")
