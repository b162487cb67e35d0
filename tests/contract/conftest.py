"""One suite per port, run on the fake and on the adapter.

The adapter stands on moto. With `--dynamodb-local FOLDER` (its jars) the DynamoDB suites run on that engine as well.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from federation.aws.clients import dynamodb_client
from federation.aws.current_state import DynamoCurrentState
from federation.aws.key_sets import DocumentKeySets
from federation.aws.policy_reader import DynamoPolicyReader
from federation.aws.trust_pages import DynamoTrustPages
from federation.aws.trust_reader import DynamoTrustReader
from federation.aws.trust_writer import DynamoTrustWriter
from federation.local.embedded_aws import SETUP_SECONDS, EmbeddedAws
from federation.model.documents import CorruptDocument
from tests.support.contract import Engine, Trust
from tests.support.dynamodb_local import dynamodb_local
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OPTION = "--dynamodb-local"
FAKE, MOTO, LOCAL = "fake", "moto", "dynamodb-local"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, type=Path, default=None, metavar="FOLDER", help="where DynamoDB Local's jars are")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without the option there is no such case, and nothing to skip."""
    engines = [MOTO, LOCAL] if metafunc.config.getoption(OPTION, None) else [MOTO]
    if "dynamodb" in metafunc.fixturenames:
        metafunc.parametrize("engine", engines, indirect=True, scope="module")
    elif "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", [FAKE, *engines], indirect=True, scope="module")


@pytest.fixture(scope="session")
def local_endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    with dynamodb_local(request.config.getoption(OPTION)) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine | None]:
    """None: the port's fake."""
    if request.param == FAKE:
        yield None
        return
    endpoint = request.getfixturevalue("local_endpoint") if request.param == LOCAL else ""
    with EmbeddedAws({"AWS_ENDPOINT_URL_DYNAMODB": endpoint}):
        yield Engine(dynamodb_client(SETUP_SECONDS))  # what is done counts here, not how fast


@pytest.fixture
def dynamodb(engine: Engine) -> "DynamoDBClient":
    """For what concerns the adapter alone."""
    return engine.dynamodb


@pytest.fixture
def trust(engine: Engine | None) -> Trust:
    if engine is None:
        fake, clock = FakeTrust(), FixedClock()
        state = FakeState(fake, FakeLedger(clock), clock)
        return Trust(fake, fake, fake, fake, fake, state, fake, fake, fake.corrupt, fake, fake, fake)
    names = engine.tables()
    table = names["FEDERATION_TRUST_TABLE"]
    corrupt: list[CorruptDocument] = []
    reader = DynamoTrustReader(engine.dynamodb, table, corrupt.append)
    writer = DynamoTrustWriter(engine.dynamodb, table)
    current = DynamoCurrentState(engine.dynamodb, table, names["FEDERATION_STATE_TABLE"], FixedClock())
    policies = DynamoPolicyReader(engine.dynamodb, table)
    pages = DynamoTrustPages(engine.dynamodb, table, corrupt.append)
    key_sets = DocumentKeySets(writer)
    return Trust(reader, reader, reader, reader, policies, current, writer, key_sets, corrupt, reader, pages, pages)
