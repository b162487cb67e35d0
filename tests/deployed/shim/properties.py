"""Properties that the engine's API knows and its CloudFormation drops.

CloudFormation Template Reference: `TimeToLiveSpecification` and `PointInTimeRecoverySpecification` of
AWS::DynamoDB::Table, `ObjectLockConfiguration` and `BucketEncryption` of AWS::S3::Bucket. Each goes through the
engine's own handler of the call that CloudFormation makes.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.services import dynamodb, s3  # type: ignore[import-not-found]
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]


def install() -> None:
    """From now on they hold."""
    for kind, apply in (("AWS::DynamoDB::Table", _table), ("AWS::S3::Bucket", _bucket)):
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        handlers["create"] = _after_create(handlers["create"], apply)
        handlers["update"] = _after_update(handlers["update"], apply)


def _after_create(create: Callable[..., Any], apply: Callable[..., None]) -> Callable[..., Any]:
    def make(logical_id: str, properties: Mapping[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        apply(name, properties)
        return name, attributes

    return make


def _after_update(update: Callable[..., Any], apply: Callable[..., None]) -> Callable[..., Any]:
    def change(name: str, before: Mapping[str, Any], after: Mapping[str, Any], *rest: Any) -> Any:
        name, attributes = update(name, before, after, *rest)
        apply(name, after)
        return name, attributes

    return change


def _table(name: str, properties: Mapping[str, Any]) -> None:
    expiry = properties.get("TimeToLiveSpecification")
    if expiry:
        spec = {"AttributeName": expiry["AttributeName"], "Enabled": _true(expiry["Enabled"])}
        _done(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": spec}))
    recovery = properties.get("PointInTimeRecoverySpecification")
    if recovery:
        spec = {"PointInTimeRecoveryEnabled": _true(recovery["PointInTimeRecoveryEnabled"])}
        _done(dynamodb._update_continuous_backups({"TableName": name, "PointInTimeRecoverySpecification": spec}))


def _bucket(name: str, properties: Mapping[str, Any]) -> None:
    lock = properties.get("ObjectLockConfiguration")
    if lock:
        retention = "".join(_elements(lock["Rule"]["DefaultRetention"]))
        rule = f"<Rule><DefaultRetention>{retention}</DefaultRetention></Rule>"
        members = f"<ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}"
        document = f"<ObjectLockConfiguration>{members}</ObjectLockConfiguration>"
        _done(s3._put_object_lock_configuration(name, document.encode()))
    for encryption in properties.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", []):
        default = "".join(_elements(encryption["ServerSideEncryptionByDefault"]))
        rule = f"<Rule><ApplyServerSideEncryptionByDefault>{default}</ApplyServerSideEncryptionByDefault></Rule>"
        document = f"<ServerSideEncryptionConfiguration>{rule}</ServerSideEncryptionConfiguration>"
        _done(s3._put_bucket_encryption(name, document.encode()))


def _elements(members: Mapping[str, object]) -> Iterator[str]:
    return (f"<{name}>{value}</{name}>" for name, value in members.items())


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _done(answer: tuple[int, Mapping[str, str], bytes]) -> None:
    if answer[0] >= 400:
        raise ValueError(json.dumps(answer[2].decode()))
