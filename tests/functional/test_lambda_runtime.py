"""The functions under the real Lambda runtime, each with the permissions of its own role, and AWS over HTTP.

Trust is applied, keys are published, tokens are exchanged.
"""

import base64
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import jwt
import pytest
from msgspec.structs import astuple

from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.json import Json
from federation.model.security_event import EventType
from federation.oauth.identifiers import GrantType, TokenType
from tests.support.eventually import HANGS
from tests.support.lambda_emulator import Emulator
from tests.support.lambda_events import REQUEST_ID, gateway_event, token_event
from tests.support.lambda_template import ROOT, Deployment, transform
from tests.support.snapshot_runtime import RUNTIME, snapshot_runtime

ISSUER = "https://federation.example.com"
PARTNER = "https://idp.partner.example.com"
CLUSTER = "https://cluster.partner.example.com"
REGION = "us-east-1"
FUNCTIONS = (
    *("TokenFunction", "PublishFunction", "ApplyTrustFunction", "IssuerKeysFunction", "RefreshKeysFunction"),
    "EventsFunction",
)


@dataclass(frozen=True, slots=True)
class Aws:
    """AWS, where every function signs with an access key named after it."""

    endpoint: str
    settings: Mapping[str, str]
    deployment: Deployment

    def run(self, function: str) -> Emulator:
        """The function under the runtime, as template.yaml names it."""
        return Emulator(self.deployment.properties(function)["Handler"], self.environment(function))

    def environment(self, function: str) -> dict[str, str]:
        """What Lambda and template.yaml put there."""
        return {
            **self.settings,
            "FEDERATION_ISSUER": ISSUER,
            "AWS_ACCESS_KEY_ID": function,
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
        }


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    deployment = Deployment(transform())
    roles = {name: [astuple(each) for each in deployment.role_statements(f"{name}Role")] for name in FUNCTIONS}
    command = [sys.executable, "-m", "tests.support.lambda_aws", json.dumps(roles)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        started = json.loads(process.stdout.readline())
        yield Aws(started["endpoint"], started["settings"], deployment)
        process.stdin.close()


@pytest.fixture(scope="module")
def partner_key() -> IssuerKey:
    return generate_key("partner-1", "RS256")


def trust(partner_key: IssuerKey) -> list[dict[str, Any]]:
    return [
        {
            "kind": "Issuer",
            "id": "partner",
            "tenant": "acme",
            "provider": "oidc",
            "issuer": PARTNER,
            "keys": {"jwks": partner_key.jwks},
            "algorithms": ["RS256"],
            "single_use": True,
        },
        {
            "kind": "Mapping",
            "id": "partner-sync",
            "issuer": "partner",
            "match": {"sub": "sync"},
            "principal": "partner/acme/sync",
            "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}],
        },
        {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read"], "environment": "prod"},
        {
            "kind": "Issuer",
            "id": "cluster",
            "provider": "oidc",
            "issuer": CLUSTER,
            "keys": {"pushed": True, "jwks": partner_key.jwks},
            "events": {"types": ["session-revoked"]},
        },
    ]


@pytest.fixture(scope="module")
def token_function(aws: Aws, partner_key: IssuerKey) -> Iterator[Emulator]:
    """The token function, after the two others have done their work under the runtime as well."""
    with aws.run("ApplyTrustFunction") as apply:
        applied = apply.invoke({"documents": trust(partner_key)})
        assert len(applied.get("created", ())) == 4, (applied, apply.log)
    with aws.run("PublishFunction") as publish:
        assert "active_kid" in publish.invoke({"source": "aws.events"}), publish.log
    with aws.run("TokenFunction") as token:
        yield token


def subject_token(key: IssuerKey, **changes: str) -> str:
    now = int(time.time())
    claims: dict[str, Json] = {
        "iss": PARTNER,
        "sub": "sync",
        "aud": ISSUER,
        "iat": now,
        "exp": now + 600,
        "jti": f"partner-{now}",
    }
    return key.sign({**claims, **changes})


def exchange(subject: str) -> dict[str, Any]:
    return token_event(
        [
            ("grant_type", GrantType.TOKEN_EXCHANGE),
            ("subject_token_type", TokenType.JWT),
            ("subject_token", subject),
            ("audience", "risk-engine"),
        ]
    )


def published_key(aws: Aws, token: str) -> jwt.PyJWK:
    """The key that verifiers would take for `token`."""
    s3 = boto3.client(
        "s3",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id="verifier",
        aws_secret_access_key="secret",
    )
    jwks = s3.get_object(Bucket=aws.settings["FEDERATION_DOCUMENTS_BUCKET"], Key=".well-known/jwks.json")["Body"].read()
    return jwt.PyJWKSet.from_json(jwks.decode())[jwt.get_unverified_header(token)["kid"]]


def test_a_partners_token_is_exchanged(token_function: Emulator, aws: Aws, partner_key: IssuerKey) -> None:
    answer = token_function.invoke(exchange(subject_token(partner_key, jti="once")))
    assert answer["statusCode"] == 200, answer
    assert answer["headers"]["x-correlation-id"] == REQUEST_ID
    token = json.loads(answer["body"])["access_token"]
    claims = jwt.decode(token, published_key(aws, token), algorithms=["RS256"], issuer=ISSUER, audience="risk-engine")
    assert (claims["sub"], claims["scope"], claims["env"]) == ("partner/acme/sync", "risk:read", "prod")


def test_a_refusal_is_answered_logged_and_counted(token_function: Emulator, partner_key: IssuerKey) -> None:
    answer = token_function.invoke(exchange(subject_token(partner_key, aud="https://somebody.example.com")))
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["error"] == "invalid_request"
    refusals = [line["refusal"] for line in token_function.lines if "refusal" in line]
    assert refusals[-1]["correlation_id"] == REQUEST_ID
    assert [line["reason"] for line in token_function.lines if "Refused" in line][-1] == refusals[-1]["reason"]


def test_a_token_is_spent_once(token_function: Emulator, partner_key: IssuerKey) -> None:
    event = exchange(subject_token(partner_key, jti="twice"))
    again = event | {"requestContext": event["requestContext"] | {"requestId": "another"}}
    assert [token_function.invoke(each)["statusCode"] for each in (event, again)] == [200, 400]


@pytest.mark.parametrize("event", [gateway_event("GET", "/token"), {}, [], "text", {"requestContext": []}])
def test_any_event_gets_a_typed_answer(token_function: Emulator, event: object) -> None:
    answer = token_function.invoke(event)
    assert answer["statusCode"] in (400, 405)
    assert json.loads(answer["body"])["error"] == "invalid_request"


def test_the_handler_is_built_while_the_runtime_starts(token_function: Emulator) -> None:
    token_function.invoke({})
    assert "INIT RTDONE(status: success" in token_function.log


def test_no_token_reaches_the_log(token_function: Emulator, partner_key: IssuerKey) -> None:
    subject = subject_token(partner_key, jti="unseen")
    issued = json.loads(token_function.invoke(exchange(subject))["body"])["access_token"]
    secrets = [part for token in (subject, issued) for part in token.split(".")[1:]]
    assert not [part for part in secrets if part in token_function.log]


def push_event(key: IssuerKey) -> dict[str, Any]:
    """The cluster pushes the very key that it has."""
    now, body = int(time.time()), json.dumps(key.jwks).encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
    claims: dict[str, Json] = {"iss": CLUSTER, "aud": ISSUER, "iat": now, "exp": now + 300, "jti": "push-1"}
    event = gateway_event("POST", "/issuers/cluster/keys", body)
    token = key.sign({**claims, "jwks_sha256": digest})
    event["headers"] |= {"content-type": "application/jwk-set+json", "authorization": f"Bearer {token}"}
    return event


def test_keys_are_pushed_and_looked_after(token_function: Emulator, aws: Aws, partner_key: IssuerKey) -> None:
    """Once trust has been applied."""
    with aws.run("IssuerKeysFunction") as keys:
        event = push_event(partner_key)
        assert keys.invoke(event)["statusCode"] == 204, keys.log
        again = keys.invoke(event | {"requestContext": event["requestContext"] | {"requestId": "another"}})
        assert json.loads(again["body"])["error_description"].startswith("token_replayed: ")
    with aws.run("RefreshKeysFunction") as refresh:
        report = {"asked": 1, "failed": {}, "stale": [], "left_out": 0, "certificates_ending": {}}
        assert refresh.invoke({"source": "aws.events"}) == report
        assert [line["KeysStale"] for line in refresh.lines if "KeysStale" in line] == [[0.0]]
    cluster = {"iss": CLUSTER, "sub": "nobody", "jti": "after-the-push"}
    refusal = token_function.invoke(exchange(subject_token(partner_key, **cluster)))
    assert json.loads(refusal["body"])["error_description"].startswith("no_mapping: ")


def test_an_issuers_event_has_its_effect_by_the_rights_of_its_own_role(
    token_function: Emulator, aws: Aws, partner_key: IssuerKey
) -> None:
    """Once trust has been applied."""
    del token_function
    claims: dict[str, Json] = {
        "iss": CLUSTER,
        "aud": ISSUER,
        "iat": int(time.time()),
        "jti": "set-1",
        "sub_id": {"format": "opaque", "id": "nobody"},
        "events": {EventType.SESSION_REVOKED.uri: {}},
    }
    event = gateway_event("POST", "/events", partner_key.sign(claims, {"typ": "secevent+jwt"}).encode())
    event["headers"] |= {"content-type": "application/secevent+jwt"}
    with aws.run("EventsFunction") as events:
        assert events.invoke(event)["statusCode"] == 202, events.log
        again = events.invoke(event | {"requestContext": event["requestContext"] | {"requestId": "another"}})
        assert json.loads(again["body"])["description"].startswith("event_replayed: ")
        assert [line["EventsReceived"] for line in events.lines if "EventsReceived" in line] == [[1.0]]


def test_a_function_cannot_do_what_its_role_does_not_allow(aws: Aws) -> None:
    """The roles hold here as they do in AWS: the token function's may neither publish keys nor write trust."""
    as_token = aws.environment("TokenFunction")
    with Emulator("functions.publish.handler", as_token) as publish:
        assert "errorType" in publish.invoke({})
    with Emulator("functions.apply.handler", as_token) as apply:
        assert "errorType" in apply.invoke({"documents": [{"kind": "Audience", "id": "a", "scopes": ["b"]}]})


def test_a_restored_snapshot_exchanges_as_whom_lambda_says(
    token_function: Emulator, aws: Aws, partner_key: IssuerKey
) -> None:
    """SnapStart: no credentials in the environment, no connection before the restore, all of it loaded before."""
    assert token_function
    with snapshot_runtime("functions.token.handler", aws.environment("TokenFunction")) as runtime:
        assert runtime.before_snapshot.wait(HANGS)
        assert runtime.asked == [f"{RUNTIME}/restore/next"]
        runtime.restored.set()
        answers = [runtime.invoke(exchange(subject_token(partner_key, jti=f"restored-{n}"))) for n in range(2)]
        assert [answer["statusCode"] for answer in answers] == [200, 200]
        assert runtime.asked.count("/credentials") == 1
        tokens = [json.loads(answer["body"])["access_token"] for answer in answers]
        jtis = {jwt.decode(token, options={"verify_signature": False})["jti"] for token in tokens}
        assert len(jtis) == 2
