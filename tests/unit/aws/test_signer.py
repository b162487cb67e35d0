from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from federation.aws.clients import kms_client
from federation.aws.signer import KmsSigner
from federation.local.embedded_aws import sealed_environment
from federation.model.keys import SigningKey
from federation.oauth.errors import ServerError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MESSAGE = b"header.payload"
DIGEST = sha256(MESSAGE).digest()


@pytest.fixture
def kms() -> Iterator["KMSClient"]:
    with sealed_environment(None):
        yield kms_client()


@pytest.mark.parametrize(
    ("algorithm", "spec", "message_type", "sent"),
    [
        ("RS256", "RSASSA_PKCS1_V1_5_SHA_256", "DIGEST", DIGEST),
        ("PS256", "RSASSA_PSS_SHA_256", "DIGEST", DIGEST),
        ("EdDSA", "ED25519_SHA_512", "RAW", MESSAGE),
    ],
)
def test_kms_is_asked_for_the_algorithm_of_the_key(
    kms: "KMSClient", algorithm: str, spec: str, message_type: str, sent: bytes
) -> None:
    asked = {"KeyId": "key-1", "Message": sent, "MessageType": message_type, "SigningAlgorithm": spec}
    with Stubber(kms) as stubber:
        stubber.add_response("sign", {"Signature": b"as it is"}, asked)
        assert KmsSigner(kms).sign(SigningKey("kid", algorithm, "key-1", {}), MESSAGE) == b"as it is"


@pytest.mark.parametrize(("r", "s"), [(1, 2), (2**255, 2**255 + 1), (2**248 - 1, 3)])
def test_an_ecdsa_signature_is_padded_to_its_full_length(kms: "KMSClient", r: int, s: int) -> None:
    with Stubber(kms) as stubber:
        stubber.add_response("sign", {"Signature": encode_dss_signature(r, s)})
        signature = KmsSigner(kms).sign(SigningKey("kid", "ES256", "key-1", {}), MESSAGE)
    assert signature == r.to_bytes(32) + s.to_bytes(32)


def test_numbers_beyond_the_curve_are_refused(kms: "KMSClient") -> None:
    with Stubber(kms) as stubber:
        stubber.add_response("sign", {"Signature": encode_dss_signature(2**256, 1)})
        with pytest.raises(ServerError):
            KmsSigner(kms).sign(SigningKey("kid", "ES256", "key-1", {}), MESSAGE)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", ""])
def test_an_algorithm_that_we_do_not_issue_asks_nobody(kms: "KMSClient", algorithm: str) -> None:
    with Stubber(kms), pytest.raises(ServerError):
        KmsSigner(kms).sign(SigningKey("kid", algorithm, "key-1", {}), MESSAGE)
