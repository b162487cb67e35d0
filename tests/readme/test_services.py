"""What README and docs/services.md show of services is what happens: each adapter is run, with a token and without."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import flask
import grpc
import grpc.aio
import pytest
import yaml
from django.http import HttpRequest, JsonResponse
from django.test import RequestFactory
from fastapi import FastAPI
from fastmcp import FastMCP
from mcp.server.mcpserver import MCPServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from werkzeug.test import Client

from federation.local.routes import load_template
from federation.resource_server.adapters import lambda_authorizer
from federation.resource_server.claims import Claims
from federation.resource_server.testing import OwnBridge
from tests.support.services.local_api import http_api_event
from tests.support.services.web import django_ready

ROOT = Path(__file__).parents[2]
PRINTED = "https://federation.example.com"
SCOPE, WHO = "risk:score:read", "partner/acme/billing-sync"
MOST_LINES = 5
AUTHORIZER = "Environment: {Variables: {FEDERATION_ISSUER"
SAM_SNIPPET = "Type: AWS::Serverless::HttpApi"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

Names = dict[str, Any]
Answer = tuple[int, str]


def block(containing: str) -> str:
    """The one block that has it; where both pages have it, it is the same in both."""
    pages = [(ROOT / name).read_text() for name in ("README.md", "docs/services.md")]
    (found,) = {text for page in pages for _, text in _BLOCK.findall(page) if containing in text}
    return str(found)


@pytest.fixture
def bridge() -> Iterator[OwnBridge]:
    with OwnBridge.serving() as bridge:
        yield bridge


@pytest.fixture
def names(bridge: OwnBridge) -> Names:
    """After the three lines that stand before all adapters."""
    names: Names = {"token": bridge.token("risk-engine", scope=SCOPE)}
    exec(block("claims = verifier.verify(").replace(PRINTED, bridge.issuer), names)  # noqa: S102  (the page's own text)
    assert names["claims"].principal == WHO
    return names


def run(adapter: str, names: Names, **more: Any) -> Names:  # noqa: ANN401
    """The adapter's block, where there is what it names."""
    names.update(more)
    exec(block(f"adapters.{adapter} import"), names)  # noqa: S102  (the page's own text)
    return names


def refused_and_let_in(ask: Callable[[dict[str, str]], Answer], token: str) -> None:
    assert ask({})[0] == 401
    status, body = ask({"authorization": f"Bearer {token}"})
    assert (status, WHO in body) == (200, True)


def web(client: Any, path: str = "/scores") -> Callable[[dict[str, str]], Answer]:  # noqa: ANN401
    def ask(headers: dict[str, str]) -> Answer:
        answer = client.get(path, headers=headers)
        return answer.status_code, answer.text

    return ask


async def _scores(request: Request) -> JSONResponse:
    return JSONResponse(request.state.claims.principal)


def test_fastapi(names: Names) -> None:
    run("fastapi", names, app=FastAPI(), Annotated=Annotated, Claims=Claims)
    refused_and_let_in(web(TestClient(names["app"])), names["token"])
    assert names["app"].openapi()["paths"]["/scores"]["get"]["security"] == [{"federation-bridge": [SCOPE]}]


def test_a_whole_service_of_fastapi(bridge: OwnBridge) -> None:
    names: Names = {}
    exec(block("app = FastAPI()").replace(PRINTED, bridge.issuer), names)  # noqa: S102  (the page's own text)
    assert names["score"]
    refused_and_let_in(web(TestClient(names["app"]), "/scores/7"), bridge.token("risk-engine", scope=SCOPE))


def test_asgi(names: Names) -> None:
    run("asgi", names, app=Starlette(routes=[Route("/scores", _scores)]))
    refused_and_let_in(web(TestClient(names["app"])), names["token"])


def test_wsgi(names: Names) -> None:
    def scores(environ: Names, start_response: Any) -> list[bytes]:  # noqa: ANN401
        start_response("200 OK", [])
        return [environ["federation.claims"].principal.encode()]

    refused_and_let_in(web(Client(run("wsgi", names, app=scores)["app"])), names["token"])


def test_flask(names: Names) -> None:
    application = flask.Flask("readme")
    application.get("/scores")(run("flask", names, flask=flask)["scores"])
    refused_and_let_in(web(application.test_client()), names["token"])


def test_django(names: Names) -> None:
    django_ready()
    view = run("django", names, JsonResponse=JsonResponse)["scores"]

    def ask(headers: dict[str, str]) -> Answer:
        request: HttpRequest = RequestFactory().get("/scores", headers=headers)
        answer = view(request)
        return answer.status_code, answer.content.decode()

    refused_and_let_in(ask, names["token"])


def test_a_lambda_function(names: Names) -> None:
    handler = run("lambda_handler", names)["handler"]

    def ask(headers: dict[str, str]) -> Answer:
        answer = handler(http_api_event(headers), None)
        return answer["statusCode"], answer["body"]

    refused_and_let_in(ask, names["token"])


def test_the_authorizer(bridge: OwnBridge, names: Names) -> None:
    written = yaml.safe_load(block(AUTHORIZER).replace(PRINTED, bridge.issuer))
    assert written["Handler"] == f"{lambda_authorizer.__name__}.handler"
    authorizer = lambda_authorizer.build(written["Environment"]["Variables"])

    def ask(headers: dict[str, str]) -> Answer:
        answer = authorizer(http_api_event(headers))
        return (200 if answer["isAuthorized"] else 401), json.dumps(answer)

    refused_and_let_in(ask, names["token"])


def test_the_snippet_of_a_sam_template_is_sound_and_runs(bridge: OwnBridge, tmp_path: Path) -> None:
    snippet = "Transform: AWS::Serverless-2016-10-31\n" + block(SAM_SNIPPET)
    (tmp_path / "template.yaml").write_text(snippet)
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([lint, tmp_path / "template.yaml"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    resources = load_template(tmp_path / "template.yaml")["Resources"]
    written = resources["BridgeAuthorizer"]["Properties"]["Environment"]["Variables"]
    assert resources["HttpApi"]["Properties"]["Auth"]["Authorizers"]["Bridge"]["Identity"]["ReauthorizeEvery"] == 0
    authorizer = lambda_authorizer.build({**written, "FEDERATION_ISSUER": bridge.issuer})
    assert authorizer(http_api_event({"authorization": f"Bearer {bridge.token('risk-engine', scope=SCOPE)}"}))[
        "context"
    ]
    assert not authorizer(http_api_event({"authorization": f"Bearer {bridge.token('risk-engine')}"}))["isAuthorized"]


def test_grpc(names: Names) -> None:
    server = run("grpc", names, grpc=grpc, ThreadPoolExecutor=ThreadPoolExecutor)["server"]
    server.add_generic_rpc_handlers([_engine(lambda _, __: WHO.encode())])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    refused_and_let_in(lambda headers: _score(port, headers), names["token"])
    server.stop(None).wait()


def test_grpc_in_asyncio(names: Names) -> None:
    async def play() -> None:
        server = run("grpc_aio", names, grpc=grpc)["server"]

        async def score(_: bytes, __: Any) -> bytes:  # noqa: ANN401
            return WHO.encode()

        server.add_generic_rpc_handlers([_engine(score)])
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        await asyncio.to_thread(refused_and_let_in, lambda headers: _score(port, headers), names["token"])
        await server.stop(None)

    asyncio.run(play())


def _engine(score: Any) -> Any:  # noqa: ANN401  (grpcio has no types)
    handlers = {"Score": grpc.unary_unary_rpc_method_handler(score)}
    return grpc.method_handlers_generic_handler("risk.Engine", handlers)


def _score(port: int, headers: dict[str, str]) -> Answer:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            answer = channel.unary_unary("/risk.Engine/Score")(b"", metadata=tuple(headers.items()), timeout=30)
        except grpc.RpcError as error:
            return {grpc.StatusCode.UNAUTHENTICATED: 401}[error.code()], ""
        return 200, answer.decode()


def test_mcp(names: Names) -> None:
    _initializes(run("mcp", names, MCPServer=MCPServer)["app"], names["token"])


def test_fastmcp(names: Names) -> None:
    _initializes(run("fastmcp", names, FastMCP=FastMCP)["server"].http_app(path="/mcp"), names["token"])


def _initializes(app: Any, token: str) -> None:  # noqa: ANN401
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    told = {"accept": "application/json, text/event-stream", "host": "127.0.0.1:80"}
    with TestClient(app, base_url="http://127.0.0.1:80") as client:
        assert client.post("/mcp", json=body, headers=told).status_code == 401
        assert client.post("/mcp", json=body, headers={**told, "authorization": f"Bearer {token}"}).status_code == 200


def test_every_adapter_is_shown_in_five_lines() -> None:
    shared = {"__init__", "lambda_request"}
    adapters = {file.stem for file in (ROOT / "federation" / "resource_server" / "adapters").glob("*.py")} - shared
    for adapter in sorted(adapters):
        where = AUTHORIZER if adapter == "lambda_authorizer" else f"adapters.{adapter} import"
        assert len([line for line in block(where).splitlines() if line.strip()]) <= MOST_LINES


def test_the_page_about_services_names_every_adapter_and_its_test_runs(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "services.md").read_text()
    for file in (ROOT / "federation" / "resource_server" / "adapters").glob("[a-z]*.py"):
        assert file.stem == "lambda_request" or f"adapters.{file.stem}" in page, file.stem
    links = re.findall(r"\]\(((?!http|#)[^)#]+)", page)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    shown = [text for _, text in _BLOCK.findall(page) if "OwnBridge" in text]
    (tmp_path / "test_shown.py").write_text("\n".join(shown))
    options = ["-v", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout
