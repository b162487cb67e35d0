"""Row F8: where a request comes from is what the gateway saw (the other half: tests/unit/functions/test_event.py)."""

import pytest

from tests.support.exchange_world import bridge, reason
from tests.support.policy_requests import FORBID


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "x-source-ip", "true-client-ip"])
def test_F8_no_header_makes_an_address(header: str) -> None:
    with bridge() as world:
        world.write({"kind": "Zone", "id": "corp", "cidrs": ["198.51.100.0/24"]})
        world.write({"kind": "Policy", "id": "p", "cedar": f'{FORBID} unless {{ context.network.zone == "corp" }};'})
        world.headers[header] = "for=198.51.100.7" if header == "forwarded" else "198.51.100.7"
        assert reason(world.post()) == "policy_denied"
        world.source_ip = "198.51.100.7"
        assert world.post().status == 200
