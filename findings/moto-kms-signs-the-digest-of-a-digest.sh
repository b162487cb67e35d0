#!/usr/bin/env bash
# moto 5.2.5: KMS Sign with MessageType DIGEST hashes the digest once more, so the signature fits no message.
#
# AWS KMS API reference, Sign: with MessageType DIGEST "AWS KMS skips the hashing step". A signature over SHA-256(message) by
# DIGEST must verify over the message, as one by RAW does. With moto it does not: it verifies over the 32 bytes of the digest.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[kms]==5.2.5' 'boto3==1.44.5'
"$folder/venv/bin/python" - <<'PYTHON'
from hashlib import sha256

import boto3
import moto
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

message = b"the message"


def fits(key, signature, text):
    try:
        key.verify(signature, text, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


with moto.mock_aws():
    kms = boto3.Session("AKIDEXAMPLE", "example", region_name="us-east-1").client("kms")
    key_id = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    key = load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
    asked = {"KeyId": key_id, "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}
    raw = kms.sign(**asked, Message=message, MessageType="RAW")["Signature"]
    digest = kms.sign(**asked, Message=sha256(message).digest(), MessageType="DIGEST")["Signature"]
    seen = {
        "RAW fits the message": fits(key, raw, message),
        "DIGEST fits the message": fits(key, digest, message),
        "DIGEST fits the digest, hashed again": fits(key, digest, sha256(message).digest()),
    }
    print(moto.__version__, seen)
    raise SystemExit(0 if list(seen.values()) == [True, False, True] else "changed")
PYTHON
