import pytest
from msgspec.structs import replace

from federation.oauth.errors import TemporarilyUnavailable
from federation.verification.algorithms import ALGORITHMS
from federation.verification.discovery import KeysRefused, PublishedKeys
from federation.verification.held_keys import COOL_DOWN, COOL_DOWN_WITHOUT_KEYS, FRESH, MAX_STALE, HeldKeys
from federation.verification.jwk_set import read_jwk_set
from tests.support.issuer_world import NOW, jwks
from tests.support.jose_keys import JoseKey, ec_key, rsa_key

RS256 = ALGORITHMS["RS256"]
EMPTY = HeldKeys(issuer="idp")


def published(*keys: JoseKey) -> PublishedKeys:
    return PublishedKeys(read_jwk_set(jwks(*keys)), "idp.example.com")


def held(*keys: JoseKey) -> HeldKeys:
    return EMPTY.renewed(published(*(keys or (rsa_key(),))), NOW)[0]


def test_without_keys_somebody_must_be_asked() -> None:
    assert EMPTY.due("rsa-1", NOW)
    assert EMPTY.due(None, NOW)
    with pytest.raises(TemporarilyUnavailable):
        EMPTY.choose("rsa-1", RS256, NOW)


@pytest.mark.parametrize(
    ("kid", "age", "due"),
    [
        ("rsa-1", 0, False),
        ("rsa-1", FRESH - 1, False),
        ("rsa-1", FRESH, True),
        (None, FRESH - 1, False),
        (None, FRESH, True),
        ("unknown", COOL_DOWN - 1, False),
        ("unknown", COOL_DOWN, True),
        ("rsa-1", -1, True),
    ],
)
def test_when_an_issuer_is_asked_again(kid: str | None, age: int, due: bool) -> None:
    assert held().due(kid, NOW + age) is due


@pytest.mark.parametrize(("before", "pause"), [(EMPTY, COOL_DOWN_WITHOUT_KEYS), (held(), COOL_DOWN)])
def test_a_failure_is_followed_by_a_pause(before: HeldKeys, pause: int) -> None:
    now = NOW + FRESH
    after = before.after_failure("TimeoutError", now)
    assert (after.keys, after.fetched_at, after.failure) == (before.keys, before.fetched_at, "TimeoutError")
    assert not after.due("unknown", now + pause - 1)
    assert after.due("unknown", now + pause)


@pytest.mark.parametrize(("age", "stale"), [(0, False), (FRESH - 1, False), (FRESH, True), (MAX_STALE, True)])
def test_a_key_says_whether_it_is_stale(age: int, stale: bool) -> None:
    assert held().choose("rsa-1", RS256, NOW + age).stale is stale


def test_a_key_that_is_too_old_is_not_used() -> None:
    with pytest.raises(TemporarilyUnavailable) as refused:
        held().after_failure("TimeoutError", NOW).choose("rsa-1", RS256, NOW + MAX_STALE + 1)
    assert refused.value.detail == "idp: no keys: TimeoutError"
    assert refused.value.retry_after == COOL_DOWN_WITHOUT_KEYS


def test_fixed_keys_are_read_once_and_never_age() -> None:
    fixed = replace(EMPTY, fixed=True)
    assert fixed.due("rsa-1", NOW)
    read, _ = fixed.renewed(PublishedKeys(read_jwk_set(jwks(rsa_key()))), NOW)
    for now in (NOW, NOW + 10 * MAX_STALE, NOW - MAX_STALE):
        assert not read.due("unknown", now)
        assert read.choose("rsa-1", RS256, now).stale is False


def test_fixed_keys_that_cannot_be_read_are_not_read_again() -> None:
    refused = replace(EMPTY, fixed=True).after_failure("duplicate kid", NOW)
    assert not refused.due("rsa-1", NOW + MAX_STALE)
    with pytest.raises(TemporarilyUnavailable):
        refused.choose("rsa-1", RS256, NOW)


def test_a_set_without_a_usable_key_replaces_only_another_of_its_kind() -> None:
    useless = PublishedKeys(read_jwk_set(jwks(rsa_key().jwk(use="enc"))))
    assert EMPTY.renewed(useless, NOW)[0].renewed(useless, NOW)[0].keys == useless.keys
    with pytest.raises(KeysRefused, match="no usable key"):
        held().renewed(useless, NOW)


def test_the_origin_that_was_seen_first_is_kept() -> None:
    later, _ = held().renewed(PublishedKeys(held().keys or published().keys, "elsewhere.example.com"), NOW)
    assert later.origin == "idp.example.com"


def test_what_is_odd_about_new_keys_is_said() -> None:
    assert held().renewed(published(rsa_key(), ec_key()), NOW)[1] == ()
    assert held().renewed(published(ec_key()), NOW)[1] == ("the issuer replaced all keys at once",)
    leaked = PublishedKeys(read_jwk_set(jwks(rsa_key(), ec_key().jwk(d="AA"))))
    assert held().renewed(leaked, NOW)[1] == ("the issuer publishes private key members",)
