"""A service in Go that verifies our tokens by go-oidc, from our discovery document."""

import json
import subprocess

from tests.interop.support.issuers import HERE
from tests.support.bridge_server import AUDIENCE, OTHER_AUDIENCE, Bridge

PROGRAM = HERE / "go-oidc" / "target" / "go-oidc"


def verified(bridge: Bridge, audience: str, token: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run((PROGRAM, bridge.url, audience), input=token, check=False, capture_output=True, text=True)


def test_it_reads_our_discovery_document_and_verifies_our_token(bridge: Bridge) -> None:
    done = verified(bridge, AUDIENCE, bridge.exchange().members["access_token"])
    assert done.returncode == 0, done.stderr
    claims = json.loads(done.stdout)
    assert (claims["sub"], claims["iss"]) == ("partner/acme/billing-sync", bridge.url)


def test_it_refuses_a_token_for_another_audience_and_one_that_was_changed(bridge: Bridge) -> None:
    token = bridge.exchange().members["access_token"]
    head, body, signature = token.split(".")
    changed = f"{head}.{body}.{signature[:-8]}{'A' * 8}"
    for audience, shown, why in (
        (OTHER_AUDIENCE, token, "expected audience"),
        (AUDIENCE, changed, "failed to verify signature"),
    ):
        done = verified(bridge, audience, shown)
        assert (done.returncode, why in done.stderr) == (1, True), done.stderr
