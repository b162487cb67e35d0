"""As much of a browser as signing in takes: cookies, and the one form of a page."""

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from federation.oauth.identifiers import FORM


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser shows, or where it is sent."""

    url: str
    location: str
    html: str = field(repr=False)

    @property
    def form_action(self) -> str:
        """Where the page's form goes; raises LookupError if there is not exactly one."""
        forms = _Forms()
        forms.feed(self.html)
        if len(forms.actions) != 1:
            raise LookupError(f"{len(forms.actions)} forms")
        return urljoin(self.url, forms.actions[0])


class Browser:
    """Follows no redirect by itself, so that the last one can be read."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}

    def open(self, url: str) -> Page:
        return self._request("GET", url, None)

    def submit(self, page: Page, **fields: str) -> Page:
        return self._request("POST", page.form_action, urlencode(fields))

    def _request(self, method: str, url: str, body: str | None) -> Page:
        parts = urlsplit(url)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection = http.client.HTTPConnection(parts.netloc, timeout=15)
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body, {"cookie": cookies, "content-type": FORM})
            response = connection.getresponse()
            for line in response.headers.get_all("set-cookie", []):
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return Page(url, response.headers.get("location", ""), response.read().decode())
        finally:
            connection.close()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.actions: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self.actions.append(dict(attrs).get("action") or "")
