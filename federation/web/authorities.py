"""Whom the system trusts to certify a server."""

import ssl
from functools import cache


@cache
def system_trust() -> ssl.SSLContext:
    """The system's certificate authorities, TLS 1.2 or later; loaded once, when something is first asked for."""
    return ssl.create_default_context()
