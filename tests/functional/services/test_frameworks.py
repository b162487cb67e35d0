"""What is particular to a framework: OpenAPI, WebSockets, certificates of proxies, methods, tools, authorizers."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import grpc
import httpx
import httpx2
import pytest
from fastmcp import FastMCP
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from federation.local.server import listen, url_of
from federation.oauth.errors import TemporarilyUnavailable
from federation.resource_server.adapters import asgi, lambda_authorizer
from federation.resource_server.adapters.fastmcp import BridgeAuth
from federation.resource_server.adapters.mcp import McpBridge
from federation.resource_server.gate import Gate, Request
from federation.resource_server.requirement import Requirement
from federation.resource_server.testing import OwnBridge
from tests.support.lambda_emulator import Emulator
from tests.support.services import grpc_services, lambdas, local_api, mcp_services, web
from tests.support.services.asked import AUDIENCE, PATH, SCOPE, HttpService, bearer, proven


@pytest.fixture
def bridge() -> Iterator[OwnBridge]:
    with OwnBridge() as bridge:
        yield bridge


def test_openapi_says_which_token_and_which_scope_an_operation_takes(bridge: OwnBridge) -> None:
    document = web.fastapi_app(bridge, "https://risk.example.com").openapi()
    assert document["paths"][PATH]["get"]["security"] == [{"federation-bridge": [SCOPE]}]
    scheme = document["components"]["securitySchemes"]["federation-bridge"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "at+jwt")


def test_a_requirement_that_is_empty_or_unknown_is_a_mistake_when_it_is_written(bridge: OwnBridge) -> None:
    gate = Gate(bridge.verifier(AUDIENCE))
    for wrong, mistake in (({"scope": ""}, ValueError), ({"scop": "x"}, TypeError)):
        with pytest.raises(mistake):
            gate.admit(Request("GET", "/"), Requirement(**{"actor": "x", **wrong}))


# WebSockets


def test_a_websocket_is_a_door_too(bridge: OwnBridge) -> None:
    async def scores(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(socket.state.claims.principal)
        await socket.close()

    app = asgi.BridgeMiddleware(
        Starlette(routes=[WebSocketRoute(PATH, scores)]), bridge.verifier(AUDIENCE), scope=SCOPE
    )
    client = TestClient(app)
    with client.websocket_connect(PATH, headers=bearer(bridge.token(AUDIENCE, scope=SCOPE))) as socket:
        assert socket.receive_text() == "partner/acme/billing-sync"
    for headers, status in (({}, 401), (bearer(bridge.token(AUDIENCE)), 403), (bearer("junk"), 401)):
        with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(PATH, headers=headers):
            pass
        assert denied.value.status_code == status


def test_health_checks_and_start_up_need_no_token_and_nothing_else_goes_without(bridge: OwnBridge) -> None:
    async def fine(scope: asgi.Scope, _: asgi.Receive, send: asgi.Send) -> None:
        del scope
        await asgi.send_json(send, b"{}")

    client = TestClient(asgi.BridgeMiddleware(fine, bridge.verifier(AUDIENCE), public=["/health"]))
    assert [client.get(path).status_code for path in ("/health", "/health/", "/healthx", "/")] == [200, 401, 401, 401]


# gRPC


@pytest.mark.parametrize("service", [grpc_services.grpc_service, grpc_services.grpc_aio_service])
def test_a_stream_is_guarded_and_a_method_without_a_scope_is_not_served(bridge: OwnBridge, service: Any) -> None:  # noqa: ANN401
    with service(bridge) as unary:
        good, other = bearer(bridge.token(AUDIENCE, scope=SCOPE)), bearer(bridge.token("ledger", scope=SCOPE))
        stream = grpc_services.GrpcService(unary.target, grpc_services.STREAM)
        assert stream.ask(good).body == "partner/acme/billing-sync"
        assert stream.ask(other).status == 401
        unwritten = grpc_services.GrpcService(unary.target, "/risk.Engine/Unwritten")
        assert unwritten.ask(good).status == 403
        absent = grpc_services.GrpcService(unary.target, "/risk.Engine/Absent")
        with grpc.insecure_channel(absent.target) as channel, pytest.raises(grpc.RpcError) as refused:
            channel.unary_unary(absent.rpc)(b"?", timeout=30)
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


# API Gateway


def test_an_http_api_gets_a_simple_answer_with_what_the_integration_needs(bridge: OwnBridge) -> None:
    token = bridge.token(AUDIENCE, scope=SCOPE, jti="j-1", txn="t-1", tenant="acme", act={"sub": "agent/x"})
    answer = lambdas.authorizer(bridge)(local_api.http_api_event(bearer(token)))
    assert answer == {
        "isAuthorized": True,
        "context": {
            "sub": "partner/acme/billing-sync",
            "client_id": "partner/acme/billing-sync",
            "scope": SCOPE,
            "jti": "j-1",
            "txn": "t-1",
            "tenant": "acme",
            "actor": "agent/x",
        },
    }


def test_a_rest_api_gets_a_policy_for_this_very_request(bridge: OwnBridge) -> None:
    event = local_api.rest_api_event(bearer(bridge.token(AUDIENCE, scope=SCOPE)))
    (statement,) = lambdas.authorizer(bridge)(event)["policyDocument"]["Statement"]
    assert statement == {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
    lacking = local_api.rest_api_event(bearer(bridge.token(AUDIENCE)))
    (denied,) = lambdas.authorizer(bridge)(lacking)["policyDocument"]["Statement"]
    assert denied["Effect"] == "Deny"


def test_both_take_a_proof_once(bridge: OwnBridge) -> None:
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    authorizer = lambdas.authorizer(bridge)
    service = HttpService("", known_as=lambdas.ORIGIN + PATH)
    headers = proven(service, token, holder)
    assert authorizer(local_api.http_api_event(headers))["isAuthorized"]
    assert not authorizer(local_api.http_api_event(headers))["isAuthorized"]
    assert authorizer(local_api.rest_api_event(proven(service, token, holder)))["policyDocument"]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer junk"}])
def test_who_has_no_good_token_is_unauthorized_in_api_gateways_own_words(
    bridge: OwnBridge, headers: Mapping[str, str]
) -> None:
    assert lambdas.authorizer(bridge)(local_api.http_api_event(headers)) == {"isAuthorized": False}
    with pytest.raises(lambda_authorizer.Unauthorized, match=r"^Unauthorized$"):
        lambdas.authorizer(bridge)(local_api.rest_api_event(headers))


def test_an_authorizer_that_cannot_tell_lets_nothing_in(bridge: OwnBridge) -> None:
    bridge.away = True
    token = bridge.token(AUDIENCE, scope=SCOPE)
    for event in (local_api.http_api_event(bearer(token)), local_api.rest_api_event(bearer(token))):
        with pytest.raises(TemporarilyUnavailable):
            lambdas.authorizer(bridge)(event)


def test_a_token_authorizer_sees_no_proof_and_takes_no_bound_token(bridge: OwnBridge) -> None:
    event = {"type": "TOKEN", "methodArn": local_api.rest_api_event({})["methodArn"]}
    free, bound = bridge.token(AUDIENCE, scope=SCOPE), bridge.token(AUDIENCE, scope=SCOPE, cnf=bridge.holder().cnf)
    assert lambdas.authorizer(bridge)({**event, "authorizationToken": f"Bearer {free}"})["principalId"]
    with pytest.raises(lambda_authorizer.Unauthorized):
        lambdas.authorizer(bridge)({**event, "authorizationToken": f"Bearer {bound}"})


def test_the_ready_handler_is_made_of_its_environment() -> None:
    with OwnBridge.serving() as bridge:
        settings = {"FEDERATION_ISSUER": bridge.issuer, "FEDERATION_AUDIENCE": AUDIENCE, "FEDERATION_SCOPE": SCOPE}
        handler = lambda_authorizer.build(settings)
        assert handler(local_api.http_api_event(bearer(bridge.token(AUDIENCE, scope=SCOPE))))["isAuthorized"]
    with pytest.raises(KeyError):
        lambda_authorizer.build({"FEDERATION_ISSUER": "https://federation.example.com"})


def test_the_ready_handler_runs_under_lambdas_own_runtime() -> None:
    with OwnBridge.serving() as bridge:
        settings = {"FEDERATION_ISSUER": bridge.issuer, "FEDERATION_AUDIENCE": AUDIENCE, "FEDERATION_SCOPE": SCOPE}
        with Emulator(f"{lambda_authorizer.__name__}.handler", settings) as function:
            good, other = (bearer(bridge.token(each, scope=SCOPE, jti="j-1")) for each in (AUDIENCE, "ledger"))
            assert function.invoke(local_api.http_api_event(good))["isAuthorized"] is True
            assert function.invoke(local_api.http_api_event(other)) == {"isAuthorized": False}
            assert function.invoke(local_api.rest_api_event(good))["principalId"] == "partner/acme/billing-sync"
            refused = function.invoke(local_api.rest_api_event(other))
            assert (refused["errorType"], refused["errorMessage"]) == ("Unauthorized", "Unauthorized")
            log = function.log
        (*_, used) = [line for line in log.splitlines() if '"event":"token_used"' in line]
        assert '"jti":"j-1"' in used


def test_a_load_balancer_is_answered_in_its_own_form(bridge: OwnBridge) -> None:
    several = lambdas.handler(bridge)(local_api.alb_event({}, several=True), None)
    assert several["statusDescription"] == "401 Unauthorized"
    assert several["multiValueHeaders"]["www-authenticate"][0].startswith("Bearer")


# MCP


@pytest.mark.parametrize("service", [mcp_services.mcp_service, mcp_services.fastmcp_service])
def test_a_tool_knows_who_calls_it(bridge: OwnBridge, service: Any) -> None:  # noqa: ANN401
    async def called(url: str, token: str) -> str:
        async with httpx_client(bearer(token)) as http, Client(streamable_http_client(url, http_client=http)) as client:
            result: Any = await client.call_tool("whoami", {})
            return str(result.content[0].text)

    with service(bridge) as running:
        token = bridge.token(AUDIENCE, scope=SCOPE)
        assert asyncio.run(called(running.url, token)) == "partner/acme/billing-sync"


@pytest.mark.parametrize("service", [mcp_services.mcp_service, mcp_services.fastmcp_service])
def test_its_metadata_is_where_a_client_looks_for_it(bridge: OwnBridge, service: Any) -> None:  # noqa: ANN401
    """RFC 9728 section 3.1: at the root of the host, with the path of the endpoint behind it."""
    with service(bridge) as running:
        origin = running.url.removesuffix(mcp_services.ENDPOINT)
        where = f"{origin}/.well-known/oauth-protected-resource{mcp_services.ENDPOINT}"
        found = httpx.get(where).json()
        assert (found["resource"], found["scopes_supported"]) == (running.url, [SCOPE])
        assert [each.rstrip("/") for each in found["authorization_servers"]] == [bridge.issuer]
        assert f'resource_metadata="{where}"' in running.ask({}).challenge


def test_a_server_that_is_mounted_at_a_path_has_its_metadata_at_the_root(bridge: OwnBridge) -> None:
    listener = listen(0)
    url = url_of(listener) + "/tools/calendar"
    door = McpBridge(bridge.verifier(AUDIENCE), url=url, scope=SCOPE)

    async def inner(scope: asgi.Scope, _: asgi.Receive, send: asgi.Send) -> None:
        await asgi.send_json(send, json.dumps({"sub": scope["state"]["claims"].principal}).encode())

    app = Starlette(routes=[door.metadata_route, Mount("/tools/calendar", app=door.guard(inner))])
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    with web.uvicorn_serving(app, listener):
        refused = httpx.post(url + "/")
        named = refused.headers["www-authenticate"].partition('resource_metadata="')[2].partition('"')[0]
        assert httpx.get(named).json()["resource"] == url
        shown = holder.proof("POST", url + "/", token)
        answer = httpx.post(url + "/", headers={"authorization": f"DPoP {token}", "dpop": shown})
        assert answer.json() == {"sub": "partner/acme/billing-sync"}


def test_a_server_of_fastmcp_that_is_mounted_at_a_path_has_its_metadata_at_the_root(bridge: OwnBridge) -> None:
    listener = listen(0)
    origin = url_of(listener)
    auth = BridgeAuth(bridge.verifier(AUDIENCE), base_url=f"{origin}/tools", scope=SCOPE)
    inner = FastMCP("calendar", auth=auth).http_app(path="/mcp")
    routes = [*auth.get_well_known_routes(mcp_path="/mcp"), Mount("/tools", app=inner)]
    mounted, holder = mcp_services.McpService(f"{origin}/tools/mcp"), bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    with web.uvicorn_serving(Starlette(routes=routes, lifespan=inner.lifespan), listener):
        named = mounted.ask({}).challenge.partition('resource_metadata="')[2].partition('"')[0]
        assert named == f"{origin}/.well-known/oauth-protected-resource/tools/mcp"
        assert httpx.get(named).json()["resource"] == f"{origin}/tools/mcp"
        assert mounted.ask(proven(mounted, token, holder)).status == 200


def test_the_sdk_is_told_to_compare_the_resource(bridge: OwnBridge) -> None:
    """Left unset it means: not compared."""
    settings = McpBridge(bridge.verifier(AUDIENCE), url="https://tools.example.com/mcp", scope=SCOPE).settings
    assert settings.validate_token_resource is True
    assert str(settings.resource_server_url) == "https://tools.example.com/mcp"


def test_the_sdk_alone_takes_no_bound_token(bridge: OwnBridge) -> None:
    door = McpBridge(bridge.verifier(AUDIENCE), url="https://tools.example.com/mcp", scope=SCOPE)
    assert asyncio.run(door.verify_token(bridge.token(AUDIENCE, scope=SCOPE))) is not None
    for token in (bridge.token(AUDIENCE, scope=SCOPE, cnf=bridge.holder().cnf), bridge.token("ledger", scope=SCOPE)):
        assert asyncio.run(door.verify_token(token)) is None


def httpx_client(headers: Mapping[str, str]) -> Any:  # noqa: ANN401

    return httpx2.AsyncClient(headers=dict(headers))
