"""Publisher on S3, and the public keys of KMS."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from federation.aws.boto import error_code, translated
from federation.oauth.reasons import Reason
from federation.ports import PublishedDocument, VersionConflict

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef


class KmsPublicKeys:
    """One GetPublicKey per call; a key pair never changes, so the answer may be kept."""

    def __init__(self, kms: "KMSClient") -> None:
        self._kms = kms

    def public_key(self, kms_key: str) -> bytes:
        """Raises TemporarilyUnavailable or ServerError."""
        with translated(Reason.SIGNING_UNAVAILABLE):
            return self._kms.get_public_key(KeyId=kms_key)["PublicKey"]


_MOVED = frozenset({"ConditionalRequestConflict", "NoSuchKey", "PreconditionFailed"})
"""What S3 answers where the object is not the one that was seen."""


class S3Publisher:
    """The role needs s3:ListBucket beside GetObject: without it S3 answers AccessDenied for what does not exist."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, document: PublishedDocument) -> None:
        """One PutObject; S3 shows it to every later read."""
        with translated(Reason.STORE_UNAVAILABLE):
            self._s3.put_object(**self._object(document))

    def get(self, path: str) -> PublishedDocument | None:
        """One GetObject; None: nothing was ever published there."""
        found = self.tagged(path)
        return None if found is None else found[0]

    def tagged(self, path: str) -> tuple[PublishedDocument, str] | None:
        """One GetObject; the tag is S3's ETag."""
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._read(path)
            if answer is None:
                return None
            body = answer["Body"].read()
        return PublishedDocument(path, body, answer["ContentType"], answer.get("CacheControl", "")), answer["ETag"]

    def replace(self, document: PublishedDocument, tag: str | None) -> None:
        """One conditional PutObject. A write of ours whose answer was lost looks like another's: read again."""
        condition: dict[str, Any] = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        with translated(Reason.STORE_UNAVAILABLE):
            try:
                self._s3.put_object(**self._object(document), **condition)
            except ClientError as error:
                if error_code(error) not in _MOVED:
                    raise
                raise VersionConflict(document.path) from error

    def _object(self, document: PublishedDocument) -> dict[str, Any]:
        return {
            "Bucket": self._bucket,
            "Key": _key(document.path),
            "Body": document.body,
            "ContentType": document.content_type,
            "CacheControl": document.cache_control,
        }

    def _read(self, path: str) -> "GetObjectOutputTypeDef | None":
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=_key(path))
        except ClientError as error:
            if error_code(error) != "NoSuchKey":
                raise
            return None


def _key(path: str) -> str:
    return path.removeprefix("/")
