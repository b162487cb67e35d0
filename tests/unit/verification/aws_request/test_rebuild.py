"""What AWS gets is what we wrote, in one form however it came."""

from federation.verification.aws_request.parse import parse_request, rebuild
from tests.support.sts_sessions import ROLE
from tests.support.sts_signing import BODY, BRIDGE, ENDPOINT, FORM, amz_date, sign, token
from tests.support.sts_world import NOW, trusted


def test_the_order_and_the_spelling_are_ours() -> None:
    members = sign(at=NOW)
    bent = [{**header, "key": header["key"].upper()} for header in reversed(members["headers"])]
    straight, other = (
        rebuild(parse_request(token({**members, "headers": headers})), trusted())
        for headers in (members["headers"], bent)
    )
    assert straight == other
    assert [name for name, _ in straight.headers] == [
        "content-type",
        "x-amz-date",
        "x-amz-security-token",
        "x-fedbridge-server-id",
        "authorization",
    ]
    assert [value for _, value in straight.headers[:4]] == [FORM, amz_date(NOW), ROLE.token, BRIDGE]


def test_the_endpoint_is_the_documents() -> None:
    request = rebuild(parse_request(token(sign(at=NOW, url=f"{ENDPOINT}/"))), trusted())
    assert (request.endpoint, request.body) == (ENDPOINT, BODY.encode())
