"""The device authorization grant: how often and how long somebody is asked for (RFC 8628 section 3.5)."""

from collections.abc import Iterator

import pytest

from federation.client.errors import BrokenSource
from federation.client.sources.device import ask_person
from tests.support.fake_bridge import FakeBridge, Reply, fake_bridge, refusal

PENDING, SLOWER = refusal("authorization_pending", ""), refusal("slow_down", "")
TOLD = {"device_code": "d", "user_code": "u", "verification_uri": "https://idp.example.com/device", "expires_in": 600}


@pytest.fixture
def idp() -> Iterator[FakeBridge]:
    with fake_bridge() as idp:
        endpoints = {"device_authorization_endpoint": f"{idp.url}/device", "token_endpoint": f"{idp.url}/token"}
        idp.on("GET", "/.well-known/openid-configuration", Reply({"issuer": idp.url, **endpoints}))
        idp.on("POST", "/device", Reply({**TOLD, "interval": 3}))
        yield idp


def waits(idp: FakeBridge) -> list[float]:
    """How long was waited before each question."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")  # as time.sleep does
        waited.append(seconds)

    ask_person(idp.url, "fedbridge", lambda _line: None, sleep=sleep)
    return waited


def test_who_asks_too_often_asks_five_seconds_less_often_from_then_on(idp: FakeBridge) -> None:
    idp.on("POST", "/token", PENDING, SLOWER, PENDING, Reply({"id_token": "id"}))
    assert waits(idp) == [3, 3, 8, 8]


def test_five_seconds_are_waited_where_the_provider_names_none(idp: FakeBridge) -> None:
    idp.on("POST", "/device", Reply(TOLD))
    idp.on("POST", "/token", Reply({"id_token": "id"}))
    assert waits(idp) == [5]


@pytest.mark.parametrize(
    ("interval", "expires_in", "questions"), [(300, 600, 3), (0, 10, 11), (-9, 10, 11), (900, 10**9, 3)]
)
def test_nobody_is_waited_for_without_end(idp: FakeBridge, interval: int, expires_in: int, questions: int) -> None:
    idp.on("POST", "/device", Reply({**TOLD, "interval": interval, "expires_in": expires_in}))
    idp.on("POST", "/token", PENDING)
    with pytest.raises(BrokenSource, match="in time"):
        waits(idp)
    assert len(idp.all_asked("POST", "/token")) == questions


@pytest.mark.parametrize(
    "told",
    [
        *({}, {"error": "invalid_client"}),
        *({**TOLD, "interval": "often"}, {**TOLD, "expires_in": None}, {**TOLD, "interval": float("inf")}),
    ],
)
def test_an_answer_that_is_none_is_said(idp: FakeBridge, told: dict[str, object]) -> None:
    idp.on("POST", "/device", Reply(told, 400 if "error" in told else 200))
    with pytest.raises(BrokenSource):
        waits(idp)


def test_a_device_code_is_never_sent_in_the_clear(idp: FakeBridge) -> None:
    named = {"issuer": idp.url, "device_authorization_endpoint": "http://idp.example.com/device"}
    idp.on("GET", "/.well-known/openid-configuration", Reply(named))
    with pytest.raises(BrokenSource, match="https"):
        waits(idp)
