"""The AWS calls that the adapters make."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from federation.aws.service import Answer, AwsServices, DynamoDb, Kms, Service, Started


class NotedService:
    """A Service that keeps what it is asked; retries inside a call do not count."""

    def __init__(self, inner: Service) -> None:
        self._inner = inner
        self.asked: list[tuple[str, Answer]] = []

    def start(self, operation: str, request: Answer) -> Started:
        self.asked.append((operation, request))
        return self._inner.start(operation, request)


class CountedService:
    """A Service that counts by operation."""

    def __init__(self, inner: Service, calls: Counter[str]) -> None:
        self._inner = inner
        self._calls = calls

    def start(self, operation: str, request: Answer) -> Started:
        self._calls[operation] += 1
        return self._inner.start(operation, request)


def counted(aws: AwsServices, calls: Counter[str]) -> AwsServices:
    """Adds to `calls` whatever is asked."""
    dynamodb, kms = (CountedService(of.service, calls) for of in (aws.dynamodb, aws.kms))
    return AwsServices(DynamoDb(dynamodb), Kms(kms))


@contextmanager
def noted_calls(dynamodb: DynamoDb) -> Iterator[list[tuple[str, Answer]]]:
    """(operation, request) of the calls within, in order, once it ends. For engines of the contract suites."""
    service = dynamodb.service
    assert isinstance(service, NotedService)
    calls: list[tuple[str, Answer]] = []
    before = len(service.asked)
    try:
        yield calls
    finally:
        calls += service.asked[before:]


@contextmanager
def counted_calls(dynamodb: DynamoDb) -> Iterator[list[str]]:
    """The names alone."""
    names: list[str] = []
    with noted_calls(dynamodb) as calls:
        yield names
    names += [operation for operation, _ in calls]
