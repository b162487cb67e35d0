"""A role of AWS gets a token over HTTP: the whole bridge, with an STS on loopback that verifies signatures for real."""

import io
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from federation.client.http import Answer, post_form
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.oauth.identifiers import GrantType, TokenType
from federation.system import SystemClock
from tests.support.document_vectors import sources
from tests.support.sts_server import StsServer, reply, sts_server
from tests.support.sts_service import StsService
from tests.support.sts_sessions import ACCOUNT, ROLE, ROLE_ID
from tests.support.sts_signing import BODY, FORM, members, sign, token

AUDIENCE = {"kind": "Audience", "id": "warehouse", "scopes": ["warehouse:query"]}
MAPPING = {
    "kind": "Mapping",
    "id": "acme-invoicing",
    "issuer": "acme-aws",
    "match": {"account": ACCOUNT, "role_id": ROLE_ID},
    "principal": "aws/acme/invoicing",
    "attributes": {"role": "{role_name}"},
    "grants": [{"audience": "warehouse", "scopes": ["warehouse:query"]}],
}


@dataclass(frozen=True, slots=True)
class Stage:
    bridge: LocalBridge
    sts: StsServer

    def post(self, subject_token: str) -> Answer:
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE,
            "subject_token_type": TokenType.AWS4_REQUEST,
            "subject_token": subject_token,
            "audience": "warehouse",
        }
        return post_form(f"{self.bridge.url}/token", list(form.items()))

    def signed(self, **how: Any) -> dict[str, Any]:  # noqa: ANN401 (as `sign` takes them)
        headers = {"x-fedbridge-server-id": self.bridge.url, **how.pop("headers", {})}
        return sign(at=time.time(), url=self.sts.url, headers=headers, **how)

    def verify(self, answer: Answer) -> Mapping[str, Any]:
        """The claims of the issued token, by stock PyJWT from the published keys."""
        text = answer.members["access_token"]
        key = jwt.PyJWKClient(f"{self.bridge.url}/.well-known/jwks.json").get_signing_key_from_jwt(text)
        claims: dict[str, Any] = jwt.decode(text, key.key, ["RS256"], audience="warehouse", issuer=self.bridge.url)
        return claims


@pytest.fixture(scope="module")
def one_stage() -> Iterator[Stage]:
    with sts_server(StsService(SystemClock(), ROLE)) as sts:
        issuer = {
            "kind": "Issuer",
            "id": "acme-aws",
            "tenant": "acme",
            "provider": "aws",
            "issuer": sts.url,
            "keys": {"caller_identity": True},
            "single_use": True,
        }
        documents = validate(sources(issuer, AUDIENCE, MAPPING), loopback=True)
        with LocalBridge(documents, log=io.StringIO()) as bridge:
            yield Stage(bridge, sts)


@pytest.fixture
def stage(one_stage: Stage) -> Stage:
    """The stage with an honest STS that has not been asked yet."""
    one_stage.sts.behaviour = None
    one_stage.sts.asked.clear()
    return one_stage


def reason(answer: Answer) -> str:
    return str(answer.members["error_description"]).partition(":")[0]


def test_a_signed_request_becomes_a_token(stage: Stage) -> None:
    """Signed as any AWS workload signs, by botocore."""
    headers = {"Content-Type": FORM, "X-Fedbridge-Server-Id": stage.bridge.url}
    request = AWSRequest(method="POST", url=stage.sts.url, headers=headers, data=BODY)
    SigV4Auth(Credentials(ROLE.access_key_id, ROLE.secret, ROLE.token), "sts", "us-east-1").add_auth(request)
    host = stage.sts.url.removeprefix("http://")
    claims = stage.verify(stage.post(token(members(stage.sts.url, {**dict(request.headers), "Host": host}))))
    assert (claims["sub"], claims["tenant"]) == ("aws/acme/invoicing", "acme")
    assert (claims["ctx"], claims["fed"]["iss"]) == ({"role": "data-processing"}, "acme-aws")
    assert len(stage.sts.asked) == 1


def test_its_record_says_who_and_by_what_and_holds_no_signature(stage: Stage) -> None:
    request = stage.signed(headers={"content-length": "43"})
    claims = stage.verify(stage.post(token(request)))
    record = stage.bridge.trail.issued(claims["jti"])
    assert record is not None
    assert (record["subject"], record["subject_token_type"]) == (ROLE_ID, TokenType.AWS4_REQUEST.value)
    assert record["decided_by"] == {"account": ACCOUNT, "role_id": ROLE_ID}
    signature = next(header["value"] for header in request["headers"] if header["key"] == "Authorization")[-64:]
    assert signature not in repr(record)
    assert ROLE.token not in repr(record)


def test_D23_a_request_that_was_exchanged_is_spent(stage: Stage) -> None:
    request = stage.signed(headers={"x-amz-content-sha256": None, "content-type": "application/x-www-form-urlencoded"})
    first, again, bent = (stage.post(token(one)) for one in (request, request, {**request, "body": BODY}))
    assert (first.status, again.status, bent.status) == (200, 400, 400)
    assert (reason(again), reason(bent)) == ("token_replayed", "token_replayed")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"headers": {"x-fedbridge-server-id": "https://other.example.com"}}, "wrong_audience"),
        ({"headers": {"x-fedbridge-server-id": None}}, "unsigned_headers"),
        ({"method": "GET"}, "malformed_aws_request"),
        ({"region": "eu-west-1"}, "bad_signature"),
    ],
)
def test_D23_what_is_refused_by_its_form_costs_no_request(stage: Stage, how: dict[str, Any], why: str) -> None:
    assert reason(stage.post(token(stage.signed(**how)))) == why
    assert stage.sts.asked == []


def test_D23_a_refusal_shows_nothing_of_the_request(stage: Stage) -> None:
    stage.sts.behaviour = reply(b"canary", 403)
    answer = stage.post(token(stage.signed()))
    assert (answer.status, reason(answer)) == (400, "bad_signature")
    assert b"canary" not in answer.body
    assert ROLE.access_key_id.encode() not in answer.body


def test_while_aws_is_silent_nobody_is_refused_for_good(stage: Stage) -> None:
    stage.sts.behaviour = reply(b"", 503)
    answer = stage.post(token(stage.signed()))
    assert (answer.status, answer.members["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["retry-after"]) > 0
