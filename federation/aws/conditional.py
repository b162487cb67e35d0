"""A write with a condition, which DynamoDB leaves undone where that does not hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from federation.aws.errors import error_code, translated
from federation.oauth.reasons import Reason


class ConditionNotMet(Exception):
    """Nothing was written."""

    def __init__(self, item: Any) -> None:  # noqa: ANN401 (whatever lies there)
        """`item`: what stands in the way, where the write asked for it (`ReturnValuesOnConditionCheckFailure`)."""
        super().__init__("the condition of a write does not hold")
        self.item = item


@contextmanager
def conditional(unavailable: Reason) -> Iterator[None]:
    """`translated` around one PutItem, UpdateItem or DeleteItem with a condition; raises ConditionNotMet as well."""
    with translated(unavailable):
        try:
            yield
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            raise ConditionNotMet(error.response.get("Item", {})) from error
