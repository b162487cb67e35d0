"""When the certificates of issuers' hosts end: an alarm rings before their keys cannot be fetched."""

import ssl
from collections.abc import Mapping
from threading import Lock

DAY = 86_400


class CertificateEnds:
    """Notes what a Connector sees. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ends: dict[str, int] = {}

    def __call__(self, host: str, connection: ssl.SSLSocket) -> None:
        """The last one of a host counts."""
        certificate = connection.getpeercert() or {}
        ends = certificate.get("notAfter")
        if isinstance(ends, str):
            with self._lock:
                self._ends[host] = int(ssl.cert_time_to_seconds(ends))

    def days_left(self, now: int, within: int) -> Mapping[str, int]:
        """Host -> whole days, of those that end within so many days. `now`: seconds since the epoch."""
        with self._lock:
            left = {host: (ends - now) // DAY for host, ends in sorted(self._ends.items())}
        return {host: days for host, days in left.items() if days < within}
