"""Faults F17-F19: what holds while an issuer is silent, empty or all new."""

import pytest
from msgspec.structs import replace

from federation.model.issuer_keys import KeptKeys
from federation.model.json import Json
from federation.oauth.reasons import Reason
from federation.verification.held_keys import BETWEEN_REPLACEMENTS, COOL_DOWN, COOL_DOWN_WITHOUT_KEYS, FRESH, MAX_STALE
from tests.support.issuer_online import (
    NEW,
    OLD,
    UNAVAILABLE,
    at,
    fresh_token,
    old_token,
    online,
    only,
    publish,
    publishing,
    refusal_after_any_fetch,
    take_offline,
    unknown,
)
from tests.support.issuer_shared import cold, refresh
from tests.support.issuer_world import JWKS_URI, World, jwks, token, unavailable, world
from tests.support.jose_keys import rsa_key

HOURS = 3600
THIRD = rsa_key("third")


def silent_after_a_first_answer(max_stale: int) -> World:
    w = only(online(max_stale=max_stale))
    w.verify(old_token(w))
    take_offline(w)
    return w


# F17: the issuer is down, the cache is warm


@pytest.mark.parametrize("max_stale", [FRESH, HOURS, MAX_STALE, 24 * HOURS])
def test_fault_F17_known_keys_hold_as_long_as_the_document_says(max_stale: int) -> None:
    w = silent_after_a_first_answer(max_stale)
    verified = at(w, max_stale - 1).verify(old_token(w))
    assert verified.keys_stale is (max_stale > FRESH)
    assert at(w, 1).verify(old_token(w)).keys_stale is True
    assert unavailable(at(w, 1), old_token(w)) is UNAVAILABLE


def test_fault_F17_by_default_they_hold_for_four_hours() -> None:
    assert online().max_stale == MAX_STALE == 4 * HOURS


@pytest.mark.parametrize("max_stale", [0, 1, FRESH - 1])
def test_fault_F17_a_high_risk_issuer_must_answer_as_soon_as_it_is_asked(max_stale: int) -> None:
    w = silent_after_a_first_answer(max_stale)
    assert at(w, FRESH - 1).verify(old_token(w)).keys_stale is False
    assert unavailable(at(w, 1), old_token(w)) is UNAVAILABLE


def test_fault_F17_a_clock_that_jumps_back_makes_no_stale_key_usable() -> None:
    w = silent_after_a_first_answer(0)
    assert unavailable(at(w, -1), old_token(w)) is UNAVAILABLE


def test_fault_F17_an_unknown_kid_is_not_judged_by_stale_keys() -> None:
    w = silent_after_a_first_answer(MAX_STALE)
    assert unavailable(at(w, FRESH), fresh_token(w, NEW)) is UNAVAILABLE


def test_fault_F17_the_verified_token_says_how_old_the_keys_are() -> None:
    w = silent_after_a_first_answer(MAX_STALE)
    asked = w.clock.now()
    verified = at(w, HOURS).verify(old_token(w))
    assert (verified.keys_stale, verified.keys_as_of) == (True, asked)


def test_fault_F17_an_evicted_key_stays_evicted() -> None:
    w = publishing()
    w.verify(old_token(w))
    refresh(w)
    take_offline(w)
    w.keys.evict("idp")
    assert unavailable(w, old_token(w)) is UNAVAILABLE
    assert unavailable(at(w, COOL_DOWN_WITHOUT_KEYS), old_token(w)) is UNAVAILABLE


def test_fault_F17_what_is_fetched_after_an_eviction_holds() -> None:
    w = publishing(NEW)
    w.keys.evict("idp")
    refresh(at(w, 1))
    take_offline(w)
    assert w.verify(fresh_token(w, NEW)).keys_stale is False


# F18: the issuer is down, the runtime is cold


def test_fault_F18_a_cold_runtime_works_while_the_issuer_is_down() -> None:
    w = publishing()
    refresh(w)
    take_offline(w)
    assert at(cold(w), FRESH - 1).verify(old_token(w)).keys_stale is False
    assert at(cold(w), 1).verify(old_token(w)).keys_stale is True


def test_fault_F18_the_second_level_is_under_the_clock_of_the_first() -> None:
    w = publishing()
    refresh(w)
    take_offline(w)
    w.clock.advance(MAX_STALE)
    verified = cold(w).verify(old_token(w))
    assert (verified.keys_stale, verified.keys_as_of) == (True, w.clock.now() - MAX_STALE)
    assert unavailable(at(cold(w), 1), old_token(w)) is UNAVAILABLE


def test_fault_F18_nothing_on_either_level_is_no_answer() -> None:
    w = world(online())
    assert unavailable(w, token()) is UNAVAILABLE


def test_fault_F18_a_cold_runtime_asks_nobody_for_what_is_known() -> None:
    w = publishing()
    refresh(w)
    w.web.fetched.clear()
    assert cold(w).verify(old_token(w)).keys_stale is False
    assert w.web.fetched == []


def test_fault_F18_a_warm_runtime_asks_the_second_level_first() -> None:
    w = publishing()
    w.verify(old_token(w))
    refresh(at(w, FRESH - 1))
    w.web.fetched.clear()
    assert at(w, 1).verify(old_token(w)).keys_stale is False
    assert w.web.fetched == []


def test_fault_F18_an_unknown_kid_is_asked_for_on_both_levels_and_once() -> None:
    w = publishing()
    refresh(w)
    c = cold(w)
    reasons = {refusal_after_any_fetch(c, unknown(number)) for number in range(50)}
    assert reasons == {Reason.UNKNOWN_KEY}
    assert c.web.fetched == [JWKS_URI, JWKS_URI]  # by the schedule, then by the first token
    assert c.fetched.loads == 2


def test_fault_F18_a_key_that_the_schedule_has_seen_costs_no_fetch() -> None:
    w = publishing()
    w.verify(old_token(w))
    at(w, COOL_DOWN, OLD, NEW)
    refresh(w)
    w.web.fetched.clear()
    assert w.verify(fresh_token(w, NEW)).key_id == "new"
    assert w.web.fetched == []


def test_fault_F18_keys_of_another_version_of_the_document_are_nothing() -> None:
    w = publishing()
    refresh(w)
    take_offline(w)
    for version in (2, 0):
        w.directory.current = (online(version=version),)
        assert unavailable(cold(w), old_token(w)) is UNAVAILABLE


def test_fault_F18_a_store_that_is_down_is_no_reason_to_refuse() -> None:
    w = publishing()
    refresh(w)
    w.fetched.failing = True
    assert cold(w).verify(old_token(w)).keys_stale is False
    assert w.alarms == [("idp", "the second level: store_unavailable")]


@pytest.mark.parametrize(
    "kept", ["", "[]", "{}", '{"keys": 1}', '{"keys": [], "keys": []}', '{"keys": []}', '{"keys": [1]}']
)
def test_fault_F18_a_set_that_nobody_can_read_is_as_good_as_none(kept: str) -> None:
    w = publishing()
    refresh(w)
    keys = w.fetched.kept["idp"]
    assert keys.keys is not None
    w.fetched.kept["idp"] = KeptKeys(replace(keys.keys, jwks=kept), keys.tag)
    assert cold(w).verify(old_token(w)).keys_stale is False
    take_offline(w)
    assert unavailable(cold(w), old_token(w)) is UNAVAILABLE


def test_fault_F18_keys_from_the_future_are_not_believed_but_those_of_a_hasty_clock_are() -> None:
    w = publishing()
    refresh(at(w, 60))
    take_offline(w)
    verified = at(cold(w), -60).verify(old_token(w))
    assert verified.keys_stale is False
    assert unavailable(at(cold(w), -1), old_token(w)) is UNAVAILABLE


def test_fault_F18_secrets_that_somebody_published_go_no_further() -> None:
    w = publishing()
    publish(w, {"keys": [OLD.jwk(), NEW.jwk(d="c2VjcmV0", p="c2VjcmV0")]})
    refresh(w)
    keys = w.fetched.kept["idp"].keys
    assert keys is not None
    assert "c2VjcmV0" not in keys.jwks
    assert refusal_after_any_fetch(cold(w), fresh_token(w, NEW)) is Reason.UNUSABLE_KEY


# F19: an empty answer, or all keys at once


def test_fault_F19_an_empty_set_never_replaces_a_good_one() -> None:
    w = publishing()
    refresh(w)
    publish(at(w, FRESH), {"keys": []})
    assert refresh(w).failed == {"idp": "no keys, or more than 100"}
    assert cold(w).verify(old_token(w)).keys_stale is True


def test_fault_F19_all_keys_at_once_are_accepted_and_reported() -> None:
    w = publishing()
    refresh(w)
    refresh(at(w, 300, NEW))
    assert w.alarms == [("idp", "the issuer replaced all keys at once")]
    assert cold(w).verify(fresh_token(w, NEW)).key_id == "new"
    assert refusal_after_any_fetch(cold(w), old_token(w)) is Reason.UNKNOWN_KEY


def test_fault_F19_but_not_twice_within_ten_minutes() -> None:
    w = publishing()
    refresh(w)
    refresh(at(w, 300, NEW))
    assert refresh(at(w, BETWEEN_REPLACEMENTS - 1, THIRD)).failed
    assert cold(w).verify(fresh_token(w, NEW)).key_id == "new"
    assert w.alarms[1:] == [("idp", "the issuer replaced all keys twice within ten minutes")]
    assert not refresh(at(w, 1)).failed
    assert cold(w).verify(fresh_token(w, THIRD)).key_id == "third"


def test_fault_F19_the_first_level_holds_to_the_same_rule() -> None:
    w = publishing()
    w.verify(old_token(w))
    at(w, FRESH, NEW).verify(fresh_token(w, NEW))
    at(w, COOL_DOWN, THIRD)
    assert refusal_after_any_fetch(w, fresh_token(w, THIRD)) is Reason.UNKNOWN_KEY
    assert w.verify(fresh_token(w, NEW)).key_id == "new"


def test_fault_F19_a_new_version_of_the_document_begins_anew() -> None:
    w = publishing()
    refresh(w)
    refresh(at(w, 300, NEW))
    w.directory.current = (online(version=2),)
    assert not refresh(at(w, 1, THIRD)).failed
    assert cold(w).verify(fresh_token(w, THIRD)).key_id == "third"


def test_fault_F19_a_key_is_what_it_is_and_not_what_it_is_called() -> None:
    w = publishing()
    refresh(w)
    publish(at(w, 300), {"keys": [{**NEW.jwk(), "kid": "old"}]})
    refresh(w)
    assert w.alarms == [
        ("idp", "the issuer replaced all keys at once"),
        ("idp", "the issuer uses a kid again for another key"),
    ]


def test_fault_F19_a_bundle_of_authorities_is_looked_after_like_keys() -> None:
    def authority(x5c: str) -> dict[str, Json]:
        return {"kty": "RSA", "use": "x509-svid", "x5c": [x5c]}

    w = publishing()
    publish(w, jwks(authority("QQ")))
    w.keys.authorities(online())
    publish(at(w, FRESH), jwks(OLD.jwk(use="enc")))
    assert w.keys.authorities(online())[:2] == (("QQ",), True)
    publish(at(w, FRESH), jwks(authority("QUE")))
    assert w.keys.authorities(online())[:2] == (("QUE",), False)
    assert [what for _, what in w.alarms] == [
        "no usable key is left in the set",
        "the issuer replaced all keys at once",
    ]
