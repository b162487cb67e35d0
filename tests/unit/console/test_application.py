"""Whatever goes wrong is a page that says what to do; nothing of ours leaks into it."""

import logging
from collections.abc import Callable, Iterator

import pytest
from starlette.responses import Response

from federation.console.page import Login, Page, View, Visit
from federation.console.trouble import NotConnected, Unclear
from tests.support.console_world import ConsoleWorld, console_world
from tests.support.fake_bridge import Reply, problem

MARKUP = '<img src=x onerror="alert(1)">'
Handle = Callable[[Visit], Response]


def asking(visit: Visit) -> Response:
    return visit.page("trouble.html", trouble=visit.api.get("/asked").members)


def raising(error: Exception) -> Handle:
    def handle(_visit: Visit) -> Response:
        raise error

    return handle


def shown(handle: Handle, *, part: bool = False) -> View:
    return View("V", "/v", "v", (Page("GET", "/v", handle, Login.SESSION, part),))


@pytest.fixture
def asks() -> Iterator[ConsoleWorld]:
    with console_world([shown(asking)]) as world:
        yield world.sign_in()


def test_an_expired_login_says_how_to_log_in_again(asks: ConsoleWorld) -> None:
    asks.bridge.admin("GET", "/asked", problem(401, "token_expired", "The token has expired."))
    answer = asks.client.get("/v")
    assert answer.status_code == 401
    assert "Your login at the bridge has ended" in answer.text
    assert f"fedbridge login --url {asks.bridge.url}" in answer.text
    assert "corr-1" in answer.text


def test_a_bridge_that_went_away_is_said() -> None:
    with console_world([shown(raising(ConnectionRefusedError()))]) as world:
        answer = world.sign_in().client.get("/v")
    assert answer.status_code == 502
    assert "No bridge answers at http://127.0.0.1" in answer.text


def test_a_bridge_that_takes_too_long_is_not_said_to_be_gone() -> None:
    with console_world([shown(raising(TimeoutError()))]) as world:
        answer = world.sign_in().client.get("/v")
    assert (answer.status_code, "did not answer in time" in answer.text) == (504, True)


def test_a_refusal_names_its_places_its_reason_and_its_id(asks: ConsoleWorld) -> None:
    errors = [{"pointer": "/a", "document": MARKUP, "detail": MARKUP, "hint": MARKUP}]
    asks.bridge.admin("GET", "/asked", problem(422, "invalid_document", MARKUP, errors=errors))
    answer = asks.client.get("/v")
    assert answer.status_code == 422
    assert "<img src=x" not in answer.text
    assert answer.text.count("&lt;img src=x onerror=") == 5  # title, heading, and each of the three
    assert "corr-1" in answer.text
    assert "invalid_document" in answer.text


def test_there_is_no_login_yet() -> None:
    with console_world([shown(raising(NotConnected("no file")))]) as world:
        answer = world.sign_in().client.get("/v")
    assert (answer.status_code, "fedbridge login --url" in answer.text) == (401, True)


def test_a_part_of_a_page_has_its_error_as_a_part() -> None:
    with console_world([shown(raising(Unclear("what?")), part=True)]) as world:
        answer = world.sign_in().client.get("/v")
    assert (answer.status_code, "<html" in answer.text, "what?" in answer.text) == (400, False, True)


def test_a_fault_of_ours_is_logged_under_an_id_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.ERROR, "federation.console"),
        console_world([shown(raising(KeyError("a secret")))]) as world,
    ):
        answer = world.sign_in().client.get("/v")
    assert (answer.status_code, "a secret" in answer.text) == (500, False)
    assert caplog.records[0].getMessage().rpartition(" ")[2] in answer.text


def test_a_page_that_is_not_there_says_so_in_its_frame(asks: ConsoleWorld) -> None:
    answer = asks.client.get("/nowhere")
    assert (answer.status_code, "There is no such page" in answer.text) == (404, True)


def test_leaving_ends_the_session(asks: ConsoleWorld) -> None:
    assert asks.client.post("/leave", headers={"sec-fetch-site": "same-origin"}).status_code == 303
    assert asks.client.get("/v").status_code == 403


@pytest.mark.parametrize("path", ["//evil.example.com", "/\\evil.example.com", "https://evil.example.com", ""])
def test_nothing_leads_out_of_the_console(path: str) -> None:
    with console_world([shown(lambda visit: visit.go(path))]) as world:
        assert world.sign_in().client.get("/v").status_code == 400


def test_filters_stand_in_the_url() -> None:
    with console_world([shown(lambda visit: Response(visit.url(cursor=None, kind="a&b")))]) as world:
        assert world.sign_in().client.get("/v?cursor=x&tenant=t").text == "/v?tenant=t&kind=a%26b"


def test_the_token_is_in_no_page(asks: ConsoleWorld) -> None:
    asks.bridge.admin("GET", "/asked", Reply({"heading": "h", "next": "n"}))
    assert "a.b.c" not in asks.client.get("/v").text
    assert asks.bridge.asked[0].headers["authorization"] == "Bearer a.b.c"
