"""How many races are run, and on which engine. `make race` runs them all; the suite a few of each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from federation.aws.clients import dynamodb_client
from federation.local.embedded_aws import SETUP_SECONDS, EmbeddedAws
from tests.support.contract import Engine
from tests.support.ministack import ministack_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIALS = "--trials"
FEW = 5


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(TRIALS, type=int, default=FEW, metavar="NUMBER", help="races of each kind")


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption(TRIALS, FEW))


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Moto, in this process; with `--ministack` that engine, over HTTP."""
    on_ministack = request.config.getoption("--ministack")
    with ministack_aws(request.getfixturevalue("ministack_endpoint")) if on_ministack else EmbeddedAws({}):
        yield Engine(dynamodb_client(SETUP_SECONDS))


@pytest.fixture
def dynamodb(engine: Engine) -> "DynamoDBClient":
    return engine.dynamodb
