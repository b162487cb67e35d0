"""Adapter of the port Fetcher: one GET within limits of address, time, size and form (ATTACKS B9, B11, N1-N5)."""

from http.client import HTTPResponse

from federation.ports import FetchFailed
from federation.web.connection import Connector
from federation.web.http_client import TOTAL, HttpClient, Request, check_plain, read_body

_GET = Request("GET", (("Accept", "application/json"),))
_OK = 200


class WebFetcher:
    """Fetches issuers' public documents."""

    def __init__(self, *, loopback: bool = False, connector: Connector | None = None, total: float = TOTAL) -> None:
        """`loopback`: whether this machine may be asked, also by http. `total`: seconds."""
        self._web = HttpClient(loopback=loopback, connector=connector or Connector(), total=total)

    def fetch(self, url: str) -> bytes:
        """The body of a 200 answer; raises FetchFailed, whose message holds neither URL nor answer."""
        return self._web.hold(url, _GET, _read)


def _read(response: HTTPResponse) -> bytes:
    """No redirect is followed, and no page for people is taken."""
    if response.status != _OK:
        raise FetchFailed(f"status {response.status}")
    if "html" in response.headers.get("content-type", "").lower():
        raise FetchFailed("HTML")
    check_plain(response)
    return read_body(response)
