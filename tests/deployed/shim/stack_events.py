"""What a stack's status becomes is told to EventBridge.

CloudFormation User Guide, "Managing events with CloudFormation and Amazon EventBridge": detail-type `CloudFormation
Stack Status Change`.
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge  # type: ignore[import-not-found]
from ministack.services.cloudformation import stacks  # type: ignore[import-not-found]

_STACK = "AWS::CloudFormation::Stack"


def install() -> None:
    """From now on."""
    stacks._add_event = _telling(stacks._add_event)


def _telling(add: Callable[..., None]) -> Callable[..., None]:
    def tell(stack: str, name: str, logical_id: str, kind: str, status: str, *rest: Any, **named: Any) -> None:
        add(stack, name, logical_id, kind, status, *rest, **named)
        if kind == _STACK and logical_id == name:
            _tell(stack, status)

    return tell


def _tell(stack: str, status: str) -> None:
    detail = {"stack-id": stack, "status-details": {"status": status, "status-reason": ""}}
    entry = {
        "Source": "aws.cloudformation",
        "DetailType": "CloudFormation Stack Status Change",
        "Resources": [stack],
        "Detail": json.dumps(detail),
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
