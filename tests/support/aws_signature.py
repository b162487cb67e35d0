"""Requests signed by botocore's SigV4, at whatever time a test says."""

from datetime import UTC, datetime

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from msgspec.structs import replace

from federation.local.embedded_aws import ACCESS_KEY, REGION, SECRET_KEY
from federation.local.requests import GatewayRequest

HOST = "bridge.example.com"
EMBEDDED = Credentials(ACCESS_KEY, SECRET_KEY)


def aws_signed(
    request: GatewayRequest,
    time: float,
    *,
    credentials: Credentials = EMBEDDED,
    service: str = "execute-api",
    region: str = REGION,
) -> GatewayRequest:
    """The same request with a signature over all its headers; `time`: seconds since the epoch."""
    dated = datetime.fromtimestamp(time, UTC).strftime("%Y%m%dT%H%M%SZ")
    signed = {**dict(request.headers), "host": HOST, "x-amz-date": dated}
    scope = f"{dated[:8]}/{region}/{service}/aws4_request"
    names = ";".join(sorted(signed))
    signature = _signature(request, signed, SigV4Auth(credentials, service, region))
    text = f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return replace(request, headers=(*signed.items(), ("authorization", text)))


def _signature(request: GatewayRequest, signed: dict[str, str], signer: SigV4Auth) -> str:
    rebuilt = AWSRequest(request.method, f"http://{HOST}{request.path}", headers=signed, data=request.body)
    rebuilt.context["timestamp"] = signed["x-amz-date"]
    return str(signer.signature(signer.string_to_sign(rebuilt, signer.canonical_request(rebuilt)), rebuilt))


def headers_as_an_sdk_sends_them(url: str, body: bytes, content_type: str) -> dict[str, str]:
    """Of a POST that is signed now, by the whole of botocore's signer."""
    request = AWSRequest("POST", url, headers={"Content-Type": content_type}, data=body)
    SigV4Auth(EMBEDDED, "execute-api", REGION).add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}
