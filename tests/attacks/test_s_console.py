"""Row S: the console on loopback against other sites' pages, other names, other ports, and those without a session."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from federation.console.application import Undeclared
from federation.console.door import LINK_LIFE
from federation.console.guard import HEADERS, cookie_name
from federation.console.page import Live, Login, Page, View, Visit
from tests.support.console_world import OWN, OWN_PAGE, PORT, ConsoleWorld, console_world

OTHER_SITE = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def done(_visit: Visit) -> Response:
    return PlainTextResponse("HAPPENED")


DOES = View(
    "Does",
    "/does",
    "d",
    (Page("GET", "/does", done, Login.SESSION), Page("POST", "/does", done, Login.SESSION)),
    (Live("/does/live", lambda _visit: "now", Login.SESSION),),
)


@pytest.fixture
def world() -> Iterator[ConsoleWorld]:
    with console_world([DOES]) as made:
        yield made


@pytest.fixture
def signed_in(world: ConsoleWorld) -> ConsoleWorld:
    return world.sign_in()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        f"evil.example.com:{PORT}",
        f"127.0.0.1.evil.example.com:{PORT}",
        f"127.0.0.1:{PORT + 1}",
        "127.0.0.1",
        f"0.0.0.0:{PORT}",
        f"127.1:{PORT}",
        f"user@127.0.0.1:{PORT}",
        f"127.0.0.1:{PORT}, evil.example.com",
        "",
    ],
)
def test_S1_a_name_that_was_rebound_to_loopback_is_not_ours(signed_in: ConsoleWorld, host: str) -> None:
    for method in ("GET", "POST"):
        answer = signed_in.client.request(method, "/does", headers={"host": host, **OWN_PAGE})
        assert (answer.status_code, "HAPPENED" in answer.text) == (421, False)
    assert signed_in.client.get(signed_in.link, headers={"host": host}).status_code == 421


def test_S1_two_hosts_are_none(signed_in: ConsoleWorld) -> None:
    heads = [("host", f"127.0.0.1:{PORT}"), ("host", "evil.example.com")]
    assert signed_in.client.get("/does", headers=heads).status_code == 421


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}"])
def test_S1_our_own_names_are_ours(signed_in: ConsoleWorld, host: str) -> None:
    cookie = f"{cookie_name(PORT)}={signed_in.session}"
    assert signed_in.client.get("/does", headers={"host": host, "cookie": cookie}).text == "HAPPENED"


@pytest.mark.parametrize(
    "heads",
    [
        {},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},
        {"origin": f"https://127.0.0.1:{PORT}"},
        {"origin": f"http://localhost:{PORT}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": OWN},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example.com"},
        {"sec-fetch-site": "same-origin, cross-site"},
        {"sec-fetch-site": ""},
    ],
)
def test_S2_another_page_changes_nothing(signed_in: ConsoleWorld, heads: Mapping[str, str]) -> None:
    answer = signed_in.client.post("/does", headers=heads, data={"a": "b"})
    assert (answer.status_code, "HAPPENED" in answer.text) == (403, False)


@pytest.mark.parametrize(
    "heads",
    [
        {"origin": OWN},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"sec-fetch-site": "same-origin", "origin": OWN},
    ],
)
def test_S2_our_own_page_does(signed_in: ConsoleWorld, heads: Mapping[str, str]) -> None:
    assert signed_in.client.post("/does", headers=heads).text == "HAPPENED"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_S2_other_methods_are_none(signed_in: ConsoleWorld, method: str) -> None:
    assert signed_in.client.request(method, "/does", headers={"origin": OWN}).status_code == 405


@pytest.mark.parametrize("dest", ["script", "image", "iframe", "empty", "style", "object", "worker"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_S2_another_page_takes_no_part_of_ours_into_itself(signed_in: ConsoleWorld, site: str, dest: str) -> None:
    mode = "navigate" if dest in ("iframe", "object") else "no-cors"
    heads = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    assert signed_in.client.get("/does", headers=heads).status_code == 403


@pytest.mark.parametrize("path", ["/", "/does", "/does/live", "/static/console.css", "/nowhere", "/enter/", "//enter"])
def test_S3_without_a_session_there_is_nothing(world: ConsoleWorld, path: str) -> None:
    for cookie in ("", f"{cookie_name(PORT)}=", f"{cookie_name(PORT)}=guess", f"{cookie_name(PORT + 1)}=guess"):
        answer = world.client.get(f"{OWN}{path}", headers={"cookie": cookie} if cookie else {})
        assert (answer.status_code, "HAPPENED" in answer.text) == (403, False)
    assert world.client.post("/does", headers={"origin": OWN}).status_code == 403


def test_S3_the_link_dies_at_its_first_use_and_leaves_the_address_bar(world: ConsoleWorld) -> None:
    link = world.link
    first = world.client.get(link)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"].lower()
    assert cookie.startswith(cookie_name(PORT))
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "domain" not in cookie
    world.client.cookies.clear()
    second = world.client.get(link)
    assert (second.status_code, "set-cookie" in second.headers) == (410, False)


def test_S3_looking_at_the_link_beforehand_does_not_spend_it(world: ConsoleWorld) -> None:
    link = world.link
    assert world.client.head(link).status_code == 410
    assert world.client.get(link, headers={"sec-purpose": "prefetch;prerender"}).status_code == 410
    assert world.client.get(link).status_code == 303


def test_S3_a_link_that_nobody_opened_ends(world: ConsoleWorld) -> None:
    link = world.link
    world.clock.now += LINK_LIFE
    assert world.client.get(link).status_code == 410


def test_S3_a_cookie_that_another_port_has_set_beside_ours_takes_nobody_out(signed_in: ConsoleWorld) -> None:
    name = cookie_name(PORT)
    heads = {"cookie": f"{name}=tossed; {name}={signed_in.session}"}
    assert signed_in.client.get("/does", headers=heads).text == "HAPPENED"


def test_S3_a_link_in_another_page_shows_nothing_by_itself(world: ConsoleWorld) -> None:
    """The browser keeps a strict cookie back; what is answered says the same to everybody, and does nothing."""
    answer = world.client.get("/does", headers=OTHER_SITE)
    assert (answer.status_code, "HAPPENED" in answer.text, 'http-equiv="refresh"' in answer.text) == (200, False, True)
    assert world.client.get("/does", headers=OWN_PAGE).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example.com", OWN])
def test_S4_websockets_stand_behind_the_same_guard(world: ConsoleWorld, origin: str) -> None:
    for heads in ({"origin": origin}, {"origin": origin, "host": "evil.example.com"}):
        with (
            pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
            world.client.websocket_connect("/does", headers=heads),
        ):
            pytest.fail("it was opened")


@pytest.mark.parametrize(
    "forgotten",
    [
        View("F", "/f", "f", (Page("GET", "/f", done),)),
        View("F", "/f", "f", (), (Live("/f", lambda _visit: ""),)),
        View("F", "/f", "f", (Page("GET", "/f", done, Login.LINK),)),
        View("F", "/f", "f", (Page("GET", "/f", done, "session"),)),  # type: ignore[arg-type] # what a slip would write
    ],
)
def test_S5_a_route_that_does_not_say_what_login_it_needs_does_not_start(forgotten: View) -> None:
    with pytest.raises(Undeclared), console_world([forgotten]):
        pytest.fail("it started")


def answers(world: ConsoleWorld) -> Iterator[Any]:
    yield world.client.get("/does")
    yield world.client.get(world.link)
    yield world.client.get(world.link, headers={"host": "evil.example.com"})
    yield world.client.get("/does", headers={"cookie": "a=b"})
    yield world.client.get("/static/console.js")
    yield world.client.get("/nowhere")
    yield world.client.post("/does", headers={"origin": "https://evil.example.com"})
    yield world.client.post("/does", headers={"origin": OWN, "content-length": str(10**9)})


def test_S6_every_answer_bears_the_policy_and_is_kept_nowhere(signed_in: ConsoleWorld) -> None:
    for answer in answers(signed_in):
        for name, value in HEADERS.items():
            assert answer.headers.get_list(name) == [value], answer.request.url
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
    policy = HEADERS["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert HEADERS["cache-control"] == "no-store"
    assert HEADERS["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("length", [str(10**9), "9" * 5000, "-1", "1e9", "٣", ""], ids=lambda text: text[:9])
def test_S6_what_is_too_long_is_not_read(signed_in: ConsoleWorld, length: str) -> None:
    heads = {b"origin": OWN.encode(), b"content-length": length.encode()}
    assert signed_in.client.post("/does", headers=heads).status_code == 413
