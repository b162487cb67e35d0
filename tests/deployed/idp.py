"""The first admin's identity provider: discovery and keys on the deployment's internet, and people who sign in."""

import secrets
import time
from dataclasses import dataclass

from federation.local.issuers.loopback import IssuerKey, generate_key
from tests.deployed.cloud import IDP_HOST
from tests.support.issuer_server import IssuerServer, document

IDP = f"https://{IDP_HOST}"
LIFETIME = 600


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """`server`: what it was asked."""

    server: IssuerServer
    key: IssuerKey

    def token(self, subject: str, audience: str, **claims: str) -> str:
        """A fresh one."""
        now = int(time.time())
        times = {"iat": now, "exp": now + LIFETIME}
        named = {"iss": IDP, "sub": subject, "aud": audience, "jti": secrets.token_hex(16), **claims}
        return self.key.sign({**times, **named})


def open_idp(server: IssuerServer) -> IdentityProvider:
    """Publishes a key of its own."""
    key = generate_key("idp-1", "RS256")
    server.routes["/.well-known/openid-configuration"] = document({"issuer": IDP, "jwks_uri": f"{IDP}/jwks"})
    server.routes["/jwks"] = document(key.jwks)
    return IdentityProvider(server, key)
