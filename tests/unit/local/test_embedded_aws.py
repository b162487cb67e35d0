import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from federation.aws.clients import dynamodb_client, kms_client, s3_client
from federation.local.embedded_aws import EmbeddedAws, sealed_environment
from federation.settings import read_settings


@pytest.fixture
def settings() -> Iterator[Mapping[str, str]]:
    with EmbeddedAws({}) as settings:
        yield settings


def test_it_yields_what_the_settings_ask_for(settings: Mapping[str, str]) -> None:
    read = read_settings({**settings, "FEDERATION_ISSUER": "http://127.0.0.1:8080"})
    assert dynamodb_client().describe_table(TableName=read.state_table)["Table"]["TableStatus"] == "ACTIVE"
    assert s3_client().list_objects_v2(Bucket=read.documents_bucket)["KeyCount"] == 0
    assert kms_client().describe_key(KeyId=read.signing_key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_tables_are_those_of_the_template(settings: Mapping[str, str]) -> None:
    dynamodb = dynamodb_client()
    trust = dynamodb.describe_table(TableName=settings["FEDERATION_TRUST_TABLE"])["Table"]["KeySchema"]
    expiry = dynamodb.describe_time_to_live(TableName=settings["FEDERATION_STATE_TABLE"])["TimeToLiveDescription"]
    assert [key["AttributeName"] for key in trust] == ["pk", "sk"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires_at")


@pytest.mark.parametrize(
    ("algorithm", "spec"),
    [("RS256", "RSA_2048"), ("PS256", "RSA_2048"), ("ES256", "ECC_NIST_P256"), ("EdDSA", "ECC_NIST_EDWARDS25519")],
)
def test_the_key_fits_the_algorithm(algorithm: str, spec: str) -> None:
    with EmbeddedAws({}, algorithm) as settings:
        metadata = kms_client().describe_key(KeyId=settings["FEDERATION_SIGNING_KEY"])["KeyMetadata"]
        assert (metadata["KeySpec"], settings["FEDERATION_SIGNING_ALGORITHM"]) == (spec, algorithm)


def test_one_within_another_has_resources_of_its_own_and_leaves_the_other_alone(settings: Mapping[str, str]) -> None:
    outer = settings["FEDERATION_STATE_TABLE"]
    dynamodb_client().put_item(TableName=outer, Item={"pk": {"S": "a"}})
    with EmbeddedAws({}) as within:
        assert not set(within.values()) & set(settings.values()) - {"RS256"}
        assert dynamodb_client().scan(TableName=within["FEDERATION_STATE_TABLE"])["Count"] == 0
    assert dynamodb_client().scan(TableName=outer)["Count"] == 1
    assert kms_client().describe_key(KeyId=settings["FEDERATION_SIGNING_KEY"])["KeyMetadata"]["Enabled"]


def test_one_after_the_other_begins_empty() -> None:
    for _ in range(2):
        with EmbeddedAws({}) as settings:
            table = settings["FEDERATION_STATE_TABLE"]
            assert dynamodb_client().scan(TableName=table)["Count"] == 0
            dynamodb_client().put_item(TableName=table, Item={"pk": {"S": "a"}})


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    before = dict(os.environ)
    with pytest.raises(FileNotFoundError):
        EmbeddedAws({}, template=tmp_path / "none.yaml").__enter__()
    assert dict(os.environ) == before
    with EmbeddedAws({}) as settings:
        assert settings


def test_nothing_of_the_users_account_holds_within() -> None:
    outer = {
        "AWS_PROFILE": "no-such-profile",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
    }
    with sealed_environment(None):
        os.environ.update(outer)
        with EmbeddedAws({}):
            assert "AWS_PROFILE" not in os.environ
            assert os.environ["AWS_LAMBDA_FUNCTION_NAME"] == "f"
            assert kms_client().meta.endpoint_url == "https://kms.us-east-1.amazonaws.com"
        assert {name: os.environ[name] for name in outer} == outer
        del os.environ["AWS_LAMBDA_FUNCTION_NAME"]


def test_a_service_that_is_not_embedded_is_not_reached_either(settings: Mapping[str, str]) -> None:
    assert settings
    with pytest.raises(ClientError) as refusal:
        boto3.client("braket").search_devices(filters=[])
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


# KMS as AWS does it


def refused_code(settings: Mapping[str, str], message: bytes, message_type: str = "RAW") -> str:
    with pytest.raises(ClientError) as refusal:
        kms_client().sign(
            KeyId=settings["FEDERATION_SIGNING_KEY"],
            Message=message,
            MessageType=message_type,  # type: ignore[arg-type]
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
    return refusal.value.response["Error"]["Code"]


def test_a_key_that_is_disabled_or_about_to_be_deleted_refuses(settings: Mapping[str, str]) -> None:
    kms, key = kms_client(), settings["FEDERATION_SIGNING_KEY"].rsplit("/")[-1]
    kms.disable_key(KeyId=key)
    assert refused_code(settings, b"m") == "DisabledException"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert refused_code(settings, b"m") == "KMSInvalidStateException"


def test_limits_of_messages_are_those_of_aws(settings: Mapping[str, str]) -> None:
    assert refused_code(settings, b"m" * 4097) == "ValidationException"
    assert refused_code(settings, b"m" * 31, "DIGEST") == "ValidationException"


def test_an_algorithm_of_another_kind_of_key_is_refused() -> None:
    with EmbeddedAws({}, "ES256") as settings:
        assert refused_code(settings, b"m") == "InvalidKeyUsageException"


@pytest.mark.parametrize("message_type", ["RAW", "DIGEST"])
def test_a_pss_salt_is_as_long_as_the_hash(settings: Mapping[str, str], message_type: str) -> None:
    kms, key = kms_client(), settings["FEDERATION_SIGNING_KEY"]
    message = b"m" if message_type == "RAW" else sha256(b"m").digest()
    signed = kms.sign(
        KeyId=key,
        Message=message,
        MessageType=message_type,  # type: ignore[arg-type]
        SigningAlgorithm="RSASSA_PSS_SHA_256",
    )
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(signed["Signature"], b"m", padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=32), SHA256())


# DynamoDB elsewhere


class RecordingDynamoDb(BaseHTTPRequestHandler):
    """Says yes to everything."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.headers["X-Amz-Target"].rpartition(".")[2])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({}).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def recording_server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), RecordingDynamoDb)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_dynamodb_lives_where_the_environment_says() -> None:
    with recording_server() as endpoint, EmbeddedAws({"AWS_ENDPOINT_URL_DYNAMODB": endpoint}):
        assert RecordingDynamoDb.asked.count("CreateTable") == 3
        assert kms_client().list_keys()["Keys"]
