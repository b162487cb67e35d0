"""`POST /introspect`."""

from http import HTTPStatus

from federation.bootstrap.introspection import introspection_endpoint
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

INTROSPECTED = Success(HTTPStatus.OK, "Introspected")

build = HttpFunction(introspection_endpoint, INTROSPECTED)
__getattr__ = built_on_access(build)
