"""The gateway around stand-in functions and documents: limits, routes, failures."""

from dataclasses import dataclass, field

import pytest

from federation.local.events import Event, LambdaContext
from federation.local.functions import Runtime
from federation.local.gateway import MAX_BODY, MAX_HEAD, Gateway
from federation.local.iam import IamAuthorizer
from federation.local.requests import GatewayRequest
from federation.local.routes import FunctionTarget, ObjectTarget, Route
from federation.ports import PublishedDocument
from tests.support.aws_signature import aws_signed

NOW = 1_800_000_000.0
TARGET = FunctionTarget(name="Echo", module="functions.echo", timeout=10, memory=512)
JWKS = PublishedDocument("/.well-known/jwks.json", b'{"keys":[]}', "application/json", "public, max-age=300")


class StoppedClock:
    def now(self) -> float:
        return NOW


class FixedIdentifiers:
    def new(self) -> str:
        return "id-1"


@dataclass
class Documents:
    documents: dict[str, PublishedDocument] = field(default_factory=dict)

    def put(self, document: PublishedDocument) -> None:
        self.documents[document.path] = document

    def get(self, path: str) -> PublishedDocument | None:
        return self.documents.get(path)


@dataclass
class Echo:
    calls: list[tuple[Event, LambdaContext]] = field(default_factory=list)

    def __call__(self, event: Event, context: LambdaContext) -> object:
        self.calls.append((event, context))
        if event["rawPath"] == "/broken":
            raise RuntimeError("boom")
        return {"statusCode": 202, "body": event["rawPath"]}


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def gateway(echo: Echo) -> Gateway:
    clock, identifiers = StoppedClock(), FixedIdentifiers()
    return Gateway(
        routes=[
            Route("ANY", "/echo", TARGET),
            Route("ANY", "/broken", TARGET),
            Route("POST", "/signed", TARGET, signed=True),
            Route("GET", "/.well-known/{document}", ObjectTarget()),
        ],
        runtime=Runtime({"Echo": echo}, clock, identifiers),
        publisher=Documents({JWKS.path: JWKS}),
        clock=clock,
        identifiers=identifiers,
        iam=IamAuthorizer(clock),
    )


def test_a_function_gets_the_event_and_a_context(gateway: Gateway, echo: Echo) -> None:
    response = gateway.answer(GatewayRequest("POST", "/echo"))
    event, context = echo.calls[0]
    assert (response.status, response.body) == (202, b"/echo")
    assert event["requestContext"]["requestId"] == "id-1"
    assert (context.function_name, context.memory_limit_in_mb, context.aws_request_id) == ("Echo", 512, "id-1")
    assert context.get_remaining_time_in_millis() == 10_000
    assert context.invoked_function_arn == "arn:aws:lambda:us-east-1:123456789012:function:Echo"
    assert (context.log_group_name, context.log_stream_name) == ("/aws/lambda/Echo", "local")


def test_a_function_that_raises_is_a_500_without_its_message(gateway: Gateway) -> None:
    response = gateway.answer(GatewayRequest("POST", "/broken"))
    assert (response.status, response.body) == (500, b'{"message":"Internal Server Error"}')


def test_an_unknown_path_is_a_404(gateway: Gateway, echo: Echo) -> None:
    response = gateway.answer(GatewayRequest("POST", "/nowhere"))
    assert (response.status, response.body) == (404, b'{"message":"Not Found"}')
    assert echo.calls == []


def test_a_body_may_have_10_mb_and_not_a_byte_more(gateway: Gateway) -> None:
    assert gateway.answer(GatewayRequest("POST", "/echo", body=bytes(MAX_BODY))).status == 202
    assert gateway.answer(GatewayRequest("POST", "/echo", body=bytes(MAX_BODY + 1))).status == 413


def test_a_head_may_have_10240_bytes_and_not_one_more(gateway: Gateway) -> None:
    rest = MAX_HEAD - len("POST/echo")
    assert gateway.answer(GatewayRequest("POST", "/echo", headers=(("x", "a" * rest),))).status == 202
    assert gateway.answer(GatewayRequest("POST", "/echo", headers=(("x", "a" * (rest + 1)),))).status == 431


def test_a_document_is_served_with_its_headers(gateway: Gateway) -> None:
    response = gateway.answer(GatewayRequest("GET", JWKS.path))
    assert (response.status, response.body) == (200, JWKS.body)
    headers = dict(response.headers)
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "public, max-age=300"


def test_a_document_that_the_caller_has_is_not_sent_again(gateway: Gateway) -> None:
    tag = dict(gateway.answer(GatewayRequest("GET", JWKS.path)).headers)["etag"]
    again = gateway.answer(GatewayRequest("GET", JWKS.path, headers=(("if-none-match", f'"other", {tag}'),)))
    assert (again.status, again.body) == (304, b"")


def test_a_document_that_is_not_published_is_a_404(gateway: Gateway) -> None:
    assert gateway.answer(GatewayRequest("GET", "/.well-known/nothing")).status == 404


def test_a_route_that_asks_for_a_signature_invokes_nothing_without_one(gateway: Gateway, echo: Echo) -> None:
    response = gateway.answer(GatewayRequest("POST", "/signed"))
    assert (response.status, response.body) == (403, b'{"message":"Forbidden"}')
    assert gateway.answer(GatewayRequest("GET", "/signed")).status == 404
    assert echo.calls == []


def test_with_one_the_function_hears_whose_it_is(gateway: Gateway, echo: Echo) -> None:
    assert gateway.answer(aws_signed(GatewayRequest("POST", "/signed", body=b"a=b"), NOW)).status == 202
    iam = echo.calls[0][0]["requestContext"]["authorizer"]["iam"]
    assert iam["userArn"] == "arn:aws:sts::123456789012:assumed-role/laptop/serve"


def test_what_a_caller_says_about_itself_is_never_the_gateways_word(gateway: Gateway, echo: Echo) -> None:
    gateway.answer(aws_signed(GatewayRequest("POST", "/echo", headers=(("authorizer", "x"),)), NOW))
    assert "authorizer" not in echo.calls[0][0]["requestContext"]
