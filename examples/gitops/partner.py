# ruff: noqa: INP001 - a script of its own
"""Plays a partner's identity provider on this machine: `keys` prints its key set, `token` a token of one workload.

A real one serves its keys under its own URL, and this file is not needed.
"""

import json
import os
import sys
import time
import uuid
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

ISSUER = "https://idp.partner.example.com"
WORKLOAD = "0oa1b2c3d4"
KEY = Path("partner.key")


def key() -> ec.EllipticCurvePrivateKey:
    """The same from run to run."""
    if not KEY.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        KEY.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        KEY.chmod(0o600)
    loaded = load_pem_private_key(KEY.read_bytes(), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)  # noqa: S101 (it is the one above)
    return loaded


def keys() -> str:
    """What an Issuer document holds of an issuer that has no URL to ask: JSON, which is YAML too."""
    public = jwt.algorithms.ECAlgorithm.to_jwk(key().public_key(), as_dict=True)
    return json.dumps({"jwks": {"keys": [{**public, "kid": "partner-1", "alg": "ES256", "use": "sig"}]}})


def token() -> str:
    """The workload's token for the bridge at FEDBRIDGE_URL."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": os.environ["FEDBRIDGE_URL"], "sub": WORKLOAD, "department": "billing"}
    times = {"iat": now, "exp": now + 600, "jti": str(uuid.uuid4())}
    return jwt.encode({**claims, **times}, key(), "ES256", {"kid": "partner-1"})


if __name__ == "__main__":
    print({"keys": keys, "token": token}[sys.argv[1]]())  # noqa: T201
