"""Signer and PublicKeys: signatures that any JOSE library verifies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from jwt.algorithms import get_default_algorithms

from federation.aws.clients import kms_client
from federation.aws.publisher import KmsPublicKeys
from federation.aws.service import Kms
from federation.aws.signer import KmsSigner
from federation.model.keys import SigningKey
from federation.model.made_signature import MadeSignature, Purpose
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import PublicKeys, Signer
from tests.support.contract import Engine
from tests.support.fake_signer import FakeSigner

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ALGORITHMS = {"RS256": "RSA_2048", "PS256": "RSA_2048", "ES256": "ECC_NIST_P256", "EdDSA": "ECC_NIST_EDWARDS25519"}


@dataclass(frozen=True, slots=True)
class Keys:
    """Both ports, and how to make and disable a key."""

    signer: Signer
    public_keys: PublicKeys
    create: Callable[[str], str]
    disable: Callable[[str], object]


def _fake() -> Keys:
    fake = FakeSigner()
    return Keys(fake, fake, fake.create, fake.disabled.add)


def _kms(engine: Engine) -> Keys:
    kms = kms_client()

    def create(algorithm: str) -> str:
        key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec=ALGORITHMS[algorithm])  # type: ignore[arg-type]
        return key["KeyMetadata"]["KeyId"]

    return Keys(
        KmsSigner(engine.kms, Purpose.TOKEN), KmsPublicKeys(kms), create, lambda key: kms.disable_key(KeyId=key)
    )


@pytest.fixture(scope="module")
def keys(engine: Engine | None) -> Keys:
    return _kms(engine) if engine else _fake()


def signing_key(algorithm: str, kms_key: str) -> SigningKey:
    return SigningKey("kid", algorithm, kms_key, {})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [1, 32, 1000, 4096])
def test_a_signature_verifies_under_the_public_key(keys: Keys, algorithm: str, size: int) -> None:
    kms_key = keys.create(algorithm)
    message = b"m" * size
    signature = keys.signer.sign(signing_key(algorithm, kms_key), message)

    public = load_der_public_key(keys.public_keys.public_key(kms_key))
    verifier: jwt.algorithms.Algorithm = get_default_algorithms()[algorithm]
    assert verifier.verify(message, public, signature)
    assert not verifier.verify(message + b"!", public, signature)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_a_message_beyond_the_limit_of_kms_is_signed_all_the_same(keys: Keys, algorithm: str) -> None:
    kms_key = keys.create(algorithm)
    signature = keys.signer.sign(signing_key(algorithm, kms_key), b"m" * 8192)
    public = load_der_public_key(keys.public_keys.public_key(kms_key))
    assert get_default_algorithms()[algorithm].verify(b"m" * 8192, public, signature)


def test_an_ecdsa_signature_is_r_and_s_of_32_bytes_each(keys: Keys) -> None:
    key = signing_key("ES256", keys.create("ES256"))
    assert {len(keys.signer.sign(key, bytes([number]))) for number in range(64)} == {64}


def test_a_disabled_key_signs_nothing(keys: Keys) -> None:
    kms_key = keys.create("ES256")
    keys.disable(kms_key)
    with pytest.raises(TemporarilyUnavailable) as refusal:
        keys.signer.sign(signing_key("ES256", kms_key), b"m")
    assert refusal.value.reason == "signing_unavailable"


def test_a_key_that_does_not_exist_signs_nothing(keys: Keys) -> None:
    missing = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    with pytest.raises(TemporarilyUnavailable):
        keys.signer.sign(signing_key("RS256", missing), b"m")


def test_each_signature_is_on_record_by_the_name_that_kms_gave_its_request(engine: Engine, kms: "KMSClient") -> None:
    made: list[MadeSignature] = []
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    signer = KmsSigner(Kms(engine.kms.service, made.append), Purpose.TOKEN)
    for _ in range(2):
        signer.sign(SigningKey("kid", "RS256", key, {}), b"message")
    assert [(one.key, one.purpose) for one in made] == [(key, Purpose.TOKEN)] * 2
    assert len({one.request_id for one in made} - {""}) == 2
