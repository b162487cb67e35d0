"""A write with a condition, which DynamoDB leaves undone where that does not hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from federation.aws.errors import AwsRefused, translated
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
        except AwsRefused as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            raise ConditionNotMet(error.answer.get("Item", {})) from error
