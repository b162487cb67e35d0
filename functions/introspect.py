"""`POST /introspect`."""

from http import HTTPStatus

from federation.bootstrap.introspection import introspection_endpoint
from functions.http import Success, http_function
from functions.runtime import built_on_access

INTROSPECTED = Success(HTTPStatus.OK, "Introspected")

build = http_function(introspection_endpoint, INTROSPECTED)
__getattr__ = built_on_access(build)
