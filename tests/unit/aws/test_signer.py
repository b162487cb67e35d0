from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from federation.aws.service import Kms
from federation.aws.signer import KmsSigner
from federation.model.keys import SigningKey
from federation.model.made_signature import Purpose
from federation.oauth.errors import ServerError
from tests.support.scripted_service import ScriptedService

MESSAGE = b"header.payload"
DIGEST = sha256(MESSAGE).digest()


def signed_by(service: ScriptedService, algorithm: str) -> bytes:
    return KmsSigner(Kms(service), Purpose.TOKEN).sign(SigningKey("kid", algorithm, "key-1", {}), MESSAGE)


@pytest.mark.parametrize(
    ("algorithm", "spec", "message_type", "sent"),
    [
        ("RS256", "RSASSA_PKCS1_V1_5_SHA_256", "DIGEST", DIGEST),
        ("PS256", "RSASSA_PSS_SHA_256", "DIGEST", DIGEST),
        ("EdDSA", "ED25519_SHA_512", "RAW", MESSAGE),
    ],
)
def test_kms_is_asked_for_the_algorithm_of_the_key(algorithm: str, spec: str, message_type: str, sent: bytes) -> None:
    kms = ScriptedService({"Signature": b"as it is"})
    assert signed_by(kms, algorithm) == b"as it is"
    asked = {"KeyId": "key-1", "Message": sent, "MessageType": message_type, "SigningAlgorithm": spec}
    assert kms.asked == [("Sign", asked)]


@pytest.mark.parametrize(("r", "s"), [(1, 2), (2**255, 2**255 + 1), (2**248 - 1, 3)])
def test_an_ecdsa_signature_is_padded_to_its_full_length(r: int, s: int) -> None:
    signature = signed_by(ScriptedService({"Signature": encode_dss_signature(r, s)}), "ES256")
    assert signature == r.to_bytes(32) + s.to_bytes(32)


def test_numbers_beyond_the_curve_are_refused() -> None:
    with pytest.raises(ServerError):
        signed_by(ScriptedService({"Signature": encode_dss_signature(2**256, 1)}), "ES256")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512", ""])
def test_an_algorithm_that_we_do_not_issue_asks_nobody(algorithm: str) -> None:
    with pytest.raises(ServerError):
        signed_by(kms := ScriptedService(), algorithm)
    assert kms.asked == []
