"""`POST /events`."""

from http import HTTPStatus

from federation.bootstrap.events import events_endpoint
from federation.model.metrics import EVENTS_RECEIVED
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

build = HttpFunction(events_endpoint, Success(HTTPStatus.ACCEPTED, EVENTS_RECEIVED))
__getattr__ = built_on_access(build)
