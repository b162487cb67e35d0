"""`POST /issuers/{id}/keys`."""

from http import HTTPStatus

from federation.bootstrap.issuer_keys import issuer_keys_endpoint
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

PUSHED = Success(HTTPStatus.NO_CONTENT, "KeysPushed")

build = HttpFunction(issuer_keys_endpoint, PUSHED)
__getattr__ = built_on_access(build)
