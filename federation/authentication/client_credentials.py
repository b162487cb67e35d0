"""A registered client that asks for itself, as the token that it did not need to bring (RFC 6749 section 4.4)."""

import json
from hashlib import sha256

from federation.model.client_credentials import as_issuer
from federation.model.json import Json
from federation.model.tokens import VerifiedToken
from federation.model.trust import Client
from federation.oauth.identifiers import TokenType

LONGEST = 60 * 60
"""Seconds: no audience allows more. What its certificate still has is the caller's to say."""


def as_verified_token(client: Client, now: float) -> VerifiedToken:
    """Proof that the client is who it says, which it has proven by its own method. `now`: seconds since the epoch."""
    claims: dict[str, Json] = {"client_id": client.id, "iat": int(now)}
    return VerifiedToken(
        issuer=as_issuer(client),
        token_type=TokenType.ACCESS_TOKEN,
        subject=client.id,
        issued_at=int(now),
        expires_at=int(now) + LONGEST,
        digest=sha256(json.dumps(claims, sort_keys=True).encode()).hexdigest(),
        claims=claims,
        client=client,
    )
