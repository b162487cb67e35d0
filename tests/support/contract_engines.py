"""The adapters' two ways to AWS, for the contract suites: botocore, and the lean client over HTTP."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from federation.aws.boto import BotoService
from federation.aws.clients import boto_kms, dynamodb_client
from federation.aws.lean.services import lean_services
from federation.aws.service import DynamoDb
from federation.local.embedded_aws import SETUP_SECONDS
from federation.model.made_signature import unrecorded
from federation.web.authorities import system_trust
from tests.support.aws_calls import NotedService
from tests.support.contract import Engine
from tests.support.moto_over_http import moto_over_http


@contextmanager
def botocore_engine() -> Iterator[Engine]:
    raw = dynamodb_client(SETUP_SECONDS)  # what is done counts here, not how fast
    yield Engine(raw, DynamoDb(NotedService(BotoService(raw))), boto_kms(unrecorded))


@contextmanager
def lean_engine(*, elsewhere: bool) -> Iterator[Engine]:
    """`elsewhere`: the environment names an engine; otherwise it is the moto of this process."""
    with nullcontext(os.environ.get("AWS_ENDPOINT_URL")) if elsewhere else moto_over_http() as url:
        services = lean_services({**os.environ, "AWS_ENDPOINT_URL": str(url)}, system_trust)
        yield Engine(dynamodb_client(SETUP_SECONDS), DynamoDb(NotedService(services.dynamodb.service)), services.kms)
