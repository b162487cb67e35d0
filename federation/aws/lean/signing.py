"""AWS Signature Version 4 for a request to `/` without a query, which every call of the JSON protocol is.

Source: "Create a signed AWS API request" in the IAM user guide. The key of a day is derived once.
"""

import hmac
import time
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import ClassVar, NamedTuple, TypeAlias

from msgspec import Struct

from federation.value import Redacted

ALGORITHM = "AWS4-HMAC-SHA256"
_TERMINATOR = "aws4_request"

Headers: TypeAlias = Sequence[tuple[str, str]]
"""(name in lower case, value without outer spaces), sorted by name."""


class Credentials(Redacted, Struct, frozen=True):
    """As whom we sign."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"secret", "token"})

    key_id: str
    secret: str
    token: str = ""
    expires_at: float | None = None
    """Seconds since the epoch; None: they do not expire."""


class _DayKey(NamedTuple):
    secret: str
    scope: str
    key: bytes


class RequestSigner:
    """Signs for one service in one region. Safe for many threads."""

    def __init__(self, region: str, service: str) -> None:
        self._region = region
        self._service = service
        self._kept = _DayKey("", "", b"")

    def authorization(self, method: str, headers: Headers, body: bytes, credentials: Credentials, stamp: str) -> str:
        """The value of the header `authorization` over all of `headers`. `stamp`: what `x-amz-date` among them says."""
        names = ";".join([name for name, _ in headers])
        lines = "".join([f"{name}:{value}\n" for name, value in headers])
        canonical = f"{method}\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        day = self._day(credentials.secret, stamp[:8])
        text = f"{ALGORITHM}\n{stamp}\n{day.scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(day.key, text.encode(), "sha256").hex()
        return f"{ALGORITHM} Credential={credentials.key_id}/{day.scope}, SignedHeaders={names}, Signature={signature}"

    def _day(self, secret: str, date: str) -> _DayKey:
        scope, kept = f"{date}/{self._region}/{self._service}/{_TERMINATOR}", self._kept
        if kept.scope != scope or kept.secret != secret:
            self._kept = kept = _DayKey(secret, scope, _derived(secret, scope))
        return kept


@lru_cache(maxsize=4)
def time_stamp(second: int) -> str:
    """`x-amz-date` of a second since the epoch."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))


def _derived(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
