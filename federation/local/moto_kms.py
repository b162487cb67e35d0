"""KMS where moto strays from AWS: digests, PSS salts, key states, the message limit and Ed25519.

moto takes its routes from the backend of us-east-1, for every region; `FaithfulKms` stands there.
"""

import json
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from time import time
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto.core.exceptions import JsonRESTError
from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse
from moto.kms.urls import url_bases
from moto.kms.utils import AbstractPrivateKey
from msgspec import Struct

from federation.model.signature_trail import SeenSignature

MAX_MESSAGE = 4096
ED25519 = "ECC_NIST_EDWARDS25519"

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_HASHES: dict[str, HashAlgorithm] = {"SHA_256": SHA256(), "SHA_384": SHA384(), "SHA_512": SHA512()}


class Ed25519Key(AbstractPrivateKey):
    """The kind of key that moto does not have."""

    def __init__(self) -> None:
        self.private_key = ed25519.Ed25519PrivateKey.generate()

    def sign(self, message: bytes, signing_algorithm: str) -> bytes:
        """`signing_algorithm` was checked against the key's."""
        del signing_algorithm
        return self.private_key.sign(message)

    def verify(self, message: bytes, signature: bytes, signing_algorithm: str) -> bool:
        """Verifiers use the public key; KMS is not asked."""
        raise NotImplementedError

    def public_key(self) -> bytes:
        """DER SubjectPublicKeyInfo."""
        return self.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


SIGNED: deque[SeenSignature] = deque(maxlen=10_000)
"""Every Sign that was answered with a signature, for any caller: what CloudTrail is in AWS."""


class FaithfulKmsResponse(KmsResponse):
    """Sign as AWS does it."""

    def call_action(self) -> Any:  # noqa: ANN401 (moto's)
        """Moto names each request when it answers; here it is remembered as well."""
        status, headers, body = super().call_action()
        if self._get_action() == "Sign" and status == HTTPStatus.OK:
            key = str(json.loads(body)["KeyId"])
            SIGNED.append(SeenSignature(str(headers.get("x-amzn-requestid", "")), key, int(time()), caller=""))
        return status, headers, body

    def sign(self) -> str:
        """Refuses what AWS refuses; hashes only what is no digest yet."""
        backend = self.kms_backend
        if isinstance(backend, FaithfulKms):
            backend.take()
        self._validate_key_id(self._get_param("KeyId"))
        key = self.kms_backend.describe_key(self._get_param("KeyId"))
        _refuse_unless_enabled(key)
        request = SignRequest(
            self._get_param("Message"), self._get_param("MessageType", "RAW"), self._get_param("SigningAlgorithm")
        )
        signature = b64encode(request.sign(key)).decode("ascii")
        return json.dumps({"KeyId": key.arn, "Signature": signature, "SigningAlgorithm": request.algorithm})


class SignRequest(Struct, frozen=True):
    """The parameters of a Sign."""

    message: bytes
    message_type: str
    algorithm: str

    def sign(self, key: Key) -> bytes:
        """The signature in KMS's format."""
        private: PrivateKey = key.private_key.private_key  # type: ignore[attr-defined]
        if len(self.message) > MAX_MESSAGE:
            raise _invalid("Member must have length less than or equal to 4096")
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return self._eddsa(private)
        if self.algorithm not in key.signing_algorithms:
            raise JsonRESTError("InvalidKeyUsageException", "The algorithm does not fit the key")
        if isinstance(private, rsa.RSAPrivateKey):
            return private.sign(self.message, self._padding(), self._hash())
        return private.sign(self.message, ec.ECDSA(self._hash()))

    def _eddsa(self, private: ed25519.Ed25519PrivateKey) -> bytes:
        if (self.algorithm, self.message_type) != ("ED25519_SHA_512", "RAW"):
            raise _invalid("ED25519_SHA_512 takes MessageType RAW")
        return private.sign(self.message)

    def _padding(self) -> padding.PSS | padding.PKCS1v15:
        if "PSS" not in self.algorithm:
            return padding.PKCS1v15()
        return padding.PSS(mgf=padding.MGF1(self._algorithm()), salt_length=padding.PSS.DIGEST_LENGTH)

    def _hash(self) -> HashAlgorithm | Prehashed:
        algorithm = self._algorithm()
        if self.message_type == "RAW":
            return algorithm
        if self.message_type != "DIGEST" or len(self.message) != algorithm.digest_size:
            raise _invalid("Digest is invalid length for algorithm")
        return Prehashed(algorithm)

    def _algorithm(self) -> HashAlgorithm:
        return _HASHES[self.algorithm[-7:]]


class FaithfulKms(KmsBackend):
    """moto's backend with our answers, and with Ed25519 keys."""

    quota: int | None = None
    """Signatures a second, beyond which it refuses; None: any number."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._second, self._signed = 0, 0

    def take(self) -> None:
        """One signature of the quota; raises ThrottlingException."""
        second = int(time())
        self._second, self._signed = second, 1 if second != self._second else self._signed + 1
        if self.quota is not None and self._signed > self.quota:
            raise JsonRESTError("ThrottlingException", "You have exceeded the rate at which you may call KMS.")

    @property
    def urls(self) -> dict[str, Callable[[Any, str, Any], Any]]:
        """URL pattern -> what answers."""
        return {f"{base}/$": FaithfulKmsResponse.dispatch for base in url_bases}

    def create_key(self, policy: str | None, key_usage: str, key_spec: str, *args: Any, **kwargs: Any) -> Key:  # noqa: ANN401
        """Takes moto's parameters."""
        if key_spec != ED25519:
            return super().create_key(policy, key_usage, key_spec, *args, **kwargs)
        key = super().create_key(policy, key_usage, "ECC_NIST_P256", *args, **kwargs)
        key.key_spec = ED25519
        key.private_key = Ed25519Key()
        return key


def _refuse_unless_enabled(key: Key) -> None:
    if key.key_state == "Disabled":
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state != "Enabled":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is {key.key_state}.")


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", message)
