"""Callers: requests signed by botocore's SigV4, and the subject tokens made of them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.sts_sessions import ROLE, Session

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
BRIDGE = "https://federation.example.com"
REGION = "us-east-1"
ENDPOINT = f"https://sts.{REGION}.amazonaws.com"

Headers = Mapping[str, str]


def amz_date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def signature(method: str, url: str, signed: Headers, body: str, secret: str, region: str) -> str:
    """The SigV4 signature for STS over exactly these headers, by botocore: hex."""
    dated = {name.lower(): value for name, value in signed.items()}["x-amz-date"]
    request = AWSRequest(method=method, url=url, headers=dict(signed), data=body)
    request.context["timestamp"] = dated
    signer = SigV4Auth(Credentials("AKID", secret), "sts", region)
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def sign(  # noqa: PLR0913 (a maker of requests: every part has a usual value)
    *,
    at: float,
    url: str = ENDPOINT,
    method: str = "POST",
    body: str = BODY,
    session: Session = ROLE,
    region: str = REGION,
    headers: Mapping[str, str | None] | None = None,
) -> dict[str, Any]:
    """A signed request as members of a subject token; `headers`: others to sign, or None for one to leave out."""
    usual: dict[str, str | None] = {
        "content-type": FORM,
        "host": urlsplit(url).netloc,
        "x-amz-date": amz_date(at),
        "x-amz-security-token": session.token,
        "x-fedbridge-server-id": BRIDGE,
        **(headers or {}),
    }
    signed = {name: value for name, value in usual.items() if value is not None}
    scope = f"{amz_date(at)[:8]}/{region}/sts/aws4_request"
    names = ";".join(sorted(name.lower() for name in signed))
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={session.access_key_id}/{scope}, SignedHeaders={names}, "
        f"Signature={signature(method, url, signed, body, session.secret, region)}"
    )
    return members(url, {**signed, "Authorization": authorization}, method)


def members(url: str, headers: Headers, method: str = "POST") -> dict[str, Any]:
    """The members of a subject token."""
    return {
        "url": url,
        "method": method,
        "headers": [{"key": name, "value": value} for name, value in headers.items()],
    }


def token(request: object) -> str:
    """The subject token, as Google's library writes it."""
    return quote(json.dumps(request, separators=(",", ":"), sort_keys=True))
