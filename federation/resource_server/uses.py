"""One line for each token that was let in, which `fedbridge audit trace --uses` joins to the chain behind it."""

import json
import logging
from datetime import UTC, datetime

from federation.resource_server.claims import Claims

LOG = logging.getLogger("federation.uses")
LOG.setLevel(logging.INFO)
EVENT = "token_used"
_LONGEST = 256
"""Characters of a request's line."""


def log_use(claims: Claims, service: str, request: str) -> None:
    """`request`: method and path, without query: it may hold what no log should."""
    if LOG.isEnabledFor(logging.INFO) and LOG.hasHandlers():
        LOG.info("%s", use_line(claims, service, request, datetime.now(UTC)))


def use_line(claims: Claims, service: str, request: str, at: datetime) -> str:
    """One JSON object in ASCII, `event` first: whatever stands before it in a log, it can be found."""
    used = {
        "event": EVENT,
        "time": at.isoformat(timespec="milliseconds"),
        "jti": claims.jti,
        "txn": claims.txn,
        "sub": claims.principal,
        "actor": claims.actor,
        "service": service,
        "request": request[:_LONGEST],
    }
    return json.dumps({name: value for name, value in used.items() if value is not None}, separators=(",", ":"))
