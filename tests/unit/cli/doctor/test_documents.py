"""What a bridge publishes: discovery, keys, and lists of what is revoked."""

import time
from typing import Any

import pytest

from federation.cli.doctor.finding import Result
from federation.local.issuers.loopback import generate_key
from federation.model.json import Json
from federation.oauth.metadata import JWKS_PATH, OAUTH_PATH, OPENID_PATH
from tests.support.fake_bridge import Reply
from tests.support.sound_bridge import SoundBridge

STRANGER = "https://stranger.example.com"
CHECKS = {OAUTH_PATH: "discovery.oauth", OPENID_PATH: "discovery.openid"}


@pytest.mark.parametrize("path", CHECKS)
@pytest.mark.parametrize("issuer", [STRANGER, "", None, 5])
def test_a_document_of_another_issuer_is_a_mix_up(sound: SoundBridge, path: str, issuer: object) -> None:
    sound.publish(path, issuer=issuer)
    found = sound.look(CHECKS[path])
    assert (found.result, "--url" in found.next) == (Result.FAILED, True)


def test_a_slash_at_the_end_is_another_issuer(sound: SoundBridge) -> None:
    sound.publish(OAUTH_PATH, issuer=f"{sound.url}/")
    assert sound.look("discovery.oauth").result is Result.FAILED


@pytest.mark.parametrize("path", CHECKS)
@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "authorization_endpoint"])
@pytest.mark.parametrize("place", [STRANGER, "{url}.example.com/token", 5])
def test_an_endpoint_at_a_strangers_is_told(sound: SoundBridge, path: str, name: str, place: object) -> None:
    sound.publish(path, **{name: place.replace("{url}", sound.url) if isinstance(place, str) else place})
    found = sound.look(CHECKS[path])
    assert (found.result, name in found.seen) == (Result.FAILED, True)


@pytest.mark.parametrize("changes", [{"revocation_endpoint": None}, {"mtls_endpoint_aliases": {"x": "http://x"}}])
def test_what_is_missing_or_in_the_clear_is_told(sound: SoundBridge, changes: dict[str, Any]) -> None:
    sound.publish(OAUTH_PATH, **changes)
    assert sound.look("discovery.oauth").result is Result.FAILED


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"token_endpoint": "{url}/other"}, Result.FAILED),
        ({"grant_types_supported": ["password"]}, Result.WARNING),
        ({"grant_types_supported": None}, Result.WARNING),
    ],
)
def test_documents_that_disagree_are_told(sound: SoundBridge, changes: dict[str, Any], result: Result) -> None:
    sound.publish(OPENID_PATH, **changes)
    assert sound.look("discovery.agreement").result is result


def test_keys_at_a_strangers_are_not_fetched(sound: SoundBridge) -> None:
    sound.publish(OAUTH_PATH, jwks_uri=f"{STRANGER}/jwks.json")
    assert sound.look("keys.jwks").result is Result.OK
    assert sound.bridge.all_asked("GET", JWKS_PATH)


ONE, OTHER = generate_key("ES256-1", "ES256").jwk, generate_key("ES256-2", "ES256").jwk
NO_SETS: list[object] = [
    None,
    [],
    {},
    {"keys": []},
    {"keys": {}},
    {"keys": [5]},
    {"keys": [{}]},
    b"<html>",
    b"[" * 99_999,
]
NO_KEYS: list[dict[str, Any]] = [
    {**ONE, "x": "AA"},
    {**ONE, "kid": None, "kty": "XX"},
    {name: value for name, value in ONE.items() if name != "kid"},
    {**ONE, "kid": ["a"]},
    {**ONE, "alg": "HS256", "kty": "oct"},
    {**ONE, "alg": None},
    {**ONE, "d": "AAAA"},
]


@pytest.mark.parametrize("body", NO_SETS)
def test_what_is_no_key_set_is_told_once(sound: SoundBridge, body: object) -> None:
    sound.bridge.on("GET", JWKS_PATH, Reply(body))
    found = sound.looks("keys.jwks", "keys.kids", "keys.standby")
    assert found["keys.jwks"].result is Result.FAILED
    assert Result.FAILED not in (found["keys.kids"].result, found["keys.standby"].result)


@pytest.mark.parametrize("jwk", NO_KEYS)
def test_a_key_that_services_cannot_use_is_told(sound: SoundBridge, jwk: dict[str, Any]) -> None:
    sound.publish_keys(OTHER, jwk)
    assert sound.look("keys.jwks").result is Result.FAILED


def test_a_private_key_in_the_open_is_to_be_revoked(sound: SoundBridge) -> None:
    sound.publish_keys(ONE, {**OTHER, "d": "secret"})
    found = sound.look("keys.jwks")
    assert ("Revoke" in found.next, "secret" in found.seen) == (True, False)


def test_more_keys_than_anybody_has_are_not_read(sound: SoundBridge) -> None:
    sound.publish_keys(*[ONE] * 101)
    assert "101 keys" in sound.look("keys.jwks").seen


def test_two_keys_of_one_name_are_told(sound: SoundBridge) -> None:
    sound.publish_keys(ONE, {**OTHER, "kid": ONE["kid"]})
    found = sound.look("keys.kids")
    assert (found.result, ONE["kid"] in found.seen) == (Result.FAILED, True)


def test_a_list_that_is_old_is_a_warning(sound: SoundBridge) -> None:
    sound.publish_lists(sound.keys[0], iat=int(time.time()) - 11 * 60)
    found = sound.look("status.list")
    assert (found.result, "11 minutes old" in found.seen) == (Result.WARNING, True)


CLAIMS: list[dict[str, Json]] = [
    {"exp": 5},
    {"iat": 9_999_999_999},
    {"iss": STRANGER},
    {"sub": f"{STRANGER}/list"},
    {"status_list": {"bits": 1, "lst": "AAAA"}},
    {"status_list": 5},
    {"ttl": None},
]


@pytest.mark.parametrize("changes", CLAIMS)
def test_a_list_that_no_service_believes_is_told(sound: SoundBridge, changes: dict[str, Json]) -> None:
    sound.publish_lists(sound.keys[0], **changes)
    assert sound.look("status.list").result is Result.FAILED


def test_a_list_that_somebody_else_signed_is_told(sound: SoundBridge) -> None:
    sound.publish_lists(generate_key("ES256-a", "ES256"))
    found = sound.look("status.list")
    assert (found.result, "bad_signature" in found.seen) == (Result.FAILED, True)


def test_a_list_that_is_not_there_is_told(sound: SoundBridge) -> None:
    sound.bridge.answers = {key: value for key, value in sound.bridge.answers.items() if "status-list" not in key[1]}
    assert "HTTP 404" in sound.look("status.list").seen
