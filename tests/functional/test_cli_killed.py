"""`fedbridge apply` and `export` killed at every request that they make, and repeated to the same end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.admin_laptop import AdminLaptop, admin_laptop
from tests.support.fake_bridge import serving
from tests.support.killing_relay import KillingRelay, When

KILLED = -9


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdminLaptop]:
    with admin_laptop(tmp_path_factory.mktemp("admin")) as laptop:
        yield laptop


@pytest.fixture
def relay(laptop: AdminLaptop, tmp_path: Path) -> Iterator[KillingRelay]:
    with serving(lambda url: KillingRelay(url, bridge=laptop.url)) as relay:
        laptop.keep_bearer(tmp_path / "bearer")
        yield relay


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("request_number", [6, 7, 8], ids=["the last list", "plan", "apply"])
def test_an_apply_that_is_killed_at_any_request_is_repeated_to_the_same_end(
    laptop: AdminLaptop, relay: KillingRelay, tmp_path: Path, request_number: int, when: When
) -> None:
    bearer = {"FEDBRIDGE_TOKEN_FILE": str(tmp_path / "bearer")}
    laptop.run("export", tmp_path / "trust", **bearer)
    for file in (tmp_path / "trust").glob("zones/*.yaml"):
        file.unlink()
    names = [f"zone-{when}-{request_number}-{number}" for number in range(3)]
    zones = [{"kind": "Zone", "id": name, "cidrs": ["203.0.113.0/24"]} for name in names]
    (tmp_path / "trust" / "zones.yaml").write_text(yaml.safe_dump_all(zones))
    relay.kill_at, relay.when = request_number, when
    arguments = ("apply", tmp_path / "trust", "--yes", "--prune", "--reason", names[0])
    killed, _ = relay.run(*arguments, token_file=tmp_path / "bearer")
    relay.kill_at = 0
    code, told = _repeated(relay, *arguments, token_file=tmp_path / "bearer")
    assert (killed, code) == (KILLED, 0), told
    assert laptop.run("plan", tmp_path / "trust", "--prune", **bearer).exit_code == 0
    for name in names:
        history = laptop.run("history", "Zone", name, **bearer)
        assert history.stdout.count("version") == 1, "written once"


def _repeated(relay: KillingRelay, *arguments: str | Path, token_file: Path) -> tuple[int, str]:
    """The bridge may be busy still with what the killed process had asked for: then once more."""
    first = relay.run(*arguments, token_file=token_file)
    return first if first[0] == 0 else relay.run(*arguments, token_file=token_file)
