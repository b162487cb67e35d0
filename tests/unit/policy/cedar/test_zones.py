"""The zone with the longest prefix; empty means no."""

import pytest

from federation.model.policy import Zone
from federation.policy.cedar.zones import ZoneTable, parse_cidr, zone_of
from tests.support.policy_requests import load

VECTORS = load("zones")
ZONES = [Zone(name, 1, tuple(cidrs), name != "disabled") for name, cidrs in VECTORS["zones"].items()]


@pytest.mark.parametrize(("address", "expected"), VECTORS["addresses"])
def test_the_zone_of_an_address(address: str, expected: str | None) -> None:
    assert zone_of(address, ZONES) == expected
    assert ZoneTable.of(reversed(ZONES)).zone_of(address) == expected


@pytest.mark.parametrize("text", VECTORS["malformed"])
def test_a_network_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_cidr(text)
    with pytest.raises(ValueError, match=r"."):
        ZoneTable.of([Zone("z", 1, (text,))])


def test_without_zones_there_is_none() -> None:
    assert zone_of("203.0.113.1", []) is None
