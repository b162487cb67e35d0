import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from federation.aws.boto import translated
from federation.oauth.errors import OAuthError, ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason


def client_error(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "secret"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PutItem")  # type: ignore[arg-type]


PASSING = [
    client_error("ThrottlingException", 400),
    client_error("ProvisionedThroughputExceededException", 400),
    client_error("RequestLimitExceeded", 400),
    client_error("SlowDown", 503),
    client_error("Unheard", 500),
    client_error("", 502),
    ReadTimeoutError(endpoint_url="https://example.com"),
    ConnectTimeoutError(endpoint_url="https://example.com"),
    EndpointConnectionError(endpoint_url="https://example.com"),
]
FINAL = [
    client_error("AccessDeniedException", 400),
    client_error("ValidationException", 400),
    client_error("ResourceNotFoundException", 400),
    client_error("Unheard", 400),
    NoCredentialsError(),
    ParamValidationError(report="secret"),
]


def refusal_of(error: ClientError | BotoCoreError) -> OAuthError:
    with pytest.raises(OAuthError) as refusal, translated(Reason.STORE_UNAVAILABLE):
        raise error
    return refusal.value


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_passes_is_unavailable(error: ClientError | BotoCoreError) -> None:
    refusal = refusal_of(error)
    assert isinstance(refusal, TemporarilyUnavailable)
    assert refusal.reason is Reason.STORE_UNAVAILABLE


@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_what_does_not_pass_is_our_own_fault(error: ClientError | BotoCoreError) -> None:
    refusal = refusal_of(error)
    assert isinstance(refusal, ServerError)
    assert refusal.reason is Reason.INTERNAL_ERROR


@pytest.mark.parametrize("error", [*PASSING, *FINAL], ids=repr)
def test_what_aws_quotes_is_not_passed_on(error: ClientError | BotoCoreError) -> None:
    assert "secret" not in refusal_of(error).detail


def test_a_refusal_of_ours_stays_what_it_is() -> None:
    with pytest.raises(ServerError), translated(Reason.STORE_UNAVAILABLE):
        raise ServerError(Reason.INTERNAL_ERROR)
