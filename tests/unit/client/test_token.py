"""`FederatedToken` against a bridge that answers what a test says."""

import asyncio
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import httpx
import jwt
import pytest
import requests

from federation.client import ClientError, FederatedToken, HttpxAuth, Refused, RequestsAuth
from federation.client.attempts import Patience
from federation.client.clouds.vault import vault_login
from federation.client.errors import Unreachable
from federation.client.identity import Subject
from federation.client.refreshing import Times
from tests.support.fake_bridge import Asked, FakeBridge, Reply, fake_bridge, refusal

ISSUED: dict[str, Any] = {"access_token": "at.1", "token_type": "DPoP", "expires_in": 300, "scope": "read"}
BEARER = {**ISSUED, "token_type": "Bearer"}


@dataclass
class Own:
    """An identity of a caller's own: another text each time."""

    name: str = "own"
    given: list[str] = field(default_factory=list, repr=False)

    def subject(self, _audience: str) -> Subject:
        self.given.append(f"own.{len(self.given)}")
        return Subject(self.given[-1])


@pytest.fixture
def bridge() -> Iterator[FakeBridge]:
    with fake_bridge() as bridge:
        bridge.on("POST", "/token", Reply(ISSUED))
        yield bridge


def federated(bridge: FakeBridge, own: Own | None = None, **options: Any) -> FederatedToken:  # noqa: ANN401
    slept: list[float] = []
    times = Times(sleep=slept.append)
    made = FederatedToken(bridge.url, "api", options.pop("scope", None), source=own or Own(), times=times, **options)
    vars(made)["slept"] = slept
    return made


def slept(token: FederatedToken) -> list[float]:
    found: list[float] = vars(token)["slept"]
    return found


def proof_of(asked: Asked) -> dict[str, Any]:
    key = jwt.PyJWK(jwt.get_unverified_header(asked.headers["dpop"])["jwk"])
    claims: dict[str, Any] = jwt.decode(asked.headers["dpop"], key, ["ES256"], options={"verify_iat": False})
    return claims


def test_it_asks_once_and_shows_the_token_with_a_proof_for_each_request(bridge: FakeBridge) -> None:
    token = federated(bridge, scope=["read", "write"])
    first, second = (token.headers("GET", f"https://api.example.com/{n}?q=1") for n in (1, 2))
    assert first["authorization"] == second["authorization"] == "DPoP at.1"
    assert first["dpop"] != second["dpop"]
    (asked,) = bridge.asked
    assert (asked.form["audience"], asked.form["scope"], asked.form["subject_token"]) == ("api", "read write", "own.0")


def test_clouds_get_a_bearers_token_of_its_own(bridge: FakeBridge) -> None:
    bridge.on("POST", "/token", Reply(BEARER))
    token = federated(bridge)
    assert token.bearer().headers("GET", "https://x.example.com") == {"authorization": "Bearer at.1"}
    assert token.bearer() is token.bearer()
    assert "dpop" not in bridge.asked[0].headers


def test_a_bridge_that_is_busy_is_given_the_time_that_it_asks_for(bridge: FakeBridge) -> None:
    busy = Reply({"error": "slow_down", "error_description": "rate_limited: wait"}, 429, {"retry-after": "3"})
    down = Reply({"error": "temporarily_unavailable", "error_description": "store_unavailable: wait"}, 503)
    bridge.on("POST", "/token", busy, down, Reply(ISSUED))
    own = Own()
    token = federated(bridge, own)
    assert token.get().access_token == "at.1"
    assert slept(token) == [3.0, 1.0]
    assert own.given == ["own.0", "own.1", "own.2"]  # read afresh each time


def test_a_bridge_that_asks_for_more_time_than_there_is_is_not_waited_for_nor_asked_again(bridge: FakeBridge) -> None:
    busy = Reply({"error": "slow_down", "error_description": "rate_limited: wait"}, 429, {"retry-after": "60"})
    bridge.on("POST", "/token", busy)
    token = federated(bridge)
    for _ in range(5):
        with pytest.raises(Refused) as caught:
            token.get()
    assert (caught.value.error, caught.value.retry_after, len(bridge.asked)) == ("slow_down", 60.0, 1)


def test_an_approval_is_waited_for_by_whoever_says_so(bridge: FakeBridge) -> None:
    pending = refusal("authorization_pending", "approval_pending: wait", approval_id="a1", interval=4)
    bridge.on("POST", "/token", pending, pending, Reply(ISSUED))
    token = federated(bridge, patience=Patience(approval=60))
    assert token.get().access_token == "at.1"
    assert slept(token) == [4.0, 4.0]
    bridge.on("POST", "/token", pending)
    with pytest.raises(Refused) as caught:
        federated(bridge).get()
    assert caught.value.approval_id == "a1"


def test_a_source_token_that_had_just_been_rotated_is_read_once_more(bridge: FakeBridge) -> None:
    stale = refusal("invalid_request", "token_expired: The token has expired; fetch a fresh one.")
    bridge.on("POST", "/token", stale, Reply(ISSUED))
    own = Own()
    assert federated(bridge, own).get().access_token == "at.1"
    assert own.given == ["own.0", "own.1"]
    bridge.on("POST", "/token", stale)
    with pytest.raises(Refused) as caught:
        federated(bridge).get()
    told = caught.value
    assert (told.reason, told.next, told.correlation_id) == (
        "token_expired",
        "The token has expired; fetch a fresh one.",
        "corr-2",
    )


def test_a_clock_that_is_two_minutes_off_is_told_and_does_not_shut_anybody_out(bridge: FakeBridge) -> None:
    def dated(body: Any, status: int, **headers: str) -> Reply:  # noqa: ANN401 (JSON)
        return Reply(body, status, {"date": formatdate(time.time() + 120, usegmt=True), **headers})

    def judged(asked: Asked) -> Reply:
        proof = proof_of(asked)
        if "nonce" not in proof:
            return dated({"error": "use_dpop_nonce"}, 400, **{"dpop-nonce": "n"})
        if abs(proof["iat"] - (time.time() + 120)) > 30:
            return dated({"error": "invalid_dpop_proof", "error_description": "stale_proof: x"}, 400)
        return dated(ISSUED, 200)

    bridge.on("POST", "/token", judged)
    token = federated(bridge)
    shown = token.headers("GET", "https://api.example.com")
    iat = jwt.decode(shown["dpop"], options={"verify_signature": False, "verify_iat": False})["iat"]
    assert abs(iat - (time.time() + 120)) < 30
    bridge.on("POST", "/token", dated({"error": "invalid_request", "error_description": "token_not_yet_valid: x"}, 400))
    with pytest.raises(Refused, match=r"clock is 1[12][0-9] s behind the bridge's"):
        federated(bridge, bound=False).get()


@pytest.mark.parametrize("answer", [b"<html>", b"", b"[]", b"\xff", {"access_token": 1}])
def test_an_answer_that_is_no_bridges_is_a_typed_error(bridge: FakeBridge, answer: Any) -> None:  # noqa: ANN401
    bridge.on("POST", "/token", Reply(answer))
    with pytest.raises(Refused, match="none of a bridge's"):
        federated(bridge).get()


def test_a_bridge_that_is_down_is_a_typed_error() -> None:
    with fake_bridge() as gone:
        pass
    with pytest.raises(Unreachable):
        federated(gone).get()


def test_a_bridge_that_repeats_a_token_puts_it_into_no_message(bridge: FakeBridge) -> None:
    secret = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
    bridge.on("POST", "/token", refusal("invalid_request", f"malformed_token: {secret}"))
    with pytest.raises(Refused) as caught:
        federated(bridge).get()
    assert secret not in f"{caught.value} {caught.value.next} {caught.value!r}"


@pytest.mark.parametrize("url", ["http://api.example.com/x", "ftp://127.0.0.1", "http://127.0.0.1.example.com"])
def test_no_token_is_shown_in_the_clear(bridge: FakeBridge, url: str) -> None:
    with pytest.raises(ClientError, match="https"):
        federated(bridge).headers("GET", url)
    with pytest.raises(ClientError, match="no bridge's URL"):
        FederatedToken(url, "api")
    assert bridge.asked == []


def test_a_delegation_names_subject_agent_and_tool_for_one_call(bridge: FakeBridge) -> None:
    token = federated(bridge)
    granted = token.delegate("users.own.token", "search", purpose="flights")
    form = bridge.asked[-1].form
    assert (form["subject_token"], form["actor_token"]) == ("users.own.token", "own.0")
    assert form["authorization_details"] == '[{"type": "tool_call", "tool": "search", "purpose": "flights"}]'
    assert granted.headers("GET", "https://api.example.com")["authorization"] == "DPoP at.1"
    token.delegate("users.own.token", "search", purpose="flights")
    assert len(bridge.asked) == 2


def test_tasks_get_the_same_token(bridge: FakeBridge) -> None:
    token = federated(bridge)

    async def run() -> set[str]:
        shown = await asyncio.gather(*(token.headers_async("GET", f"{bridge.url}/{n}") for n in range(20)))
        return {one["authorization"] for one in shown}

    assert asyncio.run(run()) == {"DPoP at.1"}
    assert len(bridge.asked) == 1


def test_a_thousand_threads_at_its_end_make_one_exchange(bridge: FakeBridge) -> None:
    now = [1000.0]
    token = FederatedToken(bridge.url, "api", source=Own(), times=Times(lambda: now[0], lambda: now[0]))
    token.get()
    now[0] += 2 * ISSUED["expires_in"]
    together = threading.Barrier(1000)
    with ThreadPoolExecutor(1000) as pool:
        shown = set(pool.map(lambda _: together.wait() >= 0 and token.get().access_token, range(1000)))
    assert (shown, len(bridge.all_asked("POST", "/token"))) == ({"at.1"}, 2)


def test_a_process_loads_no_more_than_its_first_exchange_needs(bridge: FakeBridge) -> None:
    """What it may cost beside httpx and a plain POST, `make bench` measures."""
    bridge.on("POST", "/token", Reply(BEARER))
    script = (
        "import sys; from federation.client import FederatedToken;"
        f"FederatedToken({bridge.url!r}, 'api', source='env:OWN', bound=False).get();"
        "print([name for name in ('asyncio', 'cryptography', 'jwt') if name in sys.modules])"
    )
    environment = {"PATH": os.environ["PATH"], "OWN": "own.own.own"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def ours(error: BaseException) -> str:
    """What an error reporter would send along of our frames: their variables."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if "federation" in frame.f_code.co_filename]
    assert (error.__cause__, error.__context__) == (None, None)
    return " ".join(repr(value) for frame in frames for value in frame.f_locals.values())


SECRETS = ("users-secret", "own.0", "own.1", "at.1")


@pytest.mark.parametrize("answer", [Reply({}, 500), refusal("invalid_request", "no_mapping: x"), Reply(status=0)])
def test_no_traceback_holds_a_token(bridge: FakeBridge, answer: Reply) -> None:
    bridge.on("POST", "/token", answer)
    token = federated(bridge)
    for ask in (token.get, lambda: token.headers("GET", bridge.url), lambda: token.delegate("users-secret", "search")):
        with pytest.raises(ClientError) as caught:
            ask()
        assert [secret for secret in SECRETS if secret in ours(caught.value)] == []


def test_a_delegation_at_a_bridge_that_is_down_is_a_typed_error_too() -> None:
    with fake_bridge() as gone:
        pass
    with pytest.raises(Unreachable):
        federated(gone).delegate("users-secret", "search")


@pytest.mark.parametrize("answer", [Reply({"errors": ["permission denied"]}, 403), Reply(status=0)])
def test_nor_does_that_of_a_login_at_vault(bridge: FakeBridge, answer: Reply) -> None:
    bridge.on("POST", "/token", Reply(BEARER))
    bridge.on("POST", "/v1/auth/jwt/login", answer)
    with pytest.raises(ClientError) as caught:
        vault_login(federated(bridge), bridge.url, "reader")
    assert [secret for secret in SECRETS if secret in ours(caught.value)] == []


def resource(bridge: FakeBridge) -> None:
    """A service that wants a nonce in every proof."""

    def answer(asked: Asked) -> Reply:
        if proof_of(asked).get("nonce") != "n-1":
            return Reply({}, 401, {"dpop-nonce": "n-1", "www-authenticate": 'DPoP error="use_dpop_nonce"'})
        return Reply({"token": asked.headers["authorization"], "method": asked.method})

    for method in ("GET", "POST"):
        bridge.on(method, "/api", answer)


def test_httpx_shows_it_bound_to_each_request_and_answers_a_nonce(bridge: FakeBridge) -> None:
    resource(bridge)
    with httpx.Client(auth=HttpxAuth(federated(bridge))) as client:
        for _ in range(2):
            assert client.post(f"{bridge.url}/api", json={}).json() == {"token": "DPoP at.1", "method": "POST"}
    assert len(bridge.all_asked("POST", "/api")) == 3  # the nonce is remembered


def test_httpx_does_so_for_tasks_too(bridge: FakeBridge) -> None:
    resource(bridge)

    async def run() -> Any:  # noqa: ANN401 (JSON)
        async with httpx.AsyncClient(auth=HttpxAuth(federated(bridge))) as client:
            return (await client.get(f"{bridge.url}/api")).json()

    assert asyncio.run(run()) == {"token": "DPoP at.1", "method": "GET"}


def test_requests_shows_it_bound_to_each_request_and_answers_a_nonce(bridge: FakeBridge) -> None:
    resource(bridge)
    with requests.Session() as session:
        session.auth = RequestsAuth(federated(bridge))
        for _ in range(2):
            answered = session.post(f"{bridge.url}/api", json={}, timeout=10)
            assert answered.json() == {"token": "DPoP at.1", "method": "POST"}
    assert len(bridge.all_asked("POST", "/api")) == 3


@pytest.mark.parametrize("library", ["httpx", "requests"])
def test_a_token_that_a_service_refuses_is_replaced_once(bridge: FakeBridge, library: str) -> None:
    bridge.on("POST", "/token", Reply(BEARER), Reply({**BEARER, "access_token": "at.2"}))
    gone = Reply({}, 401, {"www-authenticate": 'Bearer error="invalid_token"'})
    bridge.on("GET", "/api", lambda asked: gone if asked.headers["authorization"] == "Bearer at.1" else Reply({}))
    token = federated(bridge, bound=False)
    if library == "httpx":
        status = httpx.get(f"{bridge.url}/api", auth=HttpxAuth(token)).status_code
    else:
        status = requests.get(f"{bridge.url}/api", auth=RequestsAuth(token), timeout=10).status_code
    assert (status, len(bridge.all_asked("GET", "/api"))) == (200, 2)
