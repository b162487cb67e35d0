"""Source addresses as they are counted."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

SUBSCRIBER = 64
"""Bits of an IPv6 address that a network is given; its hosts choose the rest for each request."""


@lru_cache(maxsize=1024)
def source_of(address: str) -> str:
    """The IPv4 address, or the /64 of an IPv6 address; everything else is one source."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(IPv6Address(int(parsed) >> SUBSCRIBER << SUBSCRIBER))
