"""Signer on KMS: the private key never leaves it."""

from collections.abc import Callable
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from msgspec import Struct

from federation.aws.errors import AwsRefused, translated
from federation.aws.service import METADATA, REQUEST_ID, Answer, Kms, Started
from federation.model.keys import SigningKey
from federation.model.made_signature import MadeSignature, Purpose
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason

P256_BYTES = 32
UNUSABLE = frozenset({"DisabledException", "KMSInvalidStateException", "NotFoundException"})
"""The key cannot sign, and trying again does not help (ATTACKS F4)."""


def _as_it_is(signature: bytes) -> bytes:
    return signature


def _raw_ecdsa(signature: bytes) -> bytes:
    """The JWS form r || s (RFC 7518 section 3.4) from DER; raises ServerError for anything else (ATTACKS F5)."""
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(P256_BYTES) + s.to_bytes(P256_BYTES)
    except (OverflowError, ValueError) as error:
        raise ServerError(Reason.INTERNAL_ERROR, "KMS answered no P-256 signature") from error


class _Algorithm(Struct, frozen=True):
    """How KMS signs for a JWS algorithm. DIGEST wherever it can be: RAW ends at 4,096 bytes."""

    spec: str
    message_type: str = "DIGEST"
    to_jws: Callable[[bytes], bytes] = _as_it_is


_ALGORITHMS = {
    "RS256": _Algorithm("RSASSA_PKCS1_V1_5_SHA_256"),
    "PS256": _Algorithm("RSASSA_PSS_SHA_256"),
    "ES256": _Algorithm("ECDSA_SHA_256", to_jws=_raw_ecdsa),
    # Ed25519 hashes within the signature scheme (RFC 8032), so KMS takes the message alone.
    "EdDSA": _Algorithm("ED25519_SHA_512", message_type="RAW"),
}


class KmsSigner:
    """One Sign per call, on record under `purpose` whatever comes of it."""

    def __init__(self, kms: Kms, purpose: Purpose) -> None:
        self._kms = kms
        self._purpose = purpose

    def sign(self, key: SigningKey, message: bytes) -> bytes:
        """Raises TemporarilyUnavailable where KMS or the key is out of reach, ServerError where it refuses us."""
        return self.start_sign(key, message)()

    def start_sign(self, key: SigningKey, message: bytes) -> Callable[[], bytes]:
        """The same, on its way when this returns."""
        algorithm = _ALGORITHMS.get(key.algorithm)
        if algorithm is None:
            raise ServerError(Reason.INTERNAL_ERROR, "no such signing algorithm")
        digest = algorithm.message_type == "DIGEST"
        started = self._kms.start_sign(
            KeyId=key.kms_key,
            Message=sha256(message).digest() if digest else message,
            MessageType=algorithm.message_type,
            SigningAlgorithm=algorithm.spec,
        )
        return lambda: algorithm.to_jws(self._signature(started, key))

    def _signature(self, started: Started, key: SigningKey) -> bytes:
        answer = _answer(started)
        request_id = str(answer.get(METADATA, {}).get(REQUEST_ID, ""))
        self._kms.record(MadeSignature(request_id, key.kms_key, self._purpose))
        signature: bytes = answer["Signature"]
        return signature


def _answer(started: Started) -> Answer:
    with translated(Reason.SIGNING_UNAVAILABLE):
        try:
            return started()
        except AwsRefused as error:
            if error.code not in UNUSABLE:
                raise
            raise TemporarilyUnavailable(Reason.SIGNING_UNAVAILABLE, error.code) from error
