"""Segments on S3, in a bucket whose objects are locked: `segments/000000000007.jsonl`."""

import re
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from federation.audit.segment import MAX_SEGMENT
from federation.aws.boto import error_code, translated
from federation.oauth.reasons import Reason

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "segments/"
_KEY = re.compile(r"segments/([0-9]{12})\.jsonl")
_THERE = frozenset({"ConditionalRequestConflict", "PreconditionFailed"})


class S3Segments:
    """A reader needs s3:ListBucket beside GetObject: without it S3 answers AccessDenied for what is not there."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, number: int, content: bytes) -> bool:
        """One conditional PutObject. Where objects are locked S3 wants a checksum with them."""
        with translated(Reason.STORE_UNAVAILABLE):
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=segment_key(number),
                    Body=content,
                    ContentType="text/plain; charset=us-ascii",
                    ChecksumAlgorithm="SHA256",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if error_code(error) not in _THERE:
                    raise
                return False
        return True

    def get(self, number: int) -> bytes | None:
        """One GetObject, of one byte more than any segment has: what is longer shows, and does no harm."""
        with translated(Reason.STORE_UNAVAILABLE):
            try:
                found = self._s3.get_object(Bucket=self._bucket, Key=segment_key(number))
            except ClientError as error:
                if error_code(error) != "NoSuchKey":
                    raise
                return None
            return found["Body"].read(MAX_SEGMENT + 1)

    def numbers(self, after: int, limit: int) -> tuple[int, ...]:
        """One ListObjectsV2; what has another form of name is no segment."""
        with translated(Reason.STORE_UNAVAILABLE):
            page = self._s3.list_objects_v2(
                Bucket=self._bucket, Prefix=PREFIX, StartAfter=segment_key(after), MaxKeys=limit
            )
        found = (_KEY.fullmatch(each["Key"]) for each in page.get("Contents", ()))
        return tuple(int(match[1]) for match in found if match)


def segment_key(number: int) -> str:
    """As `_KEY`: in the order of the numbers."""
    return f"{PREFIX}{number:012d}.jsonl"
