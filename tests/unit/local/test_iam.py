"""The laptop's IAM authorizer lets through what its key has signed, and nothing else."""

from collections.abc import Callable

import pytest
from botocore.credentials import Credentials
from msgspec.structs import replace

from federation.local.embedded_aws import ACCESS_KEY, SECRET_KEY
from federation.local.iam import MAX_AGE, IamAuthorizer
from federation.local.requests import GatewayRequest
from tests.support.aws_signature import aws_signed
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000
PLAIN = GatewayRequest("POST", "/iam/token", headers=(("content-type", "text/plain"),), body=b"grant_type=x")


def with_header(request: GatewayRequest, name: str, value: str) -> GatewayRequest:
    others = tuple(pair for pair in request.headers if pair[0] != name)
    return replace(request, headers=(*others, (name, value)))


GOOD = aws_signed(PLAIN, NOW)
PROMISED = aws_signed(with_header(PLAIN, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"), NOW)
IAM = IamAuthorizer(FixedClock(NOW))


def changed(old: str, new: str) -> GatewayRequest:
    return with_header(GOOD, "authorization", GOOD.header("authorization").replace(old, new))


def test_a_request_that_the_embedded_key_has_signed_is_its_sessions() -> None:
    caller = IAM.caller(GOOD)
    assert caller is not None
    assert caller["userArn"] == "arn:aws:sts::123456789012:assumed-role/laptop/serve"
    assert (caller["accessKey"], caller["accountId"]) == (ACCESS_KEY, "123456789012")


def test_five_minutes_are_borne() -> None:
    for seconds in (-MAX_AGE, MAX_AGE):
        assert IAM.caller(aws_signed(PLAIN, NOW + seconds)) is not None


REFUSED: dict[str, Callable[[], GatewayRequest]] = {
    "unsigned": lambda: PLAIN,
    "another body": lambda: replace(GOOD, body=b"grant_type=y"),
    "another path": lambda: replace(GOOD, path="/iam/token2"),
    "another method": lambda: replace(GOOD, method="PUT"),
    "a query": lambda: replace(GOOD, query="a=b"),
    "another host": lambda: with_header(GOOD, "host", "other.example.com"),
    "another signed header": lambda: with_header(GOOD, "content-type", "text/html"),
    "another secret": lambda: aws_signed(PLAIN, NOW, credentials=Credentials(ACCESS_KEY, "guessed")),
    "another key": lambda: aws_signed(PLAIN, NOW, credentials=Credentials("AKIAEXAMPLE", SECRET_KEY)),
    "another service": lambda: aws_signed(PLAIN, NOW, service="sts"),
    "another region": lambda: aws_signed(PLAIN, NOW, region="eu-west-1"),
    "too old": lambda: aws_signed(PLAIN, NOW - MAX_AGE - 1),
    "from the future": lambda: aws_signed(PLAIN, NOW + MAX_AGE + 1),
    "another time": lambda: with_header(GOOD, "x-amz-date", "20270115T080001Z"),
    "no time": lambda: with_header(GOOD, "x-amz-date", ""),
    "a signature of nothing": lambda: changed(GOOD.header("authorization")[-64:], "0" * 64),
    "no host among what is signed": lambda: changed(";host;", ";"),
    "a bearer": lambda: with_header(GOOD, "authorization", "Bearer x"),
    "two at once": lambda: replace(GOOD, headers=(*GOOD.headers, ("authorization", GOOD.header("authorization")))),
    "a promise instead of the body's hash": lambda: replace(PROMISED, body=b"grant_type=y"),
    "no promise at all": lambda: PROMISED,
}


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_nobodys(name: str) -> None:
    assert IAM.caller(REFUSED[name]()) is None
