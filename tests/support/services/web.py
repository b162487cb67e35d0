"""ASGI and WSGI services under the servers that people run them under."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import flask
import uvicorn
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.urls import path
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from federation.local.server import listen, url_of
from federation.resource_server.adapters import asgi, wsgi
from federation.resource_server.adapters.django import Bridge as DjangoBridge
from federation.resource_server.adapters.fastapi import Bridge as FastApiBridge
from federation.resource_server.adapters.flask import Bridge as FlaskBridge
from federation.resource_server.claims import Claims
from federation.resource_server.testing import OwnBridge
from tests.support.eventually import eventually
from tests.support.services.asked import AUDIENCE, PATH, SCOPE, HttpService


@contextmanager
def uvicorn_serving(app: Any, listener: Any) -> Iterator[str]:  # noqa: ANN401  (any ASGI application)
    """Its URL."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="auto"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield url_of(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (a name of http.server)
        """Nothing is logged."""


@contextmanager
def wsgi_serving(make: Any) -> Iterator[str]:  # noqa: ANN401  (URL -> WSGI application)
    """Its URL."""
    with make_server("127.0.0.1", 0, lambda _, __: [], handler_class=_Silent) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        server.set_app(make(url))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def starlette_service(bridge: OwnBridge) -> Iterator[HttpService]:
    async def scores(request: Request) -> JSONResponse:
        return JSONResponse({"sub": request.state.claims.principal})

    listener = listen(0)
    inner = Starlette(routes=[Route(PATH, scores)])
    app = asgi.BridgeMiddleware(inner, bridge.verifier(AUDIENCE), scope=SCOPE, url=url_of(listener))
    with uvicorn_serving(app, listener) as url:
        yield HttpService(url + PATH)


def fastapi_app(bridge: OwnBridge, url: str) -> FastAPI:
    app, door = FastAPI(), FastApiBridge(bridge.verifier(AUDIENCE), url=url)

    @app.get(PATH)
    async def scores(claims: Annotated[Claims, door.require(SCOPE)]) -> dict[str, str]:
        return {"sub": claims.principal}

    return app


@contextmanager
def fastapi_service(bridge: OwnBridge) -> Iterator[HttpService]:
    listener = listen(0)
    with uvicorn_serving(fastapi_app(bridge, url_of(listener)), listener) as url:
        yield HttpService(url + PATH)


@contextmanager
def wsgi_service(bridge: OwnBridge) -> Iterator[HttpService]:
    def scores(environ: dict[str, Any], start_response: Any) -> list[bytes]:  # noqa: ANN401
        start_response("200 OK", [("content-type", "application/json")])
        return [f'{{"sub":"{environ[wsgi.CLAIMS].principal}"}}'.encode()]

    def make(url: str) -> wsgi.BridgeMiddleware:
        return wsgi.BridgeMiddleware(scores, bridge.verifier(AUDIENCE), scope=SCOPE, url=url)

    with wsgi_serving(make) as url:
        yield HttpService(url + PATH)


@contextmanager
def flask_service(bridge: OwnBridge) -> Iterator[HttpService]:
    def make(url: str) -> flask.Flask:
        app, door = flask.Flask(__name__), FlaskBridge(bridge.verifier(AUDIENCE), url=url)

        @app.get(PATH)
        @door.require(SCOPE)
        def scores() -> dict[str, str]:
            return {"sub": flask.g.claims.principal}

        return app

    with wsgi_serving(make) as url:
        yield HttpService(url + PATH)


class _Urls:
    """Django's settings are the process's: the views are laid into one module, anew for each service."""

    urlpatterns: list[Any] = []  # noqa: RUF012  (Django's own name)


def django_ready() -> None:
    """Once in a process."""
    if not settings.configured:
        settings.configure(ROOT_URLCONF=_Urls, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="for tests alone")
        django.setup()


@contextmanager
def django_service(bridge: OwnBridge) -> Iterator[HttpService]:
    def make(url: str) -> WSGIHandler:
        door = DjangoBridge(bridge.verifier(AUDIENCE), url=url)

        @door.require(SCOPE)
        def scores(request: HttpRequest) -> JsonResponse:
            return JsonResponse({"sub": request.claims.principal})

        django_ready()
        _Urls.urlpatterns = [path(PATH[1:], scores)]
        django.urls.clear_url_caches()
        return WSGIHandler()

    with wsgi_serving(make) as url:
        yield HttpService(url + PATH)


@contextmanager
def django_async_service(bridge: OwnBridge) -> Iterator[HttpService]:
    django_ready()
    listener = listen(0)
    door = DjangoBridge(bridge.verifier(AUDIENCE), url=url_of(listener))

    @door.require(SCOPE)
    async def scores(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"sub": request.claims.principal})

    _Urls.urlpatterns = [path(PATH[1:], scores)]
    django.urls.clear_url_caches()
    with uvicorn_serving(ASGIHandler(), listener) as url:
        yield HttpService(url + PATH)
