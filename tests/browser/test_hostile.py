"""Row S in a real browser: other sites' pages, a name that was rebound, and text that tries to be markup."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from federation.client.admin import AdminApi
from federation.client.http import post_form
from federation.console.server import Standing
from tests.browser.conftest import FOREIGN
from tests.support.bridge_process import Served

MARKUP = (
    '"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
    '</textarea></title><svg onload="window.pwned=1">'
)
TURNED = "abc\u202egnp.exe"


@contextmanager
def site(html: str) -> Iterator[str]:
    """Another site's page, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield str(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def signed_in(browser: Browser, console: Standing) -> Iterator[Page]:
    """Not watched: these pages are other sites'."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(console.link())
    yield page
    context.close()


ZONE = "kind: Zone\nid: stolen\ncidrs: [0.0.0.0/0]\n"


@pytest.mark.parametrize("host", [FOREIGN, "127.0.0.1", "localhost"])
def test_another_sites_page_posts_and_nothing_happens(
    signed_in: Page, console: Standing, api: AdminApi, host: str
) -> None:
    fields = {"kind": "zones", "id": "", "etag": "", "as": "yaml", "text": ZONE, "reason": "stolen"}
    inputs = "".join(f"<textarea name='{name}'>{value}</textarea>" for name, value in fields.items())
    form = f"<form id=f method=post action='{console.url}/trust/write'>{inputs}</form>"
    body = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
    script = (
        f"fetch('{console.url}/trust/write', {{method: 'POST', mode: 'no-cors', credentials: 'include', "
        f"body: '{body}', headers: {{'content-type': 'application/x-www-form-urlencoded'}}}}).finally(() => f.submit())"
    )
    with site(f"{form}<script>{script}</script>") as port:
        signed_in.goto(f"http://{host}:{port}/")
        expect(signed_in.get_by_role("heading", level=1)).to_contain_text("Another site's page asked for this")
    assert "stolen" not in json.dumps(api.get("/zones").members)


def test_another_sites_page_reads_and_frames_nothing(signed_in: Page, console: Standing) -> None:
    html = (
        f"<iframe id=i src='{console.url}/trust'></iframe><img src='{console.url}/static/icon.svg' "
        "onload='window.loaded=1'><p id=p></p><script>"
        f"fetch('{console.url}/trust', {{credentials: 'include'}}).then(r => r.text())"
        ".then(t => p.textContent = 'read ' + t, () => p.textContent = 'refused')</script>"
    )
    with site(html) as port:
        signed_in.goto(f"http://127.0.0.1:{port}/")
        expect(signed_in.locator("#p")).to_have_text("refused")
        assert signed_in.evaluate("window.loaded") is None
        assert "fedbridge" not in "".join(frame.content() for frame in signed_in.frames[1:])


def test_a_name_that_was_rebound_to_loopback_shows_nothing(signed_in: Page, console: Standing) -> None:
    port = console.url.rpartition(":")[2]
    answer = signed_in.goto(f"http://{FOREIGN}:{port}/trust")
    assert answer is not None
    assert answer.status == 421
    expect(signed_in.get_by_role("heading")).to_have_text("This is not the console's address")


def test_a_link_in_another_page_leads_in_although_the_cookie_is_strict(signed_in: Page, console: Standing) -> None:
    with site(f"<a href='{console.url}/trust?kind=issuers'>ticket</a>") as port:
        signed_in.goto(f"http://{FOREIGN}:{port}/")
        signed_in.get_by_role("link").click()
        expect(signed_in.get_by_role("heading", level=1)).to_have_text("Trust")


def refused(bridge: Served, sub: str) -> str:
    """A refusal whose caller chose what it says."""
    form = [("grant_type", sub), ("audience", MARKUP), ("scope", MARKUP), ("client_id", MARKUP)]
    return str(post_form(f"{bridge.url}/token", form).members["correlation_id"])


def test_text_that_tries_to_be_markup_is_text(page: Page, console: Standing, bridge: Served, api: AdminApi) -> None:
    # Documents take no markup; reasons, claims, ids and what callers ask for may be anything.
    zone = {"kind": "Zone", "id": "hostile", "cidrs": ["192.0.2.0/24"], "reason": MARKUP}
    api.put("/zones/hostile", zone, None)
    issuer = api.get("/issuers/acme-okta").members["document"]["issuer"]
    claims = json.dumps({"iss": issuer, "sub": MARKUP, MARKUP: {MARKUP: [MARKUP]}, "department": TURNED})
    paths = [
        "/trust?kind=zones",
        "/trust/zones/hostile",
        "/trust/zones/hostile?as=form",
        "/trust/zones/hostile/history",
        f"/trust?kind=zones&search={quote(MARKUP)}&tenant={quote(MARKUP)}",
        f"/trust?kind={quote(MARKUP)}",
        f"/trust/{quote(MARKUP, safe='')}/{quote(MARKUP, safe='')}",
        f"/why?about={quote(claims)}&audience={quote(MARKUP)}&scope={quote(MARKUP)}",
        f"/why?about={quote(MARKUP)}",
        f"/why?about={quote(refused(bridge, MARKUP))}",
        f"/chain?about={quote(MARKUP)}",
        f"/whocan?audience={quote(MARKUP)}&principal={quote(MARKUP)}",
        f"/approvals?state={quote(MARKUP)}",
        f"/overview?window={quote(MARKUP)}",
        f"/{quote(MARKUP, safe='')}",
    ]
    for path in paths:
        page.goto(f"{console.url}{path}")
        page.wait_for_timeout(200)
        assert page.evaluate("window.pwned") is None, path
        assert page.locator("img[src=x], main svg[onload], main script").count() == 0, path
        assert "\u202e" not in page.locator("main").inner_text(), path


def test_a_request_that_is_no_http_ends_alone(console: Standing, page: Page) -> None:
    port = int(console.url.rpartition(":")[2])
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(b"\x16\x03\x01\x00\xff\r\n\r\n")
        connection.recv(100)
    page.goto(f"{console.url}/trust")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trust")
