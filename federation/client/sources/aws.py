"""AWS roles, by boto3 (extra `aws`): a JWT of `sts:GetWebIdentityToken`.

Or, as `aws:caller-identity`, a signed `sts:GetCallerIdentity` that names the bridge in a signed header
(docs/providers/aws.md).
"""

import json
from typing import Any
from urllib.parse import quote, urlsplit

from federation.client.errors import BrokenSource, library
from federation.client.identity import Subject
from federation.client.sources.reading import clean, meant_for
from federation.client.sources.source import Asked, Place, Surroundings
from federation.oauth.identifiers import FORM, TokenType

# Not AWS_ACCESS_KEY_ID: a person's lasting key is no workload's identity, and STS gives it no such token.
SIGNS = (
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
CALLER_IDENTITY = "caller-identity"
SERVER_ID = "x-fedbridge-server-id"
BODY = "Action=GetCallerIdentity&Version=2011-06-15"
LIFETIME = 300
"""Seconds of the JWT."""


def _absent(around: Surroundings) -> str | None:
    return None if any(map(around.has, SIGNS)) else f"none of {', '.join(SIGNS)} is set"


def _on_machine(around: Surroundings) -> bool:
    return around.text("/sys/class/dmi/id/sys_vendor") == "Amazon EC2"


def _subject(asked: Asked) -> Subject:
    if asked.argument not in ("", CALLER_IDENTITY):
        raise BrokenSource("aws", f"{asked.argument} is no way to ask", f"take aws, or aws:{CALLER_IDENTITY}")
    session = library("boto3", "the source aws", "aws").Session(region_name=asked.variable("AWS_REGION") or None)
    if session.get_credentials() is None:
        raise BrokenSource("aws", "there are no AWS credentials here", "give the workload a role")
    return _signed(session, asked) if asked.argument else _web_identity(session, asked)


def _web_identity(session: Any, asked: Asked) -> Subject:  # noqa: ANN401 (the library's)
    answer = _sts(session).get_web_identity_token(
        Audience=[asked.audience], SigningAlgorithm="ES384", DurationSeconds=LIFETIME
    )
    token = clean(str(answer["WebIdentityToken"]), "aws", "STS's answer")
    return Subject(meant_for(token, asked.audience, "aws"))


def _signed(session: Any, asked: Asked) -> Subject:  # noqa: ANN401 (the library's)
    """The form of Google's STS: the request as URL-encoded JSON, every header but Authorization signed."""
    auth, request = _of("botocore.auth"), _of("botocore.awsrequest")
    client = _sts(session)
    url = client.meta.endpoint_url
    headers = {"content-type": FORM, "host": urlsplit(url).netloc, SERVER_ID: asked.audience}
    made = request.AWSRequest("POST", url, headers=headers, data=BODY)
    auth.SigV4Auth(session.get_credentials().get_frozen_credentials(), "sts", client.meta.region_name).add_auth(made)
    listed = [{"key": name, "value": _text(value)} for name, value in made.headers.items()]
    return Subject(quote(json.dumps({"url": url, "method": "POST", "headers": listed})), TokenType.AWS4_REQUEST)


def _text(value: Any) -> str:  # noqa: ANN401 (text or bytes)
    return value.decode() if isinstance(value, bytes) else str(value)


def _sts(session: Any) -> Any:  # noqa: ANN401 (the library's)
    """Of the region, since the global endpoint gives no such tokens."""
    if not session.region_name:
        raise BrokenSource("aws", "no region is set", "set AWS_REGION")
    config = _of("botocore.config").Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2})
    return session.client("sts", config=config)


def _of(module: str) -> Any:  # noqa: ANN401 (an optional module)
    return library(module, "the source aws", "aws")


PLACE = Place("aws", _absent, _subject, CALLER_IDENTITY, machine=_on_machine)
