"""Real callers, unmodified, against an endpoint that verifies signatures with botocore."""

# mypy: disallow-untyped-calls=False

import time
from collections.abc import Iterator

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from google.auth.aws import AwsSecurityCredentials, RequestSigner

from federation.oauth.identifiers import TokenType
from tests.support.sts_sessions import ROLE, ROLE_ID
from tests.support.sts_signing import BODY, BRIDGE, ENDPOINT, FORM, members, sign
from tests.support.sts_world import StsWorld, sts_world

HEADERS = {"Content-Type": FORM, "X-Fedbridge-Server-Id": BRIDGE}


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StsWorld]:
    """By the clock on the wall, as those callers sign."""
    with sts_world(tmp_path_factory.mktemp("sts"), at=time.time()) as world:
        yield world


def test_botocores_signer_is_a_caller(world: StsWorld) -> None:
    request = AWSRequest(method="POST", url=ENDPOINT, headers=HEADERS, data=BODY)
    credentials = Credentials(ROLE.access_key_id, ROLE.secret, ROLE.token)
    SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
    headers = {**dict(request.headers), "Host": "sts.us-east-1.amazonaws.com"}
    assert world.verify(members(ENDPOINT, headers)).subject == ROLE_ID


def test_google_auths_signer_is_a_caller(world: StsWorld) -> None:
    credentials = AwsSecurityCredentials(ROLE.access_key_id, ROLE.secret, ROLE.token)
    signed = RequestSigner("us-east-1").get_request_options(credentials, ENDPOINT, "POST", BODY, HEADERS)
    request = {**members(signed["url"], signed["headers"], signed["method"]), "body": signed["data"]}
    assert world.verify(request).subject == ROLE_ID


def test_what_is_proven_names_the_issuer_and_the_request(world: StsWorld) -> None:
    at = int(world.clock.now())
    verified = world.verify(sign(at=at))
    assert (verified.issuer.id, verified.token_type) == ("aws-us-east-1", TokenType.AWS4_REQUEST)
    assert (verified.claims["iss"], verified.claims["aud"], verified.claims["sub"]) == (ENDPOINT, BRIDGE, ROLE_ID)
    assert (verified.claims["iat"], verified.claims["exp"]) == (at, at + 900)
    assert verified.claims["jti"] == verified.digest
    assert verified.key_id == ROLE.access_key_id
