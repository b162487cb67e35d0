# ruff: noqa: INP001 - a script of its own
r"""Pushes a private cluster's keys to the bridge. Run it where the cluster's signing key lies, every hour or so.

    kubectl get --raw /openid/v1/jwks > jwks.json
    python push_keys.py --bridge https://federation.example.com --id acme-private-cluster \
        --issuer https://kubernetes.default.svc.cluster.local --key /etc/kubernetes/pki/sa.key --jwks jwks.json

Needs PyJWT and cryptography. The key never leaves: it signs a token that vouches for the file, byte for byte.
"""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
import uuid
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import jwt


def main() -> int:
    """0: the bridge trusts these keys from now on."""
    options = _options()
    body = options.jwks.read_bytes()
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's
        f"{options.bridge}/issuers/{options.id}/keys",
        data=body,
        headers={"authorization": f"Bearer {_token(options, body)}", "content-type": "application/jwk-set+json"},
    )
    try:
        urllib.request.urlopen(request, timeout=15)  # noqa: S310
    except urllib.error.HTTPError as refusal:
        print(refusal.read().decode(), file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _token(options: argparse.Namespace, body: bytes) -> str:
    key = options.key.read_text(encoding="ascii")
    now = int(time.time())
    claims = {
        "iss": options.issuer,
        "aud": options.bridge,
        "iat": now,
        "exp": now + 300,
        "jti": str(uuid.uuid4()),
        "jwks_sha256": urlsafe_b64encode(sha256(body).digest()).rstrip(b"=").decode(),
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": options.kid or _kid(key, body)})


def _kid(key: str, body: bytes) -> str:
    """The name that the file gives to the key that signs."""
    algorithm = jwt.get_algorithm_by_name("RS256")
    modulus = json.loads(algorithm.to_jwk(algorithm.prepare_key(key)))["n"]
    return next((str(jwk["kid"]) for jwk in json.loads(body)["keys"] if jwk.get("n") == modulus), "")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Push a cluster's keys to the bridge.")
    parser.add_argument("--bridge", required=True, help="the bridge's issuer URL")
    parser.add_argument("--id", required=True, help="id of the Issuer document")
    parser.add_argument("--issuer", required=True, help="the cluster's `iss`")
    parser.add_argument("--key", required=True, type=Path, help="a private key that the bridge trusts already, PEM")
    parser.add_argument("--kid", help="its name, if the file does not hold it any more")
    parser.add_argument("--jwks", required=True, type=Path, help="the JWK Set")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
