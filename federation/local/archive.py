"""The archive on a laptop: the real function behind the audit table's stream, and in the place of its schedule."""

from collections.abc import Mapping
from typing import Any

from federation.aws.archive_index import HEAD_KEY
from federation.aws.archive_segments import S3Segments
from federation.aws.clients import boto_dynamodb, s3_client
from federation.local.functions import Runtime
from federation.local.routes import FunctionTarget
from federation.local.stream import StreamReader
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock
from functions import archive

TARGET = FunctionTarget("ArchiveFunction", "functions.archive", timeout=60, memory=512)
RENEWAL = 60
"""Looks between two at whether the newest head is still good."""


class LocalArchive:
    """One look at the stream each time it is called; now and then at the newest head."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._runtime = Runtime({TARGET.name: archive.build(environment)}, SystemClock(), RandomIdentifiers())
        self._reader = StreamReader(settings.audit_table, self._invoke)
        self._looks = 0

    def __call__(self) -> None:
        """Raises what the function raises; the stream tells of it again."""
        if self._looks % RENEWAL == 0:
            self._invoke({})
        self._looks += 1
        self._reader()

    def _invoke(self, event: Mapping[str, Any]) -> object:
        return self._runtime.invoke(TARGET, dict(event))


def forget_lost_archive(settings: Settings) -> None:
    """A DynamoDB that outlives us remembers how far an archive went that the embedded S3 does not have any more."""
    if S3Segments(s3_client(), settings.archive_bucket).get(1) is None:
        boto_dynamodb().delete_item(TableName=settings.trust_table, Key=HEAD_KEY)
