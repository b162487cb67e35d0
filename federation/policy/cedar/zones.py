"""Which network an address belongs to: the zone with the longest prefix; between equals there is none."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from federation.model.policy import Zone

_CIDR = re.compile(r"[0-9A-Fa-f:.]+/(?:0|[1-9][0-9]{0,2})")
_Network: TypeAlias = IPv4Network | IPv6Network
_MAPPED = IPv6Network("::ffff:0:0/96")
"""IPv4 addresses as IPv6 writes them (RFC 4291 section 2.5.5.2)."""


def parse_cidr(text: str) -> _Network:
    """`203.0.113.0/24`, `2001:db8::/32`; raises ValueError, also for bits beyond the prefix and for netmasks.

    A network of IPv4-mapped addresses is the IPv4 network.
    """
    if not _CIDR.fullmatch(text):
        raise ValueError("write a network as 203.0.113.0/24 or 2001:db8::/32")
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - _MAPPED.prefixlen))
    return network


class _Prefix(NamedTuple):
    """The networks of one size, looked up by their address."""

    version: int
    length: int
    mask: int


class ZoneTable(Struct, frozen=True):
    """All zones, so that a lookup costs as much as there are different prefix lengths, not networks."""

    prefixes: tuple[_Prefix, ...]
    """The longest first."""
    zones: dict[tuple[_Prefix, int], str | None]
    """Network -> zone; None where two zones claim the same network."""

    @classmethod
    def of(cls, zones: Iterable[Zone]) -> "ZoneTable":
        """The enabled zones; raises ValueError if one has a malformed network."""
        table: dict[tuple[_Prefix, int], str | None] = {}
        for zone in zones:
            for cidr in zone.cidrs if zone.enabled else ():
                key = _key(parse_cidr(cidr))
                table[key] = zone.id if table.get(key, zone.id) == zone.id else None
        return cls(tuple(sorted({key[0] for key in table}, key=lambda one: -one.length)), table)

    def zone_of(self, ip: str) -> str | None:
        """The zone of the address that the gateway saw; None for no zone, for two, and for what is no address."""
        address = _address(ip)
        if address is None:
            return None
        for prefix in self.prefixes:
            key = (prefix, int(address) & prefix.mask)
            if prefix.version == address.version and key in self.zones:
                return self.zones[key]
        return None


NO_ZONES = ZoneTable.of(())


def zone_of(ip: str, zones: Iterable[Zone]) -> str | None:
    """As `ZoneTable.zone_of`, for zones that are looked at once."""
    return ZoneTable.of(zones).zone_of(ip)


def _key(network: _Network) -> tuple[_Prefix, int]:
    return _Prefix(network.version, network.prefixlen, int(network.netmask)), int(network.network_address)


@lru_cache(maxsize=1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return None if address.scope_id else address.ipv4_mapped or address
    return address
