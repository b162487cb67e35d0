"""SnapStart: Lambda starts a function once, and restores a snapshot of it many times.

Source: "Improving startup performance with Lambda SnapStart" in the Lambda developer guide. No request is answered
before the snapshot, so it holds no key, nonce, lease or credential. What is remembered afterwards ages by the wall
clock. Our own randomness is the operating system's, which differs in every restored machine.
"""

import random
import ssl
from collections.abc import Callable
from importlib import import_module
from os import urandom

from snapshot_restore_py import (  # type: ignore[import-untyped]  # the runtime brings it
    register_after_restore,
    register_before_snapshot,
)

LOADED = (
    "aws_lambda_powertools",
    "cedarpy",
    "federation.authentication.self_signed_tls",
    "federation.authentication.tls_client_auth",
    "federation.authentication.x509_svid",
    "federation.aws.lean.credentials_endpoint",
    "federation.verification.aws_request.verifier",
    "federation.verification.certificate",
    "federation.verification.x509.authorities",
    "federation.verification.x509.candidates",
    "federation.verification.x509.certificates",
    "federation.web.caller_identities",
    "federation.web.fetcher",
)
"""Modules that wait elsewhere until a request needs them. Before the snapshot they cost no request any time."""
_ENTROPY = 48
"""Bytes: what OpenSSL seeds its generator with."""


def register(drop_connections: Callable[[], None]) -> None:
    """Load everything before the snapshot; renew what must differ after each restore."""
    register_before_snapshot(load)
    register_after_restore(renew, drop_connections)


def load() -> None:
    """Import what waits."""
    for name in LOADED:
        import_module(name)


def renew(drop_connections: Callable[[], None]) -> None:
    """Two processes of one snapshot must not draw the same: libraries draw from these two generators, we do not."""
    random.seed()
    ssl.RAND_add(urandom(_ENTROPY), _ENTROPY)
    drop_connections()
