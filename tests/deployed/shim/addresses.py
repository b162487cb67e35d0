"""The API answers at the host that its stack's outputs name, on every path that the API has.

API Gateway Developer Guide, "HTTP API endpoint". The engine takes the name under its own domain alone, and answers
`/health` itself on every host.
"""

import re

from ministack import app  # type: ignore[import-not-found]


def install() -> None:
    """From now on."""
    app._EXECUTE_API_RE = re.compile(r"^([a-f0-9]{8})\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?::\d+)?$")
    app._HEALTH_PATHS = ("/_ministack/health",)
