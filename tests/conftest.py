"""Fixtures that more than one folder of tests uses."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.bridge_server import Bridge, running_bridge
from tests.support.ministack import ministack

# How long a case takes says something of the machine, and nothing of what is promised.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

OF_A_SHELL = ("FEDBRIDGE_", "FEDERATION_", "ACTIONS_ID_TOKEN_", "AWS_", "AZURE_", "GOOGLE_", "SPIFFE_", "TFC_")
OF_A_JOB = ("GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "BUILDKITE", "BITBUCKET_BUILD_NUMBER", "VERCEL", "K_SERVICE")

# Nor do the tests depend on whose shell they run in: an admin's, who exports where their bridge is, or a CI job's.
for name in tuple(os.environ):
    if name.startswith(OF_A_SHELL) or name in OF_A_JOB:
        del os.environ[name]

OPTION = "--ministack"
NEED_MINISTACK = {"test_trust_that_lives_on.py"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="on MiniStack too, which `make contract` installs")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without the option there are no such cases, and nothing to skip."""
    if collection_path.name in NEED_MINISTACK and not config.getoption(OPTION):
        return True
    return None


@pytest.fixture(scope="session")
def ministack_endpoint() -> Iterator[str]:
    """URL of an AWS engine over HTTP, started once per worker; it checks no signature."""
    with ministack() as url:
        yield url


@pytest.fixture(scope="session")
def bridge() -> Iterator[Bridge]:
    """The whole bridge over HTTP, started once per worker."""
    with running_bridge() as bridge:
        yield bridge
