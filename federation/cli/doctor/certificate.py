"""How long a server's certificate is good."""

import socket
import ssl

from federation.cli.doctor.finding import Settled
from federation.cli.doctor.unanswered import unanswered
from federation.web.deadline import Deadline

_DAY = 24 * 60 * 60


def days_left(host: str, port: int, now: float, seconds: float) -> int:
    """Whole days until the end of the certificate that `host` shows; raises Settled unless it proves to be `host`.

    `now`: seconds since the epoch; `seconds`: for everything.
    """
    try:
        end = Deadline(seconds).bound(lambda: _end(host, port, seconds))
    except (OSError, ValueError) as error:
        raise Settled(unanswered(error, f"https://{host}:{port}")) from None
    return int((end - now) // _DAY)


def _end(host: str, port: int, seconds: float) -> float:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=seconds) as connection,
        context.wrap_socket(connection, server_hostname=host) as secured,
    ):
        shown = secured.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(shown["notAfter"]))
