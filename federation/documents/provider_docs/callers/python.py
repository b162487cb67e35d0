"""Python, by our library."""

from typing import Final

from federation.documents.provider_docs.callers.own import BRIDGE, Own
from federation.documents.provider_docs.callers.shell import filled

_TEXT: Final = """\
import httpx

from federation.client import FederatedToken, HttpxAuth  # pip install <package>

token = FederatedToken("<bridge>", "<audience>", source="<source>")
api = httpx.Client(auth=HttpxAuth(token))  # exchanged when first needed, refreshed, bound to a key for each request
"""


def python(own: Own, audience: str) -> str:
    """A program's beginning."""
    package = f"'federation-bridge[{own.extra}]'" if own.extra else "federation-bridge"
    return filled(_TEXT, {"bridge": BRIDGE, "audience": audience, "source": own.source, "package": package})
