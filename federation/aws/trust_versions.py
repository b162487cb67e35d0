"""TrustVersions on the trust table."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from federation.aws.backoff import Pause, full_jitter
from federation.aws.items import get_items
from federation.aws.trust_items import document_key, is_deleted, version_of
from federation.model.trust import DocumentRef

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_VERSION_ONLY = {"ProjectionExpression": "pk, sk, version, deleted", "ConsistentRead": True}


class DynamoTrustVersions:
    """Asks DynamoDB's leader, never a replica that may lag (ATTACKS F11)."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause

    def versions(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, int]:
        """One strongly consistent BatchGetItem."""
        if not refs:
            return {}
        asked = {_name(key): (ref, key) for ref in refs for key in [document_key(ref)]}
        keys = [key for _, key in asked.values()]
        items = get_items(self._dynamodb, self._table, keys, _VERSION_ONLY, self._pause)
        return {asked[_name(item)][0]: version_of(item) for item in items if not is_deleted(item)}


def _name(key: dict[str, dict[str, str]]) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
