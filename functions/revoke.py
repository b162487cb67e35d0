"""`POST /revoke`."""

from http import HTTPStatus

from federation.bootstrap.revocation import revocation_endpoint
from functions.http import Success, http_function
from functions.runtime import built_on_access

REVOKED = Success(HTTPStatus.OK, "Revoked")

build = http_function(revocation_endpoint, REVOKED)
__getattr__ = built_on_access(build)
