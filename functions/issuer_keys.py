"""`POST /issuers/{id}/keys`."""

from http import HTTPStatus

from federation.bootstrap.issuer_keys import issuer_keys_endpoint
from federation.model.metrics import KEYS_PUSHED
from functions.http import HttpFunction, Success
from functions.runtime import built_on_access

build = HttpFunction(issuer_keys_endpoint, Success(HTTPStatus.NO_CONTENT, KEYS_PUSHED))
__getattr__ = built_on_access(build)
