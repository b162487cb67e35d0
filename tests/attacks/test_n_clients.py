"""I6, N and P3 from the caller's side: a bridge that is none, or not the one that it was."""

from collections.abc import Iterator
from typing import Any

import pytest

from federation.client.errors import Refused
from federation.client.exchange import Wanted, exchange
from federation.client.identity import Subject
from federation.client.key import DpopKey
from tests.support.fake_bridge import FakeBridge, Reply, fake_bridge, refusal

SECRET = "canary.subject.token"
GOOD: dict[str, Any] = {"access_token": "at.at.at", "token_type": "Bearer", "expires_in": 60, "scope": "read"}
KEY = DpopKey.generate()


@pytest.fixture
def bridge() -> Iterator[FakeBridge]:
    with fake_bridge() as bridge:
        bridge.on("POST", "/token", Reply(GOOD))
        yield bridge


def refused(bridge: FakeBridge, key: DpopKey | None = None) -> str:
    with pytest.raises(Refused) as refusal:
        exchange(bridge.url, Subject(SECRET), Wanted("api"), key=key)
    assert SECRET not in f"{refusal.value!r} {refusal.value}"
    return str(refusal.value)


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "N_A", "mac"])
def test_I6_who_asked_for_a_bound_token_takes_no_other(bridge: FakeBridge, kind: str) -> None:
    """What is made of it would be shown to services without a proof, and be worth stealing (RFC 9449 section 5)."""
    bridge.on("POST", "/token", Reply({**GOOD, "token_type": kind}))
    assert "not bound" in refused(bridge, KEY)
    bridge.on("POST", "/token", Reply({**GOOD, "token_type": "DPoP"}))
    assert exchange(bridge.url, Subject(SECRET), Wanted("api"), key=KEY).access_token == "at.at.at"


@pytest.mark.parametrize("kind", ["DPoP", "N_A", "mac", ""])
def test_I6_a_token_of_a_type_that_was_not_asked_for_is_not_used(bridge: FakeBridge, kind: str) -> None:
    bridge.on("POST", "/token", Reply({**GOOD, "token_type": kind}))
    assert "another type" in refused(bridge)


NO_TOKENS: list[Any] = [None, {}, "", "a b", "at\r\nx: y", "\x1b]0;x\x07", "\u00e9"]
NO_LIFETIMES: list[Any] = ["60", None, -5, 0, 1.5, 10**400]


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"[]", b"null", b"<html>", b"[" * 100_000, b'{"expires_in": Infinity}', b"\xff\xfe{\x00}\x00"),
        *({**GOOD, "access_token": text} for text in NO_TOKENS),
        *({**GOOD, "expires_in": seconds} for seconds in NO_LIFETIMES),
        *({**GOOD, "scope": scope} for scope in (["read"], None, 1)),
        *({name: GOOD[name] for name in GOOD if name != missing} for missing in list(GOOD)[:3]),
    ],
)
def test_N6_an_answer_that_is_none_is_a_refusal_and_nothing_else(bridge: FakeBridge, answer: Any) -> None:  # noqa: ANN401 (JSON)
    bridge.on("POST", "/token", Reply(answer))
    assert refused(bridge) == "HTTP 200: the answer is none of a bridge's"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_N3_a_subject_token_follows_no_redirect(bridge: FakeBridge, status: int) -> None:
    with fake_bridge() as elsewhere:
        bridge.on("POST", "/token", Reply(b"", status, {"location": f"{elsewhere.url}/token"}))
        refused(bridge)
        refused(bridge, KEY)
        assert elsewhere.asked == []


@pytest.mark.parametrize("again", [Reply(GOOD, 400, {"dpop-nonce": "n"}), refusal("use_dpop_nonce", "again")])
def test_J9_a_bridge_that_wants_a_nonce_without_end_is_asked_twice_at_most(bridge: FakeBridge, again: Reply) -> None:
    bridge.on("POST", "/token", Reply(again.body, 400, {"dpop-nonce": "n"}))
    refused(bridge, KEY)
    assert len(bridge.asked) <= 2


IN_THE_CLEAR = ("http://bridge.example.com", "ftp://127.0.0.1", "http://127.0.0.1.example.com", "x")
NO_URL = ("https://[::1", "https://bridge.example.com:99999", "https://", "https://user@bridge.example.com")


@pytest.mark.parametrize("url", [*IN_THE_CLEAR, *NO_URL])
def test_P3_no_token_is_sent_in_the_clear(url: str) -> None:
    with pytest.raises(OSError, match="neither https nor this machine"):
        exchange(url, Subject(SECRET), Wanted("api"))
