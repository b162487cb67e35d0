"""Adapter of the port CallerIdentities: one POST to AWS STS, within the limits of every fetch."""

from http.client import HTTPResponse

from federation.ports import CallerIdentityAnswer, CallerIdentityRequest
from federation.web.connection import Connector
from federation.web.http_client import TOTAL, HttpClient, Request, check_plain, read_body

# STS answers in JSON to who asks for it; the form that is believed is asked for.
_ACCEPT = ("Accept", "text/xml")


class StsCallerIdentities:
    """Asks AWS who signed a request."""

    def __init__(self, *, loopback: bool = False, connector: Connector | None = None, total: float = TOTAL) -> None:
        """`loopback`: whether this machine may be asked, also by http. `total`: seconds."""
        self._web = HttpClient(loopback=loopback, connector=connector or Connector(), total=total)

    def ask(self, request: CallerIdentityRequest) -> CallerIdentityAnswer:
        """The answer of whatever status, no redirect followed; raises FetchFailed, whose message holds none of it."""
        length = ("Content-Length", str(len(request.body)))
        post = Request("POST", (_ACCEPT, *request.headers, length), request.body)
        return self._web.hold(f"{request.endpoint}/", post, _read)


def _read(response: HTTPResponse) -> CallerIdentityAnswer:
    check_plain(response)
    return CallerIdentityAnswer(response.status, response.headers.get("content-type", ""), read_body(response))
