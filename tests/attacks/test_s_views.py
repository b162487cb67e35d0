"""Row S: text of outsiders is text in every view, wherever it stands; nothing that is pasted leaves the console."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest

from federation.console.discovery import discover
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


def simulated(world: ConsoleWorld, text: str) -> str:
    lists(world, text)
    step = {"step": text, "outcome": "refused", "detail": text}
    refusal = {"reason": text, "error": text, "detail": text, "advice": text}
    world.bridge.admin("POST", "/explain", Reply({"allowed": False, "refusal": refusal, "steps": [step]}))
    form = {
        "claims": json.dumps({"iss": text, text: text}),
        "audience": text,
        "scope": text,
        "client": text,
        "ip": text,
    }
    return world.client.post("/simulator", data=form, headers=OWN_PAGE).text


def let_in(world: ConsoleWorld, text: str) -> str:
    lists(world, text)
    pins = [{"path": text, "value": text, "pinned": True, "why": text, "unfit": False}]
    documents = [{"kind": "Mapping", "id": text, "match": {text: text}}]
    drafted = {"provider": text, "known_issuer": text, "documents": documents, "pins": pins, "problem": text}
    world.bridge.admin("POST", "/drafts", Reply(drafted))
    token = jwt_text({"iss": "spiffe://x", text: text}, {"alg": text, "kid": text})
    form = {"claims": token, "audience": text, "scopes": text, "principal": text}
    return world.client.post("/simulator/partner", data=form, headers=OWN_PAGE).text


def let_in_at_last(world: ConsoleWorld, text: str) -> str:
    changes = [{"kind": "Mapping", "id": text, "action": text}]
    world.bridge.admin("POST", "/apply", Reply({"base": 2, "changes": changes}))
    grants = [{"audience": text, "scopes": [text]}]
    documents = json.dumps({"kind": "Mapping", "issuer": text, "grants": grants})
    form = {"text": documents, "base": "1", "reason": text}
    return world.client.post("/simulator/apply", data=form, headers=OWN_PAGE).text


def lists(world: ConsoleWorld, text: str) -> None:
    provider = {"name": text, "about": text, "says": text, "claims": {}}
    world.bridge.admin("GET", "/providers", Reply({"items": [provider]}))
    documents = [{"document": {"id": text, "provider": text, "issuer": text, "scopes": [text]}}]
    for path in ("/issuers", "/audiences"):
        world.bridge.admin("GET", path, Reply({"items": documents, "next": None}))


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


@pytest.mark.parametrize("white", [" ", "\n", "\t"])
def test_S4_a_token_whose_header_begins_with_white_space_stands_in_no_url(white: str) -> None:
    header = urlsafe_b64encode(f'{white}{{"alg":"RS256"}}'.encode()).decode().rstrip("=")
    token = f"{header}.{jwt_text({'jti': 't-1'}).partition('.')[2]}"
    with console_world() as world:
        answer = world.sign_in().client.post("/chain", data={"about": token}, headers=OWN_PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/chain?about=t-1")


@pytest.mark.parametrize("path", ["/simulator", "/simulator/partner"])
def test_S4_a_sample_token_leaves_its_claims_alone(path: str) -> None:
    token = jwt_text({"iss": "spiffe://x", "sub": "s"})
    with console_world() as world:
        world.sign_in()
        lists(world, "plain")
        world.bridge.admin("POST", "/explain", Reply({"allowed": False, "undecided": "x", "steps": []}))
        drafted: dict[str, object] = {
            "provider": "oidc",
            "known_issuer": None,
            "documents": [],
            "pins": [],
            "problem": None,
        }
        world.bridge.admin("POST", "/drafts", Reply(drafted))
        form = {"claims": token, "audience": "a", "scopes": "s", "scope": "s"}
        answer = world.client.post(path, data=form, headers=OWN_PAGE)
        assert answer.status_code == 200
        sent = [one.body.decode() + str(one.query) + one.path for one in world.bridge.asked]
    for part in token.split("."):
        assert part not in answer.text + str(answer.headers) + "".join(sent)


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example.com",
        "https://127.0.0.1:1",
        "https://localhost",
        "https://169.254.169.254",
        "https://10.0.0.1",
        "https://[::1]",
        "https://user@idp.example.com",
        "file:///etc/passwd",
        "https://2130706433",
    ],
)
def test_N1_the_console_fetches_no_address_within(url: str) -> None:
    found = discover(url, "https://federation.example.com", "")
    assert (found.may_pass, found.problem.startswith("It cannot be had: not ")) == (True, True)


def test_N1_an_issuer_on_this_machine_is_asked_only_for_a_bridge_on_this_machine() -> None:
    url = "http://127.0.0.1:9"
    assert "not https" in discover(url, "https://federation.example.com", "").problem
    assert "nothing listens there" in discover(url, "http://127.0.0.1:8080", "").problem
