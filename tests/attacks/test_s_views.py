"""Row S: text of outsiders is text in every view, wherever it stands; nothing that is pasted leaves the console."""

from collections.abc import Callable

import pytest

from tests.support.console_pages import HOSTILE, approval, elements, is_inert, jwt_text, way
from tests.support.console_world import OWN_PAGE, ConsoleWorld, console_world
from tests.support.custody_chains import link
from tests.support.fake_bridge import Reply, problem

NAMES = ["subject", "issuer", "mapping", "principal", "client_id", "correlation_id", "time", "approval", "approved_by"]


def chain(world: ConsoleWorld, text: str) -> str:
    lists = {name: [text] for name in ("policies", "audience", "scope")}
    named = dict.fromkeys(NAMES, text)
    one = link("t-1", None, **named, **lists, act={"sub": text}, actor_issuer=text, actor_subject=text, outcome=text)
    revoked = {"what": "jti", "value": text, "by": text, "reason": text, "revoked_at": text, "covers": ["t-1"]}
    world.bridge.admin("GET", "/audit/t-1/chain", Reply({"items": [one], "complete": True, "revocations": [revoked]}))
    return world.client.get("/chain?about=t-1").text


def requests(world: ConsoleWorld, text: str) -> str:
    world.bridge.admin("GET", "/audit/r/chain", problem(404, "no_such_record", "No such record."))
    record = {"reason": text, "outcome": text, "time": text, "principal": text, "jti": text}
    world.bridge.admin("GET", "/audit", Reply({"items": [record, record], "next": None}))
    return world.client.get("/chain?about=r").text


def revoking(world: ConsoleWorld, text: str) -> str:
    query = {"what": text, "value": text, "tenant": text, "about": text}
    token = {"jti": text, "principal": text, "client_id": text, "audience": [text], "expires_at": text}
    world.bridge.admin("POST", "/revocations", Reply({"tokens": 2, "counted": False, "items": [token]}))
    return world.client.get("/chain/revoke", params=query).text


def revoked(world: ConsoleWorld, text: str) -> str:
    shown = {"what": "jti", "value": text, "by": text, "reason": text, "revoked_at": text, "expires_at": text}
    world.bridge.admin("POST", "/revocations", Reply({**shown, "tenant": text}, 201))
    form = {"what": "jti", "value": text, "reason": text, "about": text}
    return world.client.post("/chain/revoke", data=form, headers=OWN_PAGE).text


def waiting(world: ConsoleWorld, text: str) -> str:
    world.bridge.admin("GET", "/approvals", Reply({"items": [approval("a1" * 32, text)], "next": text}))
    return world.client.get("/approvals").text


def deciding(world: ConsoleWorld, text: str) -> str:
    world.bridge.admin("GET", f"/approvals/{'a1' * 32}", Reply(approval("a1" * 32, text)))
    return world.client.get(f"/approvals/{'a1' * 32}").text


def reaching(world: ConsoleWorld, text: str) -> str:
    found = {"principal": text, "itself": [way("x", text)], "acts_for": way("x", text)["actors"], "truncated": False}
    world.bridge.admin("GET", "/whocan", Reply(found))
    return world.client.get("/whocan", params={"principal": text, "audience": text, "scope": text, "issuer": text}).text


def places(world: ConsoleWorld, text: str) -> str:
    document = {"kind": "Audience", "id": text, "scopes": [text], "description": text}
    world.bridge.admin("GET", "/audiences", Reply({"items": [{"document": document}], "next": None}))
    return world.client.get("/whocan").text


PAGES: list[Callable[[ConsoleWorld, str], str]] = [
    chain,
    requests,
    revoking,
    revoked,
    waiting,
    deciding,
    reaching,
    places,
]


@pytest.mark.parametrize("page", PAGES)
def test_S3_whatever_outsiders_write_is_text(page: Callable[[ConsoleWorld, str], str]) -> None:
    with console_world() as world:
        world.sign_in()
        hostile, plain = page(world, HOSTILE), page(world, "{plain}")
    assert elements(hostile) == elements(plain)
    assert is_inert(hostile)
    assert "alert(1)" in hostile


def test_S4_a_pasted_token_is_in_no_request_and_no_page() -> None:
    token = jwt_text({"iss": "https://idp.example.com", "sub": "s", "jti": "t-1"})
    secret = token.rpartition(".")[2]
    with console_world() as world:
        world.sign_in()
        answer = world.client.post("/chain", data={"about": token}, headers=OWN_PAGE)
        assert secret not in answer.text + str(answer.headers)
        assert all(secret not in str(vars(one)) for one in world.bridge.asked)
        broken = world.client.post("/chain", data={"about": f"eyJ{token}"}, headers=OWN_PAGE)
        assert (broken.status_code, secret in broken.text) == (400, False)
