"""`POST /events`."""

from http import HTTPStatus

from federation.bootstrap.events import events_endpoint
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

RECEIVED = Success(HTTPStatus.ACCEPTED, "EventsReceived")

build = HttpFunction(events_endpoint, RECEIVED)
__getattr__ = built_on_access(build)
