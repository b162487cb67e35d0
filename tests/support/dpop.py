"""DPoP proofs as a client makes them, right or wrong, by code that shares nothing with what it tests."""

import base64
import hashlib
import json
from typing import Any

from federation.model.json import Json
from tests.support.jose_keys import JoseKey, b64u, ec_key
from tests.support.jose_tokens import signed

NOW = 1_800_000_000
TOKEN_URL = "https://federation.example.com/token"
MTLS_URL = "https://mtls.federation.example.com/token"
URLS = frozenset({TOKEN_URL, MTLS_URL})
CLIENT = ec_key("client")

Members = dict[str, Any]


def proof_header(key: JoseKey = CLIENT, alg: str = "ES256", **members: Json) -> Members:
    return {"typ": "dpop+jwt", "alg": alg, "jwk": key.public, **members}


def proof_claims(**members: Json) -> Members:
    """What a good proof of the token endpoint says, and `members`; one that is None is left out."""
    claims = {"jti": "jti-1", "htm": "POST", "htu": TOKEN_URL, "iat": NOW, **members}
    return {name: value for name, value in claims.items() if value is not None}


def proof(key: JoseKey = CLIENT, alg: str = "ES256", *, header: Members | None = None, **members: Json) -> str:
    """A correctly signed proof; `members` replace or add claims."""
    return signed(proof_header(key, alg) if header is None else header, proof_claims(**members), key, alg)


def jkt(key: JoseKey = CLIENT) -> str:
    """RFC 7638 by its own words: the required members in lexicographic order, without white space."""
    required = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
    members = {name: key.public[name] for name in required[str(key.public["kty"])]}
    return b64u(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def ath(token: str) -> str:
    """RFC 9449 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode("ascii")).digest()).decode().rstrip("=")
