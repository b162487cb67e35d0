"""`POST /token`."""

from federation.bootstrap.token import token_endpoint
from functions.http import HttpFunction
from functions.runtime import built_on_access

build = HttpFunction(token_endpoint, success=None)
__getattr__ = built_on_access(build)
