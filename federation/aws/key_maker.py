"""KeyMaker and KeyCustody on KMS.

A key that we made carries the deployment's name in a tag, and the policy of the deployment's own key: the same roles
sign with it, and no administrator does. That policy alone gives authority over the key. A tag only helps to find it:
who may tag a key of their own could otherwise have it taken for ours.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from federation.aws.boto import error_code, translated
from federation.oauth.errors import ServerError
from federation.oauth.reasons import Reason
from federation.ports import MadeKey

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

TAG = "federation-bridge:signs-for"
"""Key of the tag; its value is the deployment's name."""
PENDING_DAYS = 30
"""Until a key is gone for good: an administrator can take the deletion back."""
SPECS = {"RS256": "RSA_2048", "PS256": "RSA_2048", "ES256": "ECC_NIST_P256", "EdDSA": "ECC_NIST_EDWARDS25519"}
"""Algorithm -> key spec."""

_POLICY = "default"
"""The only name that a key's policy can have."""


class KmsKeyMaker:
    """`tagging`: the client that finds resources by their tags. `kms_key`: the deployment's own."""

    def __init__(self, kms: "KMSClient", tagging: Any, kms_key: str, deployment: str) -> None:  # noqa: ANN401 (boto3's)
        self._kms = kms
        self._tagging = tagging
        self._kms_key = kms_key
        self._deployment = deployment

    def make(self, algorithm: str) -> str:
        """GetKeyPolicy, CreateKey and TagResource, once each; the ARN. A key that cannot be tagged is deleted again."""
        if algorithm not in SPECS:
            raise ServerError(Reason.INTERNAL_ERROR, "no such signing algorithm")
        with translated(Reason.SIGNING_UNAVAILABLE):
            created = self._kms.create_key(
                Policy=self._policy(self._kms_key),
                Description=f"Signs the tokens of {self._deployment}.",
                KeyUsage="SIGN_VERIFY",
                KeySpec=SPECS[algorithm],  # type: ignore[arg-type]
            )["KeyMetadata"]["Arn"]
            self._name(created)
        return created

    def made(self) -> tuple[MadeKey, ...]:
        """One GetResources, whatever else the account has; DescribeKey and GetKeyPolicy for each; oldest first.

        What bears our tag without our policy, or was not made by KMS, is another's and is left out.
        """
        with translated(Reason.SIGNING_UNAVAILABLE):
            found = [self._metadata(arn) for arn in self._found() if self._has_our_policy(arn)]
        usable = [each for each in found if each is not None and _is_usable(each)]
        made = (MadeKey(each["Arn"], int(each["CreationDate"].timestamp())) for each in usable)
        return tuple(sorted(made, key=lambda each: (each.made_at, each.kms_key)))

    def tend(self, kms_key: str) -> bool:
        """A DescribeKey; for a key of the same kind that we made, also its policy, and a PutKeyPolicy if it is behind.

        A deployment may have changed who signs. A key of another kind has conditions of its own, and keeps them.
        """
        with translated(Reason.SIGNING_UNAVAILABLE):
            key = self._metadata(kms_key)
            if key is None or key.get("KeyState") != "Enabled":
                return False
            if self._is_ours(key) and self._alike(key):
                self._renew_policy(kms_key)
        return True

    def dispose(self, kms_key: str, *, compromised: bool) -> None:
        """ScheduleKeyDeletion for what we made. The deployment's own key is CloudFormation's to delete."""
        with translated(Reason.SIGNING_UNAVAILABLE):
            key = self._metadata(kms_key)
            if key is None or key.get("KeyState") not in ("Enabled", "Disabled"):
                return
            if self._is_ours(key):
                self._kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=PENDING_DAYS)
            elif compromised:
                self._kms.disable_key(KeyId=key["KeyId"])

    def _metadata(self, kms_key: str) -> "KeyMetadataTypeDef | None":
        try:
            return self._kms.describe_key(KeyId=kms_key)["KeyMetadata"]
        except ClientError as error:
            if error_code(error) != "NotFoundException":
                raise
            return None

    def _name(self, kms_key: str) -> None:
        try:
            self._kms.tag_resource(KeyId=kms_key, Tags=[{"TagKey": TAG, "TagValue": self._deployment}])
        except BaseException:
            self._kms.schedule_key_deletion(KeyId=kms_key, PendingWindowInDays=PENDING_DAYS)
            raise

    def _has_our_policy(self, kms_key: str) -> bool:
        """A key whose policy does not let this function read it is none of ours."""
        try:
            return bool(json.loads(self._policy(kms_key)) == json.loads(self._policy(self._kms_key)))
        except ClientError as error:
            if error_code(error) not in ("AccessDeniedException", "NotFoundException"):
                raise
            return False

    def _alike(self, key: "KeyMetadataTypeDef") -> bool:
        configured = self._metadata(self._kms_key)
        return configured is not None and configured.get("KeySpec") == key.get("KeySpec")

    def _renew_policy(self, kms_key: str) -> None:
        policy = self._policy(self._kms_key)
        if json.loads(self._policy(kms_key)) != json.loads(policy):
            self._kms.put_key_policy(KeyId=kms_key, PolicyName=_POLICY, Policy=policy)

    def _policy(self, kms_key: str) -> str:
        return self._kms.get_key_policy(KeyId=kms_key, PolicyName=_POLICY)["Policy"]

    def _is_ours(self, key: "KeyMetadataTypeDef") -> bool:
        """By the key itself: the search for tags is behind by minutes."""
        if key["Arn"] == self._kms_key:
            return False
        tags = self._kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
        return {"TagKey": TAG, "TagValue": self._deployment} in tags

    def _found(self) -> Iterator[str]:
        wanted = {"TagFilters": [{"Key": TAG, "Values": [self._deployment]}], "ResourceTypeFilters": ["kms:key"]}
        for page in self._tagging.get_paginator("get_resources").paginate(**wanted):
            yield from (each["ResourceARN"] for each in page["ResourceTagMappingList"])


def _is_usable(key: "KeyMetadataTypeDef") -> bool:
    return key.get("KeyState") == "Enabled" and key.get("Origin") == "AWS_KMS"
