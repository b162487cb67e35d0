"""How many races are run, and on which engine. `make race` runs them all; the suite a few of each."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.aws.clients import dynamodb_client
from federation.local.embedded_aws import SETUP_SECONDS, EmbeddedAws
from tests.support.contract import Engine
from tests.support.dynamodb_local import dynamodb_local

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIALS, JARS = "--trials", "--race-on-dynamodb-local"
FEW = 5


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(TRIALS, type=int, default=FEW, metavar="NUMBER", help="races of each kind")
    parser.addoption(JARS, type=Path, default=None, metavar="FOLDER", help="where DynamoDB Local's jars are")


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption(TRIALS, FEW))


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """Empty: moto, in this process."""
    jars = request.config.getoption(JARS, None)
    if jars is None:
        yield ""
        return
    with dynamodb_local(jars) as url:
        yield url


@pytest.fixture
def engine(endpoint: str) -> Iterator[Engine]:
    with EmbeddedAws({"AWS_ENDPOINT_URL_DYNAMODB": endpoint}):
        yield Engine(dynamodb_client(SETUP_SECONDS))


@pytest.fixture
def dynamodb(engine: Engine) -> "DynamoDBClient":
    return engine.dynamodb
