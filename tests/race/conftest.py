"""How many races are run, and on which engine. `make race` runs them all; the suite a few of each."""

from collections.abc import Iterator

import pytest

from federation.aws.service import DynamoDb
from federation.local.embedded_aws import EmbeddedAws
from tests.support.contract import Engine
from tests.support.contract_engines import botocore_engine, lean_engine
from tests.support.ministack import ministack_aws

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
    aws = ministack_aws(request.getfixturevalue("ministack_endpoint")) if on_ministack else EmbeddedAws({})
    with aws, lean_engine(elsewhere=True) if on_ministack else botocore_engine() as made:
        yield made


@pytest.fixture
def dynamodb(engine: Engine) -> DynamoDb:
    return engine.dynamodb
