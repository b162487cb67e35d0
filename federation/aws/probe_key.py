"""The scheduled prober's key: in KMS, and in no other place."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from federation.aws.clients import kms_client
from federation.prober.identity import ProbeKey, public_jwk

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def kms_probe_key(key_id: str) -> ProbeKey:
    """Raises ValueError for another kind of key than RSA, OSError where KMS does not give it."""
    return probe_key_of(kms_client(), key_id)


def probe_key_of(kms: "KMSClient", key_id: str) -> ProbeKey:
    """The same by that client."""
    with _as_os_error():
        public = load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
    if not isinstance(public, rsa.RSAPublicKey):
        raise ValueError("the prober's key is RSA_2048")  # noqa: TRY004 - it is what KMS says that is wrong

    def sign(message: bytes) -> bytes:
        with _as_os_error():
            signed = kms.sign(
                KeyId=key_id,
                Message=sha256(message).digest(),
                MessageType="DIGEST",
                SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
            )
        return signed["Signature"]

    return ProbeKey(public_jwk(public), sign)


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"KMS: {type(error).__name__}") from error
