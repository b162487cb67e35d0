"""Lambda functions behind our adapters, each behind what AWS puts before it."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from federation.resource_server.adapters.lambda_authorizer import Authorizer
from federation.resource_server.adapters.lambda_handler import Bridge
from federation.resource_server.claims import Claims
from federation.resource_server.gate import Gate
from federation.resource_server.requirement import Requirement
from federation.resource_server.testing import OwnBridge
from tests.support.services import local_api
from tests.support.services.asked import AUDIENCE, PATH, SCOPE, HttpService

ORIGIN = "https://risk.example.com"


@dataclass(frozen=True)
class GuardedApi(HttpService):
    """Behind an authorizer, which says less than a service of its own would."""

    challenges: bool = False
    unavailable: int = 500
    not_good: int = 401


def handler(bridge: OwnBridge) -> Any:  # noqa: ANN401
    door = Bridge(bridge.verifier(AUDIENCE, background=False), url=ORIGIN)

    @door.require(SCOPE)
    def handler(event: Any, context: Any, claims: Claims) -> dict[str, Any]:  # noqa: ANN401
        del event, context
        return {"statusCode": 200, "headers": {}, "body": json.dumps({"sub": claims.principal})}

    return handler


def authorizer(bridge: OwnBridge) -> Authorizer:
    gate = Gate(bridge.verifier(AUDIENCE, background=False), url=ORIGIN)
    return Authorizer(gate, Requirement(SCOPE))


def _as_known(service: type[HttpService], url: str, **more: Any) -> HttpService:  # noqa: ANN401
    return service(url + PATH, known_as=ORIGIN + PATH, **more)


def behind(event: Any) -> Callable[[OwnBridge], AbstractContextManager[HttpService]]:  # noqa: ANN401
    @contextmanager
    def service(bridge: OwnBridge) -> Iterator[HttpService]:
        with local_api.serving(local_api.to_function(event, handler(bridge))) as url:
            yield _as_known(HttpService, url)

    return service


@contextmanager
def http_api_service(bridge: OwnBridge) -> Iterator[HttpService]:
    with local_api.serving(local_api.http_api(authorizer(bridge))) as url:
        yield _as_known(GuardedApi, url, not_good=403)


@contextmanager
def rest_api_service(bridge: OwnBridge) -> Iterator[HttpService]:
    with local_api.serving(local_api.rest_api(authorizer(bridge))) as url:
        yield _as_known(GuardedApi, url)


function_url_service = behind(local_api.http_api_event)
alb_service = behind(local_api.alb_event)
