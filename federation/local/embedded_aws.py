"""AWS in this process: moto with our corrections, and the data resources of template.yaml.

While it runs, moto answers every AWS call of this process, whichever client makes it (it hooks into botocore), and the
environment's AWS_* variables are replaced by ones that lead nowhere: no call can reach a real account. Both end with
the context. One within another has resources of its own; the outer one must outlive it. DynamoDB alone may live
elsewhere: where AWS_ENDPOINT_URL_DYNAMODB points to.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from time import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from moto import mock_aws
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.kms.models import kms_backends
from msgspec import Struct

from federation.aws.clients import dynamodb_client, kms_client, s3_client
from federation.local.moto_cloudwatch import FaithfulCloudWatch, read_line
from federation.local.moto_dynamodb import FaithfulDynamoDb
from federation.local.moto_kms import ED25519, FaithfulKms
from federation.local.routes import TEMPLATE, load_template, resources

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "us-east-1"
"""moto takes its routes from this region's backends, where ours stand."""
DYNAMODB_ENDPOINT = "AWS_ENDPOINT_URL_DYNAMODB"
ACCESS_KEY = SECRET_KEY = "embedded"
"""Made up: they open nothing but what runs in this process."""
NAME = "federation"
SETUP_SECONDS = 30
"""A DynamoDB elsewhere may be warming up; no request waits for it yet."""

TABLES = {
    "TrustTable": "FEDERATION_TRUST_TABLE",
    "StateTable": "FEDERATION_STATE_TABLE",
    "AuditTable": "FEDERATION_AUDIT_TABLE",
}
"""Logical id in template.yaml -> the setting that names the table."""

BUCKETS = {"documents": "FEDERATION_DOCUMENTS_BUCKET", "archive": "FEDERATION_ARCHIVE_BUCKET"}
STREAMED = "AuditTable"
"""What a follower here reads."""

_numbers = count(1)
_RUNTIME = ("AWS_LAMBDA_", "AWS_SAM_", "AWS_XRAY_")
_KEY_SPECS = {"RS256": "RSA_2048", "PS256": "RSA_2048", "ES256": "ECC_NIST_P256", "EdDSA": ED25519}
_POLICY = '{"Version": "2012-10-17", "Statement": []}'
"""Nothing here asks for it; keys that are made later have it too."""
_SEALED = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class EmbeddedAws(AbstractContextManager[Mapping[str, str]]):
    """Yields the settings (FEDERATION_*) that name what was created; all but the issuer."""

    def __init__(self, environment: Mapping[str, str], algorithm: str = "RS256", template: Path = TEMPLATE) -> None:
        self._endpoint = environment.get(DYNAMODB_ENDPOINT)
        self._algorithm = algorithm
        self._template = template
        self._running = ExitStack()

    def __enter__(self) -> Mapping[str, str]:
        with ExitStack() as starting:
            starting.enter_context(sealed_environment(self._endpoint))
            starting.enter_context(mock_aws())
            settings = self._create(_prefix())
            self._running = starting.pop_all()
        return settings

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def _create(self, prefix: str) -> Mapping[str, str]:
        buckets = {setting: f"{prefix}-{name}" for name, setting in BUCKETS.items()}
        for bucket in buckets.values():
            s3_client().create_bucket(Bucket=bucket)
        kms = kms_client()
        spec: Any = _KEY_SPECS[self._algorithm]
        key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec=spec, Policy=_POLICY)
        return {
            **create_tables(dynamodb_client(SETUP_SECONDS), prefix, self._template),
            **buckets,
            "FEDERATION_SIGNING_KEY": key["KeyMetadata"]["Arn"],
            "FEDERATION_SIGNING_ALGORITHM": self._algorithm,
        }


@contextmanager
def sealed_environment(dynamodb_endpoint: str | None) -> Iterator[None]:
    """No profile, credential, region or endpoint of this machine's user holds within."""
    before = {name: os.environ[name] for name in _sdk_variables()}
    endpoint = {DYNAMODB_ENDPOINT: dynamodb_endpoint} if dynamodb_endpoint else {}
    _replace_sdk_variables({**_SEALED, **endpoint})
    try:
        yield
    finally:
        _replace_sdk_variables(before)


def embedded_metrics() -> FaithfulCloudWatch | None:
    """The embedded CloudWatch; None: it does not run."""
    backend = cloudwatch_backends[DEFAULT_ACCOUNT_ID][REGION]
    return backend if isinstance(backend, FaithfulCloudWatch) else None


def measure(line: Mapping[str, Any]) -> None:
    """A line of a log, in embedded metric format, as CloudWatch takes it in."""
    if metrics := embedded_metrics():
        for measured in read_line(line):
            metrics.record(*measured)


def measure_aws(namespace: str, name: str, dimension: str, value: str, number: float = 1) -> None:
    """What a service of AWS measures of itself."""
    if metrics := embedded_metrics():
        metrics.record(namespace, name, {dimension: value}, time(), [number])


def create_tables(dynamodb: "DynamoDBClient", prefix: str = NAME, template: Path = TEMPLATE) -> dict[str, str]:
    """Create what is not there yet of the tables of template.yaml; setting -> table name."""
    definitions = dict(resources(load_template(template), "AWS::DynamoDB::Table"))
    names = {logical_id: f"{prefix}-{logical_id.removesuffix('Table').lower()}" for logical_id in TABLES}
    for logical_id, name in names.items():
        with suppress(dynamodb.exceptions.ResourceInUseException):
            Table(name, definitions[logical_id], streamed=logical_id == STREAMED).create(dynamodb)
    return {TABLES[logical_id]: name for logical_id, name in names.items()}


class Table(Struct, frozen=True):
    """A table as template.yaml defines it."""

    name: str
    properties: Mapping[str, Any]
    streamed: bool = False

    def create(self, dynamodb: "DynamoDBClient") -> None:
        """Keys, indexes and expiry; what protects data in AWS has nothing to protect here."""
        wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes")
        schema = {name: self.properties[name] for name in wanted if name in self.properties}
        if self.streamed:
            schema["StreamSpecification"] = {"StreamEnabled": True, **self.properties["StreamSpecification"]}
        dynamodb.create_table(TableName=self.name, BillingMode="PAY_PER_REQUEST", **schema)
        if "TimeToLiveSpecification" in self.properties:
            expiry = {"Enabled": True, "AttributeName": self.properties["TimeToLiveSpecification"]["AttributeName"]}
            dynamodb.update_time_to_live(TableName=self.name, TimeToLiveSpecification=expiry)  # type: ignore[arg-type]


def _prefix() -> str:
    """Of names. Our corrections take their places before the first call; moto dropped its own when it started."""
    if isinstance(kms_backends[DEFAULT_ACCOUNT_ID][REGION], FaithfulKms):
        return f"{NAME}-{next(_numbers)}"
    cloudwatch_backends[DEFAULT_ACCOUNT_ID][REGION] = FaithfulCloudWatch(REGION, DEFAULT_ACCOUNT_ID)
    kms_backends[DEFAULT_ACCOUNT_ID][REGION] = FaithfulKms(REGION, DEFAULT_ACCOUNT_ID)
    dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION] = FaithfulDynamoDb(REGION, DEFAULT_ACCOUNT_ID)
    return NAME


def _replace_sdk_variables(variables: Mapping[str, str]) -> None:
    for name in _sdk_variables():
        del os.environ[name]
    os.environ.update(variables)


def _sdk_variables() -> list[str]:
    """What tells an SDK where to go and as whom; not what tells a function where it runs."""
    return [name for name in os.environ if name.startswith("AWS_") and not name.startswith(_RUNTIME)]
