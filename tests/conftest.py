"""Fixtures that more than one folder of tests uses."""

from collections.abc import Iterator

import pytest

from tests.support.bridge_server import Bridge, running_bridge


@pytest.fixture(scope="session")
def bridge() -> Iterator[Bridge]:
    """The whole bridge over HTTP, started once per worker."""
    with running_bridge() as bridge:
        yield bridge
