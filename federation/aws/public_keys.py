"""PublicKeys on KMS."""

from typing import TYPE_CHECKING

from federation.aws.boto import translated
from federation.oauth.reasons import Reason

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KmsPublicKeys:
    """One GetPublicKey per call; a key pair never changes, so the answer may be kept."""

    def __init__(self, kms: "KMSClient") -> None:
        self._kms = kms

    def public_key(self, kms_key: str) -> bytes:
        """Raises TemporarilyUnavailable or ServerError."""
        with translated(Reason.SIGNING_UNAVAILABLE):
            return self._kms.get_public_key(KeyId=kms_key)["PublicKey"]
