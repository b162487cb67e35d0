"""`POST /revoke`."""

from http import HTTPStatus

from federation.bootstrap.revocation import revocation_endpoint
from federation.model.metrics import REVOKED
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

build = HttpFunction(revocation_endpoint, Success(HTTPStatus.OK, REVOKED))
__getattr__ = built_on_access(build)
