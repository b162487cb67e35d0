"""What callers install: an identity found by itself -> a token of the bridge, kept fresh, for whatever takes one.

Needs httpx, PyJWT and msgspec, and nothing of AWS.
"""

from federation.client.auth import HttpxAuth, RequestsAuth
from federation.client.errors import ClientError, Refused
from federation.client.token import FederatedToken

__all__ = ["ClientError", "FederatedToken", "HttpxAuth", "Refused", "RequestsAuth"]
