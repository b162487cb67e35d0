"""Saved queries of CloudWatch Logs Insights, which the engine's CloudFormation does not know.

CloudFormation Template Reference: AWS::Logs::QueryDefinition, whose `Ref` is the id of the query. Nothing runs them.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]


def install() -> None:
    """From now on they can be in a template."""
    provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }


def _create(_logical_id: str, properties: Mapping[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
    _check(properties)
    id_ = str(uuid4())
    return id_, {"QueryDefinitionId": id_}


def _update(
    id_: str, _before: Mapping[str, Any], after: Mapping[str, Any], *_rest: object
) -> tuple[str, dict[str, str]]:
    _check(after)
    return id_, {"QueryDefinitionId": id_}


def _delete(_id: str, _properties: Mapping[str, Any]) -> None:
    """Nothing is kept."""


def _check(properties: Mapping[str, Any]) -> None:
    if not properties.get("Name") or not properties.get("QueryString"):
        raise ValueError("AWS::Logs::QueryDefinition requires Name and QueryString")
