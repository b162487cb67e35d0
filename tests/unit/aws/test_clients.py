from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from federation.aws.clients import dynamodb_client, kms_client, s3_client
from federation.local.embedded_aws import sealed_environment


@pytest.fixture(autouse=True)
def nowhere() -> Iterator[None]:
    with sealed_environment(None):
        yield


@pytest.mark.parametrize(("make", "attempts"), [(dynamodb_client, 3), (kms_client, 2), (s3_client, 3)])
def test_a_client_waits_for_seconds_and_not_for_minutes(make: Callable[[], BaseClient], attempts: int) -> None:
    config: Any = make().meta.config
    assert config.connect_timeout == 1
    assert config.read_timeout == 1
    assert config.retries == {"mode": "standard", "total_max_attempts": attempts}
