"""Our tokens, verified as any service would: stock PyJWT, keys from where they are published."""

from typing import Any

import jwt

from federation.client.http import send
from federation.local.demo.stage import Stage
from federation.oauth.metadata import JWKS_PATH


def verify(stage: Stage, token: str, audience: str) -> dict[str, Any]:
    """`header` and `payload` of the token; raises what PyJWT raises."""
    published = jwt.PyJWKSet.from_dict(send(stage.bridge.url + JWKS_PATH, "GET").members)
    key = published[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode_complete(token, key, algorithms=["RS256"], audience=audience, issuer=stage.bridge.url)
