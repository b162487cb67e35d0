"""Why nobody answers, and what helps."""

import socket
import ssl
from typing import NamedTuple

from federation.cli.doctor.finding import Verdict, failed
from federation.client.http import Disconnected, NotHttp


class _Cause(NamedTuple):
    """What an error means. `{url}`: who was asked."""

    error: type[Exception] | tuple[type[Exception], ...]
    seen: str
    next: str


_CAUSES = (
    _Cause(ssl.SSLError, "{url} does not speak TLS.", "Check the URL's host and port."),
    _Cause(
        socket.gaierror,
        "The host of {url} is not known here.",
        "Check its spelling and your DNS; a DomainName of a deployment must point to the stack's DomainTarget.",
    ),
    _Cause(
        ConnectionRefusedError,
        "Nobody listens at {url}.",
        "Check its port, and whether the bridge runs: fedbridge serve.",
    ),
    _Cause(
        TimeoutError, "{url} does not answer in time.", "Check the network between here and there, firewalls included."
    ),
    _Cause(
        (NotHttp, Disconnected),
        "What answers at {url} does not speak HTTP, or ends in the middle.",
        "Check the URL's scheme, host and port.",
    ),
)
"""The first that fits."""


def unanswered(error: Exception, url: str) -> Verdict:
    """What a request to `url` that failed with `error` means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return failed(
            f"{url} does not prove to be who it says: {error.verify_message}.",
            "Check the URL; behind a company's TLS proxy, name its authority to Python by SSL_CERT_FILE.",
        )
    for cause in _CAUSES:
        if isinstance(error, cause.error):
            return failed(cause.seen.replace("{url}", url), cause.next)
    return failed(f"{url} cannot be asked: {_name(error)}.", "Check the URL, and the network between here and there.")


def _name(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    # A bare OSError is ours (`the answer is too long`); what others raise may say anything.
    return str(error) if type(error) is OSError else type(error).__name__
