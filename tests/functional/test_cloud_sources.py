"""Identities that clouds give, by their own libraries, from loopback endpoints in the place of the clouds' own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID

from federation.client.errors import BrokenSource
from federation.client.identity import Subject
from federation.client.sources.choice import find_source
from federation.oauth.identifiers import TokenType
from federation.verification.aws_request.parse import parse_request
from tests.support.fake_bridge import Asked, FakeBridge, Reply, fake_bridge
from tests.support.workload_api import WorkloadApi, serving_workloads

BRIDGE = "https://federation.example.com"
METADATA = {"metadata-flavor": "Google"}


def signed(**claims: Any) -> str:  # noqa: ANN401 (claims)
    now = int(time.time())
    return jwt.encode({"aud": BRIDGE, "iat": now, "exp": now + 300, "iss": "x", **claims}, "k" * 32, "HS256")


@pytest.fixture
def cloud() -> Iterator[FakeBridge]:
    with fake_bridge() as cloud:
        yield cloud


def subject(name: str) -> Subject:
    return find_source(name).subject(BRIDGE)


ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/"
JSON = {**METADATA, "content-type": "application/json"}
IDENTITY = "/computeMetadata/v1/instance/service-accounts/default/identity"
ASK = f"""
from federation.client.errors import ClientError
from federation.client.sources.choice import find_source
try:
    found = find_source().subject({BRIDGE!r})
    print(found.token, found.type.name)
except ClientError as error:
    print(type(error).__name__, error)
"""


def at_google(cloud: FakeBridge) -> str:
    """In a process of its own: google-auth reads where its metadata server is when it is imported."""
    at = urlsplit(cloud.url).netloc
    environment = {"PATH": os.environ["PATH"], "GCE_METADATA_HOST": at, "GCE_METADATA_IP": at}
    command = [sys.executable, "-c", ASK]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_google_gives_the_full_form_for_the_bridge(cloud: FakeBridge) -> None:
    token = signed()
    cloud.on("GET", "/", Reply(b"", headers=METADATA))
    cloud.on("GET", ACCOUNT, Reply({"email": "worker@acme.iam.gserviceaccount.com"}, headers=JSON))
    cloud.on("GET", IDENTITY, Reply(token.encode(), headers={**METADATA, "content-type": "text/html"}))
    assert at_google(cloud) == f"{token} {TokenType.ID_TOKEN.name}"
    asked = cloud.all_asked("GET", IDENTITY)[-1]
    assert (asked.query["audience"], asked.query["format"]) == (BRIDGE, "full")


def test_google_without_a_service_account_is_told_without_what_it_answered(cloud: FakeBridge) -> None:
    cloud.on("GET", "/", Reply(b"", headers=METADATA))
    cloud.on("GET", ACCOUNT, Reply({"email": "worker@acme.iam.gserviceaccount.com"}, headers=JSON))
    cloud.on("GET", IDENTITY, Reply(b"eyJhbGciOiJub25lIn0.secret.x", 404, METADATA))
    told = at_google(cloud)
    assert (told.startswith("BrokenSource google: "), "secret" in told) == (True, False)


@pytest.mark.parametrize(
    ("name", "resource"), [("azure", BRIDGE), ("azure:api://federation-bridge", "api://federation-bridge")]
)
def test_azure_is_asked_for_the_scope_that_yields_the_right_aud(
    cloud: FakeBridge, monkeypatch: pytest.MonkeyPatch, name: str, resource: str
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{cloud.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    token = signed(aud=resource)
    answer = {
        "access_token": token,
        "expires_on": str(int(time.time()) + 3600),
        "resource": resource,
        "token_type": "Bearer",
    }
    cloud.on("GET", "/msi/token", Reply(answer))
    found = subject(name)
    assert (found.token, found.type) == (token, TokenType.ACCESS_TOKEN)
    asked = cloud.asked[-1]
    assert (asked.query["resource"], asked.headers["x-identity-header"]) == (resource, "header")


@pytest.fixture
def role(cloud: FakeBridge, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-role",
        "AWS_SESSION_TOKEN": "session",
        "AWS_REGION": "eu-central-1",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_ENDPOINT_URL_STS": cloud.url,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("role")
def test_aws_gives_a_web_identity_token_for_the_bridge(cloud: FakeBridge) -> None:
    token = signed()

    def answer(asked: Asked) -> Reply:
        assert asked.form["Action"] == "GetWebIdentityToken"
        assert asked.form["Audience.member.1"] == BRIDGE
        text = f"""<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult>
        <WebIdentityToken>{token}</WebIdentityToken><Expiration>2027-01-01T00:00:00Z</Expiration>
        </GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"""
        return Reply(text.encode(), headers={"content-type": "text/xml"})

    cloud.on("POST", "/", answer)
    assert subject("auto").token == token


@pytest.mark.usefixtures("role")
def test_aws_signs_a_request_that_names_the_bridge(cloud: FakeBridge) -> None:
    found = subject("aws:caller-identity")
    assert found.type is TokenType.AWS4_REQUEST
    request = parse_request(found.token)
    assert (request.server_id, request.endpoint) == (BRIDGE, cloud.url)
    assert abs(request.signed_at - time.time()) < 60
    assert "secret-of-the-role" not in found.token
    assert cloud.asked == []


@pytest.mark.usefixtures("role")
def test_aws_that_refuses_is_told(cloud: FakeBridge) -> None:
    code = "OutboundWebIdentityFederationDisabled"
    text = f"<ErrorResponse><Error><Code>{code}</Code><Message>off</Message></Error></ErrorResponse>"
    cloud.on("POST", "/", Reply(text.encode(), 400, {"content-type": "text/xml"}))
    with pytest.raises(BrokenSource, match=code):
        subject("aws")


WORKLOAD = "spiffe://prod.acme.example/ns/payments/sa/worker"


def test_spiffe_gives_a_jwt_svid_for_the_bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = jwt.encode(
        {"aud": [BRIDGE], "sub": WORKLOAD, "exp": int(time.time()) + 300}, private_key(), "ES256", {"kid": "k1"}
    )
    api = WorkloadApi(WORKLOAD, token)
    with serving_workloads(api, tmp_path) as address:
        monkeypatch.setenv("SPIFFE_ENDPOINT_SOCKET", address)
        assert subject("auto").token == token
    assert api.asked == [(BRIDGE,)]


def test_spiffe_gives_an_x509_svid_as_client_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, der = svid(WORKLOAD)
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with serving_workloads(WorkloadApi(WORKLOAD, "", der, pkcs8, der), tmp_path) as address:
        monkeypatch.setenv("SPIFFE_ENDPOINT_SOCKET", address)
        found = subject("spiffe:x509")
    assert (found.type, found.token) == (TokenType.MTLS, "mtls")
    assert found.certificate is not None
    certificate, private = map(Path, found.certificate)
    assert load_pem_x509_certificate(certificate.read_bytes()).public_bytes(Encoding.DER) == der
    assert (private.stat().st_mode & 0o777, private.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_spiffe_without_an_agent_is_told_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPIFFE_ENDPOINT_SOCKET", f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(BrokenSource):
        subject("auto")


def private_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def svid(spiffe_id: str) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """A key, and a certificate of its own for that SPIFFE ID: the library checks its form, the bridge its chain."""
    key, now = private_key(), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "worker")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(spiffe_id)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return key, made.sign(key, SHA256()).public_bytes(Encoding.DER)
