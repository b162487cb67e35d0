"""One suite per port, run on the fake and on the adapter.

The adapter stands on moto. With `--ministack` the suites run on that engine over HTTP as well.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from federation.aws.clients import dynamodb_client, kms_client, s3_client
from federation.aws.current_state import DynamoCurrentState
from federation.aws.key_sets import DocumentKeySets
from federation.aws.policy_reader import DynamoPolicyReader
from federation.aws.trust_pages import DynamoTrustPages
from federation.aws.trust_reader import DynamoTrustReader
from federation.aws.trust_writer import DynamoTrustWriter
from federation.local.embedded_aws import SETUP_SECONDS, EmbeddedAws
from federation.model.documents import CorruptDocument
from tests.support.contract import Engine, Trust
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust
from tests.support.ministack import ministack_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

FAKE, MOTO, MINISTACK = "fake", "moto", "ministack"
_OF_AN_ENGINE = frozenset({"dynamodb", "kms", "s3"})
"""Fixtures for what concerns an adapter alone."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without the option there is no such case, and nothing to skip."""
    engines = [MOTO, MINISTACK] if metafunc.config.getoption("--ministack") else [MOTO]
    if _OF_AN_ENGINE.intersection(metafunc.fixturenames):
        metafunc.parametrize("engine", engines, indirect=True, scope="module")
    elif "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", [FAKE, *engines], indirect=True, scope="module")


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine | None]:
    """None: the port's fake."""
    if request.param == FAKE:
        yield None
        return
    on_ministack = request.param == MINISTACK
    with ministack_aws(request.getfixturevalue("ministack_endpoint")) if on_ministack else EmbeddedAws({}):
        yield Engine(dynamodb_client(SETUP_SECONDS))  # what is done counts here, not how fast


@pytest.fixture
def dynamodb(engine: Engine) -> "DynamoDBClient":
    return engine.dynamodb


@pytest.fixture(scope="module")
def kms(engine: Engine) -> "KMSClient":
    assert engine
    return kms_client()


@pytest.fixture(scope="module")
def s3(engine: Engine) -> "S3Client":
    assert engine
    return s3_client()


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
