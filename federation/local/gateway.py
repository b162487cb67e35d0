"""The HTTP API on a laptop: takes a request, finds its route, and answers as AWS would.

Limits and answers of its own are AWS's: 10 MB of body, 10,240 bytes of head, 404 where no route answers.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import unquote

from msgspec import Struct

from federation.local.embedded_aws import measure_aws
from federation.local.events import Arrival, build_event
from federation.local.functions import LAPTOP, Runtime
from federation.local.iam import IamAuthorizer
from federation.local.requests import (
    BODY_TOO_LARGE,
    FORBIDDEN,
    FUNCTION_FAILED,
    HEAD_TOO_LARGE,
    NOT_FOUND,
    GatewayRequest,
    GatewayResponse,
    read_object,
    read_result,
)
from federation.local.routes import FunctionTarget, Route, RouteMatch, find_route
from federation.ports import Clock, Identifiers, Publisher

MAX_BODY = 10 * 1024 * 1024
MAX_HEAD = 10_240

_LOG = logging.getLogger("federation.local.gateway")


class Gateway(Struct, frozen=True):
    """Answers requests; keeps nothing between them, so any number of threads may call it."""

    routes: Sequence[Route]
    runtime: Runtime
    publisher: Publisher
    clock: Clock
    identifiers: Identifiers
    iam: IamAuthorizer
    pages: Mapping[str, Callable[[GatewayRequest], GatewayResponse]] = {}
    """What a laptop alone answers, by path; a route stands before it."""

    def answer(self, request: GatewayRequest) -> GatewayResponse:
        """The response to `request`; never raises."""
        if request.head_size > MAX_HEAD:
            return HEAD_TOO_LARGE
        if len(request.body) > MAX_BODY:
            return BODY_TOO_LARGE
        match = find_route(self.routes, request.method, request.path)
        return self._page(request) if match is None else self._dispatch(request, match)

    def _page(self, request: GatewayRequest) -> GatewayResponse:
        page = self.pages.get(request.path)
        return NOT_FOUND if page is None else page(request)

    def _dispatch(self, request: GatewayRequest, match: RouteMatch) -> GatewayResponse:
        target = match.route.target
        iam = self.iam.caller(request) if match.route.signed else None
        if match.route.signed and iam is None:
            return FORBIDDEN
        arrival = Arrival(request_id=self.identifiers.new(), time=self.clock.now())
        try:
            if isinstance(target, FunctionTarget):
                response = read_result(self.runtime.invoke(target, build_event(request, match, arrival, iam)))
            else:
                response = read_object(self.publisher, unquote(request.path), request)
        except Exception:  # noqa: BLE001 - whatever a function raises is a 500, as behind the HTTP API
            _LOG.exception("%s failed", match.route.key)
            response = FUNCTION_FAILED
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            measure_aws("AWS/ApiGateway", "5xx", "ApiId", LAPTOP)
        # The route and never the URL: a path or a query string may hold what should not have been sent (ATTACKS G4).
        _LOG.info("%s %s %s", response.status, match.route.key, arrival.request_id)
        return response
