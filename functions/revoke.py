"""`POST /revoke`."""

from http import HTTPStatus

from federation.bootstrap.revocation import revocation_endpoint
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

REVOKED = Success(HTTPStatus.OK, "Revoked")

build = HttpFunction(revocation_endpoint, REVOKED)
__getattr__ = built_on_access(build)
