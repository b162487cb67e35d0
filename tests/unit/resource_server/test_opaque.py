"""Opaque tokens are good as long as the bridge says so, and five seconds at most without asking."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from federation.oauth.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.opaque import LONGEST, Introspection
from federation.resource_server.testing import OwnBridge
from federation.resource_server.verifier import Verifier
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000
RISK = "risk-engine"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def bridge(clock: FixedClock) -> Iterator[OwnBridge]:
    with OwnBridge(now=clock.now) as bridge:
        yield bridge


@pytest.fixture
def verifier(bridge: OwnBridge) -> Verifier:
    return bridge.verifier(RISK, introspection=bridge.introspection(), background=False)


def refusal(verifier: Verifier, token: str) -> OAuthError:
    with pytest.raises(OAuthError) as refused:
        verifier.verify(token)
    return refused.value


def test_an_opaque_token_is_what_the_bridge_says(bridge: OwnBridge, verifier: Verifier) -> None:
    token = bridge.opaque(RISK, scope="risk:score:read", tenant="acme")
    assert verifier.verify(token).require(scope="risk:score:read", tenant="acme").principal
    assert asyncio.run(verifier.verify_async(token)).tenant == "acme"


def test_what_was_withdrawn_is_remembered_for_five_seconds_at_most(
    bridge: OwnBridge, verifier: Verifier, clock: FixedClock
) -> None:
    token = bridge.opaque(RISK)
    verifier.verify(token)
    bridge.revoke(token)
    clock.advance(LONGEST - 1)
    verifier.verify(token)
    clock.advance(1)
    assert refusal(verifier, token).reason is Reason.TOKEN_INACTIVE


def test_no_answer_outlives_the_token(bridge: OwnBridge, verifier: Verifier, clock: FixedClock) -> None:
    token = bridge.opaque(RISK, lifetime=2)
    verifier.verify(token)
    clock.advance(2)
    assert refusal(verifier, token).reason is Reason.TOKEN_INACTIVE


def test_a_clock_that_was_set_back_asks_again(bridge: OwnBridge, verifier: Verifier, clock: FixedClock) -> None:
    token = bridge.opaque(RISK)
    verifier.verify(token)
    bridge.revoke(token)
    clock.advance(-60)
    assert isinstance(refusal(verifier, token), InvalidToken)


def test_while_the_bridge_is_away_it_cannot_be_told(bridge: OwnBridge, verifier: Verifier) -> None:
    token = bridge.opaque(RISK)
    bridge.away = True
    assert isinstance(refusal(verifier, token), TemporarilyUnavailable)


@pytest.mark.parametrize(
    "claims", [{"iss": "https://other.example.com"}, {"aud": "ledger"}, {"sub": ""}, {"jti": None}]
)
def test_the_answer_is_checked_as_a_token_is(bridge: OwnBridge, verifier: Verifier, claims: dict[str, Any]) -> None:
    assert isinstance(refusal(verifier, bridge.opaque(RISK, **claims)), InvalidToken)


def test_a_bound_reference_needs_its_proof(bridge: OwnBridge, verifier: Verifier) -> None:
    token = bridge.opaque(RISK, cnf=bridge.holder().cnf)
    assert refusal(verifier, token).reason is Reason.PROOF_REQUIRED


def test_a_service_that_cannot_ask_takes_none(bridge: OwnBridge) -> None:
    assert refusal(bridge.verifier(RISK, background=False), bridge.opaque(RISK)).reason is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize("answer", [b"", b"[]", b"x", b"[" * 5000])
def test_an_answer_that_is_none_is_none(clock: FixedClock, answer: bytes, bridge: OwnBridge) -> None:
    key = {"kty": "EC", "crv": "P-256", "alg": "ES256", **_private()}
    asking = Introspection(bridge.issuer, "api", key, ask=lambda _: answer, now=clock.now)
    verifier = bridge.verifier(RISK, introspection=asking, background=False)
    assert isinstance(refusal(verifier, "opaque"), TemporarilyUnavailable)


def test_no_token_is_sent_in_the_clear() -> None:
    with pytest.raises(ValueError, match="https"):
        Introspection("http://federation.example.com", "api", {})


def _private() -> dict[str, str]:
    from_jwk = {"x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
    return {**from_jwk, "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}  # RFC 7515 appendix A.3
