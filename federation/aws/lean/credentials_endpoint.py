"""The container credentials endpoint: one HTTP question on this machine, or by TLS."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from federation.aws.errors import AwsUnreachable, AwsUnusable
from federation.aws.lean.credentials import FULL_URI, RELATIVE_URI, read_document
from federation.aws.lean.signing import Credentials
from federation.aws.lean.transport import Place, SocketTransport, Trust

RELATIVE_HOST = "http://169.254.170.2"
"""Of the task metadata service."""
PLAIN_HOSTS = frozenset({"localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"})
"""Beside loopback addresses: where credentials may be asked for without TLS."""
TOKEN, TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"


def container_credentials(environment: Mapping[str, str], trust: Trust) -> Callable[[], Credentials]:
    """How to fetch. The environment is read each time: a snapshot that is restored finds another."""

    def fetch() -> Credentials:
        uri = environment.get(FULL_URI) or RELATIVE_HOST + environment.get(RELATIVE_URI, "")
        place, path = _place(uri)
        answer = SocketTransport(place, trust).send(_question(place, path, environment), b"")()
        if answer.status != 200:  # noqa: PLR2004
            raise AwsUnreachable(f"credentials endpoint: {answer.status}")
        return read_document(answer.body)

    return fetch


def _place(uri: str) -> tuple[Place, str]:
    """Raises AwsUnusable for an address that no one on the way must hear of."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AwsUnusable(f"{FULL_URI} is no URL") from error
    if parts.scheme == "https":
        return Place(host, port or 443, secure=True), _path(parts.path, parts.query)
    if parts.scheme != "http" or not (host in PLAIN_HOSTS or _is_loopback(host)):
        raise AwsUnusable(f"{FULL_URI} must be https, or on this machine")
    return Place(host, port or 80, secure=False), _path(parts.path, parts.query)


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _question(place: Place, path: str, environment: Mapping[str, str]) -> bytes:
    token = _token(environment)
    lines = [f"GET {path} HTTP/1.1", f"host: {place.authority}", "accept: application/json", "connection: close"]
    if token:
        lines.append(f"authorization: {token}")
    if any("\r" in line or "\n" in line for line in lines):
        raise AwsUnusable(f"{FULL_URI} or its token holds a line break")
    try:
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii")
    except UnicodeEncodeError as error:
        raise AwsUnusable(f"{FULL_URI} or its token is not ASCII") from error


def _token(environment: Mapping[str, str]) -> str:
    file = environment.get(TOKEN_FILE)
    if not file:
        return environment.get(TOKEN, "")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AwsUnusable(f"{TOKEN_FILE} cannot be read") from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
