"""The lean client's signatures are those of botocore and of the AWS Common Runtime, for every request that it makes."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import awscrt.auth  # type: ignore[import-untyped]
import awscrt.http  # type: ignore[import-untyped]
import awscrt.io  # type: ignore[import-untyped]
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st

from federation.aws.lean.codec import encode
from federation.aws.lean.credentials import GivenCredentials
from federation.aws.lean.service import DYNAMODB, KMS, Dialect, LeanService, Shared
from federation.aws.lean.signing import Credentials
from federation.aws.lean.skew import SkewedClock
from federation.aws.lean.transport import Pending

OPERATIONS = (
    *((DYNAMODB, name) for name in ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")),
    *((DYNAMODB, name) for name in ("BatchGetItem", "BatchWriteItem", "TransactWriteItems")),
    (KMS, "Sign"),
)
REGIONS = ("us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1")

plain = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)
credentials = st.builds(Credentials, plain, plain, st.one_of(st.just(""), plain))
members = st.recursive(
    st.one_of(st.text(st.characters(codec="utf-8")), st.integers(), st.booleans(), st.binary(max_size=64)),
    lambda inner: st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4),
    max_leaves=8,
)
requests = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=12), members, max_size=6)
seconds = st.integers(1_600_000_000, 2_200_000_000)


class Kept:
    """A transport that keeps what is sent."""

    def __init__(self) -> None:
        self.head = b""
        self.body = b""

    def send(self, head: bytes, body: bytes) -> Pending:
        self.head, self.body = head, body
        return lambda: pytest.fail("nobody answers")

    def close(self) -> None:
        """There are no connections."""


def sent(dialect: Dialect, operation: str, who: Credentials, at: int, region: str, request: dict[str, Any]) -> Kept:
    kept = Kept()
    shared = Shared(GivenCredentials(who), SkewedClock(lambda: float(at)))
    LeanService(dialect, f"{dialect.name}.{region}.example.com", region, kept, shared).start(operation, request)
    return kept


def headers_of(kept: Kept) -> dict[str, str]:
    first, *lines = kept.head.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
    assert first == "POST / HTTP/1.1"
    return dict(line.split(": ", 1) for line in lines)


def signed_among(headers: dict[str, str]) -> dict[str, str]:
    """The headers that the signature is over."""
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    return {name: headers[name] for name in names}


def by_botocore(dialect: Dialect, region: str, who: Credentials, signed: dict[str, str], body: bytes) -> str:
    boto = SigV4Auth(BotoCredentials(who.key_id, who.secret, who.token or None), dialect.name, region)
    rebuilt = AWSRequest("POST", f"https://{signed['host']}/", headers=signed, data=body)
    rebuilt.context["timestamp"] = signed["x-amz-date"]
    signature = boto.signature(boto.string_to_sign(rebuilt, boto.canonical_request(rebuilt)), rebuilt)
    names = boto.signed_headers(boto.headers_to_sign(rebuilt))
    return f"AWS4-HMAC-SHA256 Credential={boto.scope(rebuilt)}, SignedHeaders={names}, Signature={signature}"


def by_awscrt(dialect: Dialect, region: str, who: Credentials, signed: dict[str, str], body: bytes) -> str:
    """It adds date and token of its own accord."""
    own = {"x-amz-date", "x-amz-security-token"}
    headers = awscrt.http.HttpHeaders([(name, value) for name, value in signed.items() if name not in own])
    request = awscrt.http.HttpRequest("POST", "/", headers, awscrt.io.InputStream(BytesIO(body)))
    config = awscrt.auth.AwsSigningConfig(
        algorithm=awscrt.auth.AwsSigningAlgorithm.V4,
        signature_type=awscrt.auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=awscrt.auth.AwsCredentialsProvider.new_static(who.key_id, who.secret, who.token or None),
        region=region,
        service=dialect.name,
        date=datetime.strptime(signed["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        signed_body_header_type=awscrt.auth.AwsSignedBodyHeaderType.NONE,
    )
    done = awscrt.auth.aws_sign_request(request, config).result(10)
    return str(done.headers.get("Authorization"))


@given(st.sampled_from(OPERATIONS), st.sampled_from(REGIONS), credentials, seconds, requests)
def test_every_request_is_signed_as_botocore_and_the_common_runtime_sign_it(
    which: tuple[Dialect, str], region: str, who: Credentials, at: int, request: dict[str, Any]
) -> None:
    dialect, operation = which
    kept = sent(dialect, operation, who, at, region, request)
    headers = headers_of(kept)
    signed = signed_among(headers)
    assert by_botocore(dialect, region, who, signed, kept.body) == headers["authorization"]
    assert by_awscrt(dialect, region, who, signed, kept.body) == headers["authorization"]


@given(st.sampled_from(OPERATIONS), credentials, seconds, requests)
def test_what_decides_about_a_request_is_under_the_signature(
    which: tuple[Dialect, str], who: Credentials, at: int, request: dict[str, Any]
) -> None:
    dialect, operation = which
    headers = headers_of(sent(dialect, operation, who, at, "us-east-1", request))
    signed = signed_among(headers)
    assert signed["x-amz-target"] == f"{dialect.target}.{operation}"
    assert set(headers) - set(signed) == {"authorization", "content-length", "accept-encoding", "user-agent"}
    assert ("x-amz-security-token" in signed) == bool(who.token)


@given(requests)
def test_a_request_is_sent_as_the_json_that_botocore_sends(request: dict[str, Any]) -> None:
    assert json.loads(encode(request)) == json.loads(json.dumps(request, default=_base64))


def _base64(value: bytes) -> str:
    return b64encode(value).decode()
