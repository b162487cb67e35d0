"""Which addresses may be connected to: only those on the open internet (ATTACKS N1)."""

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network

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
