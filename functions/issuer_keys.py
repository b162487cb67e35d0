"""`POST /issuers/{id}/keys`."""

from http import HTTPStatus

from federation.bootstrap.issuer_keys import issuer_keys_endpoint
from functions.http import Success, http_function
from functions.runtime import built_on_access

PUSHED = Success(HTTPStatus.NO_CONTENT, "KeysPushed")

build = http_function(issuer_keys_endpoint, PUSHED)
__getattr__ = built_on_access(build)
