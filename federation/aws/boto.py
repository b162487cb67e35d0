"""Services by botocore, where its weight does not matter: admin, schedules, setting up."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from federation.aws import errors
from federation.aws.errors import AwsRefused, AwsUnreachable, AwsUnusable
from federation.aws.service import Answer, Started
from federation.oauth.reasons import Reason


@contextmanager
def raised_as_ours() -> Iterator[None]:
    """What botocore raises, as AwsRefused, AwsUnreachable or AwsUnusable."""
    try:
        yield
    except ClientError as error:
        raise _refused(error) from error
    except (ConnectionError, HTTPClientError) as error:
        raise AwsUnreachable(type(error).__name__) from error
    except BotoCoreError as error:
        raise AwsUnusable(type(error).__name__) from error


@contextmanager
def translated(unavailable: Reason) -> Iterator[None]:
    """As `federation.aws.errors.translated`, around calls of a client of boto3 itself."""
    with errors.translated(unavailable), raised_as_ours():
        yield


def error_code(error: ClientError) -> str:
    """AWS's code, such as `NoSuchKey`."""
    return str(error.response.get("Error", {}).get("Code", ""))


class BotoService:
    """A Service on one of boto3's clients."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 (of any service)
        self.client = client

    def start(self, operation: str, request: Answer) -> Started:
        """Sends and waits in one, when the answer is asked for: botocore knows no halves."""
        return partial(self._call, operation, request)

    def _call(self, operation: str, request: Answer) -> Answer:
        with raised_as_ours():
            answer: Answer = getattr(self.client, xform_name(operation))(**request)
        return answer


def _refused(error: ClientError) -> AwsRefused:
    answer: dict[str, Any] = dict(error.response)
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return AwsRefused(error_code(error), status, answer)
