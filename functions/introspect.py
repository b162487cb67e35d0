"""`POST /introspect`."""

from http import HTTPStatus

from federation.bootstrap.introspection import introspection_endpoint
from federation.model.metrics import INTROSPECTED
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

build = HttpFunction(introspection_endpoint, Success(HTTPStatus.OK, INTROSPECTED))
__getattr__ = built_on_access(build)
