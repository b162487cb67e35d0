"""Whether a role may do what a request to AWS asks for: as much of IAM as the roles of template.yaml use."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.support.lambda_template import Statement

_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_S3 = {"GET": "GetObject", "PUT": "PutObject"}


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """A signed request: `target` is its X-Amz-Target, such as `TrentService.Sign`."""

    service: str
    method: str
    path: str
    target: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Access:
    """One action on one resource; `context` holds the condition keys that it answers."""

    action: str
    resource: str
    context: Mapping[str, Sequence[str]]


def accesses(request: AwsRequest, names: Mapping[str, str]) -> list[Access]:
    """What the request needs. `names`: name in AWS -> logical id."""
    if request.service == "s3":
        bucket, _, key = request.path.removeprefix("/").partition("/")
        return [Access(f"s3:{_S3[request.method]}", f"{names[bucket]}/{key}", {})]
    operation, body = request.target.rpartition(".")[2], json.loads(request.body)
    if request.service == "kms":
        algorithm = {"kms:SigningAlgorithm": [body["SigningAlgorithm"]]} if operation == "Sign" else {}
        return [Access(f"kms:{operation}", names[body["KeyId"]], algorithm)]
    return list(_items(operation, body, names))


def allows(statements: Sequence[Statement], access: Access) -> bool:
    """Denied unless allowed; a denial wins."""
    effects = {each.effect for each in statements if _applies(each, access)}
    return effects == {"Allow"}


def _items(operation: str, body: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Access]:
    if operation == "TransactWriteItems":
        for write in body["TransactItems"]:
            ((kind, item),) = write.items()
            yield _item(_TRANSACTION[kind], names[item["TableName"]], [item.get("Key") or item["Item"]])
    elif operation == "BatchGetItem":
        for table, asked in body["RequestItems"].items():
            yield _item(operation, names[table], asked["Keys"])
    elif operation == "Query":
        table = names[body["TableName"]]
        resource = f"{table}/index/{body['IndexName']}" if "IndexName" in body else table
        yield _item(operation, resource, [{"pk": body["ExpressionAttributeValues"][":partition"]}])
    else:
        yield _item(operation, names[body["TableName"]], [body.get("Key") or body["Item"]])


def _item(operation: str, table: str, keys: Sequence[Mapping[str, Any]]) -> Access:
    return Access(f"dynamodb:{operation}", table, {"dynamodb:LeadingKeys": [key["pk"]["S"] for key in keys]})


def _applies(statement: Statement, access: Access) -> bool:
    return (
        access.action in statement.actions
        and any(fnmatchcase(access.resource, resource) for resource in statement.resources)
        and all(_holds(operator, wanted, access) for operator, wanted in (statement.condition or {}).items())
    )


def _holds(operator: str, wanted: Mapping[str, Sequence[str]], access: Access) -> bool:
    quantifier, _, comparison = operator.rpartition(":")
    compare = _COMPARISONS[comparison]
    every = any if quantifier == "ForAnyValue" else all
    return all(
        every(any(compare(value, pattern) for pattern in patterns) for value in access.context[key])
        for key, patterns in wanted.items()
    )


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {"StringEquals": str.__eq__, "StringLike": fnmatchcase}
"""Of IAM conditions; another one is an error of the test."""
