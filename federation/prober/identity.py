"""Whom the prober is to a bridge: an issuer of one subject, whose one grant is at an audience that no service has.

What it is given cannot be used for anything, so an attack that succeeds harms nothing but the claim that it cannot.
"""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, ClassVar
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from msgspec import Struct

from federation.value import Redacted

ISSUER_ID = "prober"
ISSUER = "urn:federation-bridge:prober"
SUBJECT = "prober"
AUDIENCE = "probe-nowhere"
SCOPE = "probe"
PRINCIPAL = "prober/outside"
LIFE = 300
"""Seconds."""


def encoded(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class ProbeKey(Redacted, Struct, frozen=True):
    """Signs RS256, wherever the private key is."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"sign"})

    jwk: Mapping[str, str]
    """The public key, with its `kid`."""
    sign: Callable[[bytes], bytes]

    def token(self, claims: Mapping[str, Any] | str, header: Mapping[str, Any] | None = None) -> str:
        """A JWT of `claims`, or of that text. `header`: members in the place of the usual ones; None leaves one out."""
        members = {"alg": "RS256", "typ": "JWT", "kid": self.jwk["kid"], **(header or {})}
        text = claims if isinstance(claims, str) else json.dumps(claims)
        shown = json.dumps({name: value for name, value in members.items() if value is not None})
        message = f"{encoded(shown.encode())}.{encoded(text.encode())}"
        return f"{message}.{encoded(self.sign(message.encode()))}"


def public_jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    """As an Issuer document has it; `kid` is the RFC 7638 thumbprint."""
    numbers = key.public_numbers()
    members = {
        name: encoded(number.to_bytes((number.bit_length() + 7) // 8))
        for name, number in (("e", numbers.e), ("n", numbers.n))
    }
    digest = sha256(json.dumps({**members, "kty": "RSA"}, sort_keys=True, separators=(",", ":")).encode()).digest()
    return {"kty": "RSA", **members, "kid": encoded(digest), "alg": "RS256", "use": "sig"}


def made_key() -> tuple[ProbeKey, bytes]:
    """A fresh key, and its PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return _key(private), private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(pem: bytes) -> ProbeKey:
    """Raises ValueError for what is no RSA key."""
    try:
        private = load_pem_private_key(pem, None)
    except TypeError as error:
        raise ValueError("the key is encrypted") from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("no RSA key")  # noqa: TRY004 - it is what the file says that is wrong
    return _key(private)


def _key(private: rsa.RSAPrivateKey) -> ProbeKey:
    def sign(message: bytes) -> bytes:
        return private.sign(message, padding.PKCS1v15(), SHA256())

    return ProbeKey(public_jwk(private.public_key()), sign)


def good_claims(bridge: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """Of a token that the bridge accepts once, `changes` applied; None leaves a claim out."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": bridge, "sub": SUBJECT, "iat": now, "exp": now + LIFE, "jti": str(uuid4())}
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def trust_documents(jwk: Mapping[str, str]) -> list[dict[str, Any]]:
    """What a bridge must be told for the prober to be known to it."""
    scopes = [SCOPE]
    return [
        {
            "kind": "Issuer",
            "id": ISSUER_ID,
            "description": "The negative prober: it attacks this bridge from outside, and may go nowhere.",
            "provider": "oidc",
            "issuer": ISSUER,
            "keys": {"jwks": {"keys": [dict(jwk)]}},
            "algorithms": ["RS256"],
            "max_token_age": "10m",
            "single_use": True,
            "events": {"types": ["session-revoked"]},
        },
        {
            "kind": "Mapping",
            "id": ISSUER_ID,
            "issuer": ISSUER_ID,
            "match": {"sub": SUBJECT},
            "principal": PRINCIPAL,
            "grants": [{"audience": AUDIENCE, "scopes": scopes, "max_ttl": "1m"}],
        },
        {
            "kind": "Audience",
            "id": AUDIENCE,
            "description": "No service takes these tokens.",
            "scopes": scopes,
            "max_ttl": "1m",
        },
    ]
