"""One suite per port, run on the fake, on the adapter by botocore and on the adapter by the lean client.

Both stand on moto, the lean client over HTTP. With `--ministack` the suites run on that engine over HTTP as well.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from federation.aws.clients import kms_client, s3_client
from federation.aws.current_state import DynamoCurrentState
from federation.aws.filing_writer import filing_writer
from federation.aws.key_sets import DocumentKeySets
from federation.aws.policy_reader import DynamoPolicyReader
from federation.aws.service import DynamoDb
from federation.aws.trust_history import DynamoHistory
from federation.aws.trust_pages import DynamoTrustPages
from federation.aws.trust_reader import DynamoTrustReader
from federation.local.embedded_aws import EmbeddedAws
from federation.model.documents import CorruptDocument
from tests.support.contract import Engine, Trust
from tests.support.contract_engines import botocore_engine, lean_engine
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust
from tests.support.ministack import ministack_aws

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

FAKE, MOTO, MINISTACK = "fake", "moto", "ministack"
BOTOCORE, LEAN = "botocore", "lean"
_BOTOCORE_ALONE = frozenset({"test_archive_segments", "test_key_maker", "test_publisher"})
"""Suites of ports that no function which answers requests has."""
_OF_AN_ENGINE = frozenset({"dynamodb", "kms", "s3"})
"""Fixtures for what concerns an adapter alone."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without the option there is no such case, and nothing to skip."""
    names = [MOTO, MINISTACK] if metafunc.config.getoption("--ministack") else [MOTO]
    adapters = [BOTOCORE] if metafunc.module.__name__.rpartition(".")[2] in _BOTOCORE_ALONE else [BOTOCORE, LEAN]
    engines = [f"{name}, {adapter}" for name in names for adapter in adapters]
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
    name, adapter = request.param.split(", ")
    on_ministack = name == MINISTACK
    aws = ministack_aws(request.getfixturevalue("ministack_endpoint")) if on_ministack else EmbeddedAws({})
    with aws, lean_engine(elsewhere=on_ministack) if adapter == LEAN else botocore_engine() as made:
        yield made


@pytest.fixture
def dynamodb(engine: Engine) -> DynamoDb:
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
        return Trust(fake, fake, fake, fake, fake, fake, fake, state, fake, fake, fake.corrupt, fake, fake, fake)
    names = engine.tables()
    table = names["FEDERATION_TRUST_TABLE"]
    corrupt: list[CorruptDocument] = []
    reader = DynamoTrustReader(engine.dynamodb, table, corrupt.append)
    audit = names["FEDERATION_AUDIT_TABLE"]
    writer = filing_writer(engine.dynamodb, table, audit)
    current = DynamoCurrentState(engine.dynamodb, table, names["FEDERATION_STATE_TABLE"], FixedClock())
    policies = DynamoPolicyReader(engine.dynamodb, table)
    pages = DynamoTrustPages(engine.dynamodb, table, corrupt.append)
    key_sets = DocumentKeySets(writer)
    return Trust(
        *(reader, reader, reader, reader, reader, policies, policies, current, writer, key_sets, corrupt),
        *(reader, DynamoHistory(engine.dynamodb, table, audit), pages),
    )
