"""The AWS calls that a client makes, as botocore sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient
from botocore.model import OperationModel


@contextmanager
def counted_calls(client: BaseClient) -> Iterator[list[str]]:
    """The names of the operations called within, in order; retries inside a call do not count."""
    names: list[str] = []

    def note(model: OperationModel, **_: Any) -> None:  # noqa: ANN401  (botocore passes what it likes)
        names.append(model.name)

    client.meta.events.register("before-call", note)
    try:
        yield names
    finally:
        client.meta.events.unregister("before-call", note)
