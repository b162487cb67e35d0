"""Condition keys of IAM policies that the engine does not set.

- `dynamodb:LeadingKeys`: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control".
- `kms:SigningAlgorithm`, `kms:MessageType`, `kms:KeySpec`, `kms:KeyUsage`: KMS Developer Guide, "Condition keys".
- `aws:ResourceTag` of a key in its own policy: KMS Developer Guide, "ABAC for AWS KMS".
- `log-group:NAME:*` is the resource of what is asked of a log group: CloudWatch Logs User Guide, "Overview of managing
  access permissions", ARN formats.
- `aws:PrincipalArn` of a role's session is the role's: IAM User Guide, "AWS global condition context keys".
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-not-found]
from ministack.services import dynamodb, kms, sts  # type: ignore[import-not-found]

CALLS = "DEPLOYED_CALLS"
"""Environment variable: a file of everything that sessions of roles asked for, a line of JSON each."""
_TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.+")
_asked: ContextVar[bytes] = ContextVar("asked", default=b"{}")
"""The body of the DynamoDB request that is being authorized."""


def install() -> None:
    """From now on every request is asked for them."""
    iam_actions.dynamodb_service_context = _remembering(iam_actions.dynamodb_service_context)
    iam_actions.request_tag_context = _with_kms_keys(iam_actions.request_tag_context)
    iam_actions.extract_resource_arn = _with_log_streams(iam_actions.extract_resource_arn)
    iam_evaluator.enforce = _with_leading_keys(iam_evaluator.enforce)
    iam_evaluator._resolve_condition_key = _with_role(iam_evaluator._resolve_condition_key)


def _remembering(context: Callable[[bytes], dict[str, Any]]) -> Callable[[bytes], dict[str, Any]]:
    def remember(body: bytes) -> dict[str, Any]:
        _asked.set(body)
        return context(body)

    return remember


def _with_leading_keys(enforce: Callable[..., Any]) -> Callable[..., Any]:
    def check(key: str, action: str, service: str, region: str, **about: Any) -> Any:
        if service == "dynamodb":
            asked = json.loads(_asked.get() or b"{}")
            keys = list(_leading_keys(action.partition(":")[2], about["resource_arn"], asked))
            context = {**(about.get("service_context") or {}), **({"dynamodb:LeadingKeys": keys} if keys else {})}
            about = {**about, "service_context": context}
        denied = enforce(key, action, service, region, **about)
        _note(key, action, about["resource_arn"], allowed=denied is None)
        return denied

    return check


def _note(key: str, action: str, resource: str, *, allowed: bool) -> None:
    """A line for what a role's session asked for, so that somebody can see what each needs."""
    session = sts._sessions.get(key)
    if session:
        noted = {"who": session["Arn"], "action": action, "resource": resource, "allowed": allowed}
        with open(os.environ[CALLS], "a", encoding="utf-8") as file:  # noqa: PTH123 (the engine has one thread a call)
            file.write(json.dumps(noted) + "\n")


def _leading_keys(operation: str, resource: str, asked: dict[str, Any]) -> Iterator[str]:
    """Partition keys of what the operation touches in the table or index of that ARN."""
    name, _, index = resource.partition(":table/")[2].partition("/index/")
    for item in _items(operation, name, asked):
        yield from (str(value) for value in item.get(_partition_key(name, ""), {}).values())
    if operation == "Query" and asked.get("TableName") == name:
        yield from _queried(_partition_key(name, index), asked)


def _items(operation: str, table: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Items or keys that the operation names in that table."""
    for entry in asked.get("TransactItems", []):
        for kind, one in entry.items():
            if _TRANSACTED.get(kind) == operation and one["TableName"] == table:
                yield one.get("Key") or one["Item"]
    batch = asked.get("RequestItems", {}).get(table, [])
    if isinstance(batch, dict):
        yield from batch["Keys"]
    else:
        yield from (write.get("PutRequest", {}).get("Item") or write["DeleteRequest"]["Key"] for write in batch)
    if asked.get("TableName") == table:
        yield asked.get("Key") or asked.get("Item") or {}


def _queried(name: str, asked: dict[str, Any]) -> Iterator[str]:
    names = asked.get("ExpressionAttributeNames", {})
    for left, right in re.findall(r"(#?\w+)\s*=\s*(:\w+)", asked.get("KeyConditionExpression", "")):
        if names.get(left, left) == name:
            yield from asked["ExpressionAttributeValues"][right].values()


def _partition_key(table: str, index: str) -> str:
    found = dynamodb._tables.get(table) or {}
    of_index = [each for each in found.get("GlobalSecondaryIndexes") or [] if each["IndexName"] == index]
    schema = of_index[0]["KeySchema"] if of_index else found.get("KeySchema", [])
    return next((str(each["AttributeName"]) for each in schema if each["KeyType"] == "HASH"), "")


def _with_log_streams(extract: Callable[..., str]) -> Callable[..., str]:
    def resource(service: str, *about: Any, **more: Any) -> str:
        found = extract(service, *about, **more)
        return f"{found}:*" if service == "logs" and ":log-group:" in found and not found.endswith(":*") else found

    return resource


def _with_kms_keys(context: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def add(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        found = context(service, action, body, params)
        return {**_kms_keys(json.loads(body or b"{}")), **found} if service == "kms" else found

    return add


def _kms_keys(asked: dict[str, Any]) -> dict[str, Any]:
    """Of the key that is named, and of the request, which CreateKey makes one from."""
    about = (kms._resolve_key(asked["KeyId"]) or {}) if "KeyId" in asked else asked
    keys = {f"kms:{name}": about.get(name) for name in ("KeySpec", "KeyUsage")}
    if "KeyId" in asked:
        keys |= {f"aws:ResourceTag/{tag['TagKey']}": tag["TagValue"] for tag in about.get("Tags", [])}
    keys |= {f"kms:{name}": asked.get(name) for name in ("SigningAlgorithm", "MessageType")}
    return {name: value for name, value in keys.items() if value}


def _with_role(resolve: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    def find(key: str, context: Any) -> Any:
        value = resolve(key, context)
        session = _SESSION.fullmatch(str(value)) if key.lower() == "aws:principalarn" else None
        return f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else value

    return find
