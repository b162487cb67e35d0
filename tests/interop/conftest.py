"""Real issuers: each started once, on loopback, and ended with the run.

Tests of an issuer that is not installed are not collected, and the run says so. A run without any issuer fails.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.support.child import unwind_on_sigterm
from tests.interop.support.dex import Dex, running_dex
from tests.interop.support.exchanges import Exchanges
from tests.interop.support.issuers import HERE, installations
from tests.interop.support.keycloak import Keycloak, running_keycloak
from tests.interop.support.mock_oauth2_server import MockOauth2Server, running_mock_oauth2_server
from tests.interop.support.oauth4webapi import Oauth4webapi, running_oauth4webapi
from tests.interop.support.oidc_provider import OidcProvider, running_oidc_provider
from tests.interop.support.spire import Spire, running_spire

OPTION = "--issuers"
EXCHANGES = pytest.StashKey[Exchanges]()
ABSENT = pytest.StashKey[dict[str, str]]()
NOTHING_INSTALLED = 3
"""Exit status."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, type=Path, default=HERE, metavar="FOLDER", help="where the real issuers are installed")


def pytest_configure(config: pytest.Config) -> None:
    unwind_on_sigterm()
    config.stash[EXCHANGES] = Exchanges()
    issuers = installations(config.getoption(OPTION))
    config.stash[ABSENT] = {issuer.name: why for issuer in issuers if (why := issuer.why_not()) is not None}
    if len(config.stash[ABSENT]) == len(issuers):
        reasons = "\n".join(f"{name} NOT INSTALLED: {why}" for name, why in config.stash[ABSENT].items())
        pytest.exit(f"no real issuer is installed, so nothing can be said:\n{reasons}", NOTHING_INSTALLED)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A module is named after its issuer."""
    absent = {f"test_{name.replace('-', '_')}.py" for name in config.stash[ABSENT]}
    return True if collection_path.name in absent else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.section("what was exchanged")
    for line in config.stash[EXCHANGES].table():
        terminalreporter.write_line(line)
    for name, why in config.stash[ABSENT].items():
        terminalreporter.write_line(f"{name} NOT INSTALLED, so not tested: {why}", yellow=True)


@pytest.fixture(scope="session")
def exchanges(pytestconfig: pytest.Config) -> Exchanges:
    return pytestconfig.stash[EXCHANGES]


@pytest.fixture(scope="session")
def installed(pytestconfig: pytest.Config) -> Path:
    folder: Path = pytestconfig.getoption(OPTION)
    return folder


@pytest.fixture(scope="session")
def oidc_provider(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    log = tmp_path_factory.mktemp("oidc-provider") / "log"
    with running_oidc_provider(installed / "oidc-provider", log) as provider:
        yield provider


@pytest.fixture
def another_oidc_provider(installed: Path, tmp_path: Path) -> Iterator[OidcProvider]:
    """One that a test may change."""
    with running_oidc_provider(installed / "oidc-provider", tmp_path / "log") as provider:
        yield provider


@pytest.fixture(scope="session")
def oauth4webapi(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oauth4webapi]:
    with running_oauth4webapi(installed / "oauth4webapi", tmp_path_factory.mktemp("oauth4webapi") / "log") as library:
        yield library


@pytest.fixture(scope="session")
def keycloak(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    with running_keycloak(installed / "keycloak", tmp_path_factory.mktemp("keycloak") / "log") as server:
        yield server


@pytest.fixture(scope="session")
def spire(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spire]:
    with running_spire(installed / "spire" / "target", tmp_path_factory.mktemp("spire") / "log") as server:
        yield server


@pytest.fixture
def another_spire(installed: Path, tmp_path: Path) -> Iterator[Spire]:
    """One that a test may change."""
    with running_spire(installed / "spire" / "target", tmp_path / "log") as server:
        yield server


@pytest.fixture(scope="session")
def dex(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dex]:
    with running_dex(installed / "dex", tmp_path_factory.mktemp("dex") / "log") as server:
        yield server


@pytest.fixture(scope="session")
def mock_oauth2_server(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockOauth2Server]:
    log = tmp_path_factory.mktemp("mock-oauth2-server") / "log"
    with running_mock_oauth2_server(installed / "mock-oauth2-server", log) as server:
        yield server
