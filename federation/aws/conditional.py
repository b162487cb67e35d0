"""A write with a condition, which DynamoDB leaves undone where that does not hold."""

from types import TracebackType
from typing import Any

from federation.aws.errors import AwsRefused, translated


class ConditionNotMet(Exception):
    """Nothing was written."""

    def __init__(self, item: Any) -> None:  # noqa: ANN401 (whatever lies there)
        """`item`: what stands in the way, where the write asked for it (`ReturnValuesOnConditionCheckFailure`)."""
        super().__init__("the condition of a write does not hold")
        self.item = item


class conditional(translated):  # noqa: N801 (read as a word, as the other)
    """`translated` around one PutItem, UpdateItem or DeleteItem with a condition; raises ConditionNotMet as well."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, AwsRefused) and error.code == "ConditionalCheckFailedException":
            raise ConditionNotMet(error.answer.get("Item", {})) from error
        super().__exit__(kind, error, trace)
