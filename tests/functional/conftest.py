"""The bridge with two tenants. A file that needs another bridge defines its own `laptop`, which pytest prefers."""

from collections.abc import Iterator

import pytest

from tests.support.cli_runs import Admin
from tests.support.tenants_laptop import Laptop, tenants_laptop


@pytest.fixture(scope="module")
def laptop() -> Iterator[Laptop]:
    """A bridge with two tenants; each file starts its own."""
    with tenants_laptop() as laptop:
        yield laptop


@pytest.fixture(scope="module")
def auditor(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Admin:
    folder = tmp_path_factory.mktemp("auditor")
    (folder / "credential").write_text(laptop.admin_token)
    return Admin(laptop.local.url, folder)
