"""What AWS STS does with a request, without the wire: an oracle that is not ours verifies every signature.

It is as obliging as AWS is: it takes GET and POST, parameters from the query and the body, answers in JSON to who asks
for it, and knows an action that repeats what an unauthenticated caller says.
"""

import hmac
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from federation.ports import Clock
from tests.support.sts_sessions import Session
from tests.support.sts_signing import REGION, amz_date, signature

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
WINDOW = 900
"""Seconds for which AWS takes a request."""

_AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=(.+?)/(.+), SignedHeaders=(.+), Signature=(.+)")


class StsRequest(NamedTuple):
    """What arrived; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str


class StsAnswer(NamedTuple):
    status: int
    content_type: str
    body: str


class StsService:
    """Knows `sessions`, and the time."""

    def __init__(self, clock: Clock, *sessions: Session, region: str = REGION) -> None:
        self.clock = clock
        self.sessions = {session.access_key_id: session for session in sessions}
        self.region = region

    def answer(self, request: StsRequest) -> StsAnswer:
        parameters = dict(parse_qsl(urlsplit(request.target).query) + parse_qsl(request.body))
        if parameters.get("Action") == "AssumeRoleWithWebIdentity":
            return _said(request, "AssumeRoleWithWebIdentity", {"Provider": parameters.get("ProviderId", "")})
        if parameters.get("Action") != "GetCallerIdentity":
            return _error(400, "InvalidAction")
        problem = self._problem(request)
        if problem:
            return _error(403, problem)
        session = self.sessions[_key_id(request)]
        facts = {"Arn": session.arn, "UserId": session.user_id, "Account": session.account}
        return _said(request, "GetCallerIdentity", facts)

    def _problem(self, request: StsRequest) -> str:
        found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if found is None:
            return "MissingAuthenticationToken"
        key_id, scope, names, proof = found.groups()
        session = self.sessions.get(key_id)
        if session is None or request.headers.get("x-amz-security-token", "") != session.token:
            return "InvalidClientTokenId"
        if scope != f"{request.headers['x-amz-date'][:8]}/{self.region}/sts/aws4_request":
            return "SignatureDoesNotMatch"
        if not _is_now(request.headers["x-amz-date"], self.clock.now()):
            return "SignatureDoesNotMatch"
        return "" if _fits(request, names.split(";"), session, self.region, proof) else "SignatureDoesNotMatch"


def _fits(request: StsRequest, names: list[str], session: Session, region: str, proof: str) -> bool:
    must = {"host", *(name for name in request.headers if name.startswith("x-amz-"))}
    if not must <= set(names) <= request.headers.keys():
        return False
    if request.headers.get("x-amz-content-sha256") not in (None, sha256(request.body.encode()).hexdigest()):
        return False
    url = f"https://{request.headers['host']}{request.target}"
    signed = {name: request.headers[name] for name in names}
    expected = signature(request.method, url, signed, request.body, session.secret, region)
    return hmac.compare_digest(expected, proof)


def _key_id(request: StsRequest) -> str:
    return request.headers["authorization"].partition("Credential=")[2].partition("/")[0]


def _is_now(date: str, now: float) -> bool:
    return amz_date(now - WINDOW) <= date <= amz_date(now + WINDOW)


def _said(request: StsRequest, action: str, facts: Mapping[str, str]) -> StsAnswer:
    if "json" in request.headers.get("accept", ""):
        body = json.dumps({f"{action}Response": {f"{action}Result": facts}})
        return StsAnswer(200, "application/json", body)
    return StsAnswer(200, "text/xml", document(action, facts))


def document(action: str, facts: Mapping[str, str]) -> str:
    """An answer as AWS writes it."""
    elements = "".join(f"\n    <{name}>{escape(value)}</{name}>" for name, value in facts.items())
    return (
        f'<{action}Response xmlns="{NAMESPACE}">\n  <{action}Result>{elements}\n  </{action}Result>\n'
        "  <ResponseMetadata>\n    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>\n"
        f"  </ResponseMetadata>\n</{action}Response>\n"
    )


def _error(status: int, code: str) -> StsAnswer:
    body = (
        f'<ErrorResponse xmlns="{NAMESPACE}">\n  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n'
        f"    <Message>{code}</Message>\n  </Error>\n"
        "  <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>\n</ErrorResponse>\n"
    )
    return StsAnswer(status, "text/xml", body)
