"""`POST /token`."""

from http import HTTPStatus

from federation.bootstrap.token import token_endpoint
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

ISSUED = Success(HTTPStatus.OK, "Issued")

build = HttpFunction(token_endpoint, ISSUED)
__getattr__ = built_on_access(build)
