"""Where requests to issuers may go: addresses of the public internet, pinned."""

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of `host`, by the system's resolver; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def is_loopback(address: str) -> bool:
    """Whether `address` is this machine."""
    return ipaddress.ip_address(address).is_loopback


def is_public(address: str) -> bool:
    """Whether `address` is one host on the open internet: no private, metadata, mapped or tunnelled address."""
    parsed = ipaddress.ip_address(address)
    return _is_public_v4(parsed) if isinstance(parsed, IPv4Address) else _is_public_v6(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast


def _is_public_v6(address: IPv6Address) -> bool:
    if address in _NAT64:  # how a network without IPv4 reaches an IPv4 host: that host decides
        return _is_public_v4(IPv4Address(address.packed[-4:]))
    return address in _UNICAST and address.is_global and address.sixtofour is None


LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})

_URL = re.compile(r"[\x21\x22\x24-\x5b\x5d-\x7e]+")
"""Printable ASCII without space, `#` or `\\`: readers disagree about what those do to a URL."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
"""A DNS name of two labels or more whose last is no number: no address in any spelling."""
_PORTS = {"https": 443, "http": 80}


class TargetRefused(ValueError):
    """This URL is never fetched; the message says why and holds no input."""


class Target(NamedTuple):
    """Where one GET goes."""

    scheme: str
    host: str
    port: int
    authority: str
    """For the Host header: as the URL spells it."""
    path: str
    """With the query; begins with `/`."""

    @property
    def is_loopback(self) -> bool:
        """Whether the URL names this machine."""
        return self.host in LOOPBACK_HOSTS


def read_target(url: str, *, loopback: bool) -> Target:
    """The target of `url`; raises TargetRefused. `loopback`: whether this machine may be named, also by http."""
    parts = _split(url)
    host = parts.hostname or ""
    is_loopback = loopback and host in LOOPBACK_HOSTS
    if parts.scheme != "https" and not (is_loopback and parts.scheme == "http"):
        raise TargetRefused("not https")
    if "@" in parts.netloc or not (is_loopback or _NAME.fullmatch(host)):
        raise TargetRefused("not a host name")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, _port(parts), parts.netloc, path)


def _split(url: str) -> SplitResult:
    if not _URL.fullmatch(url):
        raise TargetRefused("not a URL")
    try:
        return urlsplit(url)
    except ValueError:
        raise TargetRefused("not a URL") from None


def _port(parts: SplitResult) -> int:
    try:
        return _PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        raise TargetRefused("not a port") from None
