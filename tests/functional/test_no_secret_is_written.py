"""Canaries: no text of a token, an assertion, a proof or a password reaches a log or a record (ATTACKS P3)."""

from collections.abc import Iterator

import pytest

from federation.client.http import send
from federation.oauth.identifiers import FORM
from tests.support.bridge_server import Bridge

LONGEST_PIECE = 24
"""Characters of a secret that may stand in a record by chance or as a key id; more is a leak."""


def pieces(secret: str) -> Iterator[str]:
    """The parts of a compact token, or the secret itself: the header alone is no secret."""
    parts = secret.split(".")[1:] or [secret]
    return (part[start : start + LONGEST_PIECE] for part in parts for start in range(0, len(part), LONGEST_PIECE))


def assert_unwritten(bridge: Bridge, secret: str) -> None:
    written = bridge.everything_written()
    assert not [piece for piece in pieces(secret) if len(piece) == LONGEST_PIECE and piece in written]


@pytest.mark.parametrize("name", ["partner", "google", "azure-v1", "azure-v2", "github", "kubernetes", "once"])
def test_neither_the_subject_token_nor_ours_is_written(bridge: Bridge, name: str) -> None:
    token = bridge.token(name, jti=f"canary-{name}")
    answer = bridge.exchange(subject_token=token)
    assert answer.status == 200
    assert_unwritten(bridge, token)
    assert_unwritten(bridge, answer.members["access_token"])


PLACES = [
    *("subject_token", "actor_token", "client_assertion", "client_secret", "code", "password", "unknown"),
    *("audience", "resource", "scope", "grant_type", "subject_token_type", "requested_token_type", "client_id"),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", ["", "x", "."], ids=["whole", "damaged", "four-parts"])
def test_a_token_in_the_wrong_place_is_not_written(bridge: Bridge, place: str, damage: str) -> None:
    token = bridge.token("partner", jti=f"canary-{place}-{damage}") + damage
    bridge.exchange(**{place: token})
    bridge.exchange(subject_token="x", **({place: token} if place != "subject_token" else {}))
    assert_unwritten(bridge, token)


@pytest.mark.parametrize("header", ["authorization", "dpop", "cookie", "content-type", "x-forwarded-client-cert"])
def test_a_secret_in_a_header_is_not_written(bridge: Bridge, header: str) -> None:
    token = bridge.token("partner", jti=f"canary-{header}")
    bridge.post(bridge.form(), {header: f"Bearer {token}"})
    assert_unwritten(bridge, token)


@pytest.mark.parametrize("target", ["/token?subject_token={}", "/token/{}", "/.well-known/{}", "/health?token={}"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_secret_in_the_url_is_not_written(bridge: Bridge, target: str, method: str) -> None:
    token = bridge.token("partner", jti=f"canary-{method}-{target[:6]}")
    send(bridge.url + target.format(token), method, None, {"content-type": FORM})
    assert_unwritten(bridge, token)
