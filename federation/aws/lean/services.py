"""Composes the services that the functions which answer requests use."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from federation.aws.lean.credentials import (
    FULL_URI,
    RELATIVE_URI,
    CredentialSource,
    GivenCredentials,
    NoCredentials,
    RefreshedCredentials,
    given,
)
from federation.aws.lean.endpoints import place_of, region_in
from federation.aws.lean.service import DYNAMODB, KMS, AttemptFailed, Dialect, LeanService, Shared
from federation.aws.lean.transport import Place, SocketTransport, Transport, Trust
from federation.aws.service import AwsServices, DynamoDb, Kms
from federation.later import module_later

if TYPE_CHECKING:
    from federation.aws.lean import credentials_endpoint
else:
    credentials_endpoint = module_later("federation.aws.lean.credentials_endpoint")

TRACE = "_X_AMZN_TRACE_ID"
"""Where the Lambda runtime puts the trace of the invocation."""

Connect = Callable[[Place, Trust], Transport]


def lean_services(
    environment: Mapping[str, str],
    trust: Trust,
    connect: Connect = SocketTransport,
    failed: AttemptFailed = lambda _service, _error: None,
) -> AwsServices:
    """In the environment's region and by its credentials. Raises AwsUnusable where it names no region."""
    region = region_in(environment)
    shared = Shared(
        credential_source(environment, trust),
        trace_id=lambda: _printable(environment.get(TRACE, "")),
        failed=failed,
    )

    def service(dialect: Dialect) -> LeanService:
        place = place_of(dialect.name, region, environment)
        return LeanService(dialect, place.authority, region, connect(place, trust), shared)

    dynamodb, kms = service(DYNAMODB), service(KMS)

    def drop_connections() -> None:
        dynamodb.transport.close()
        kms.transport.close()

    return AwsServices(DynamoDb(dynamodb), Kms(kms), drop_connections)


def credential_source(environment: Mapping[str, str], trust: Trust) -> CredentialSource:
    """The environment's own come first, then its endpoint."""
    credentials = given(environment)
    if credentials is not None:
        return GivenCredentials(credentials)
    if environment.get(FULL_URI) or environment.get(RELATIVE_URI):
        return RefreshedCredentials(credentials_endpoint.container_credentials(environment, trust))
    return NoCredentials()


def _printable(text: str) -> str:
    """A header's value, or none."""
    return text if text.isascii() and text.isprintable() else ""
