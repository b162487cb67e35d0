"""What every POST to an endpoint has in common, whatever its body is."""

from federation.oauth.errors import InvalidRequest, MethodNotAllowed
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason


def check_post(http: HttpRequest) -> None:
    """Raises MethodNotAllowed or InvalidRequest for what is none, or could be read in two ways.

    API Gateway joins a repeated header with a comma, which neither of these may hold: never take the first.
    """
    if http.method != "POST":
        raise MethodNotAllowed(Reason.METHOD_NOT_ALLOWED)
    if http.query:
        raise InvalidRequest(Reason.PARAMETERS_IN_QUERY)
    if any("," in http.headers.get(name, "") for name in ("authorization", "content-type")):
        raise InvalidRequest(Reason.DUPLICATE_HEADER)
