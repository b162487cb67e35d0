"""Group T: security events. Who may say what about whom, once, and what a SET can never be mistaken for."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from federation.model.json import Json
from federation.model.security_event import STREAM_UPDATED, VERIFICATION, EventType
from federation.model.trust import Kind, RateLimit
from federation.oauth.identifiers import TokenType
from tests.support.event_world import (
    OTHER,
    OTHER_ISSUER,
    OTHER_KEY,
    SENDING,
    STREAM,
    WORKER,
    EventWorld,
    set_claims,
    set_text,
    told,
)
from tests.support.exchange_world import BRIDGE, NOW, bridge, reason, subject_token
from tests.support.jose_keys import rsa_key


@pytest.fixture
def world() -> Iterator[EventWorld]:
    with bridge() as made:
        yield EventWorld(made)


def assert_nothing_happened(world: EventWorld) -> None:
    """Refused, one record, no effect, no claim that stays, no call of KMS."""
    assert world.revoked_values() == []
    assert not world.bridge.ledger.records
    assert not world.answers.named
    assert len(world.bridge.log.entries) == 1
    assert world.bridge.post().status == 200, "the subject is let in as before"


STRANGER = rsa_key("stranger")
FORGED: dict[str, tuple[str, str, str]] = {
    "by a key of nobody": (set_text(key=STRANGER), "invalid_key", "unknown_key"),
    "by a stranger's key under a known kid": (
        set_text(key=STRANGER, kid=rsa_key().kid), "authentication_failed", "bad_signature",
    ),
    "by another issuer's key": (set_text(key=OTHER_KEY), "invalid_key", "unknown_key"),
    "without a signature": (set_text(alg="none"), "invalid_key", "unsupported_algorithm"),
    "with a key in it": (
        set_text(key=STRANGER, jwk=STRANGER.jwk()), "invalid_request", "unsafe_token_header",
    ),
    "by no issuer of ours": (
        set_text(set_claims(iss="https://evil.example.com")), "invalid_issuer", "untrusted_issuer",
    ),
    "of no issuer": (set_text(set_claims(iss=None)), "invalid_request", "malformed_claims"),
    "no SET at all": ("junk", "invalid_request", "malformed_token"),
    "nothing": ("", "invalid_request", "malformed_token"),
}  # fmt: skip


@pytest.mark.parametrize("case", FORGED)
def test_T1_a_forged_set_has_no_effect(world: EventWorld, case: str) -> None:
    text, err, code = FORGED[case]
    assert told(world.send(text)) == (400, err, code)
    assert_nothing_happened(world)


STREAMS: dict[str, Json] = {
    "another stream's": "https://other.example.com/events",
    "the audience of the issuer's tokens": BRIDGE,
    "ours and another": [STREAM, "https://other.example.com/events"],
    "ours twice": [STREAM, STREAM],
    "none": None,
    "no text": 7,
}


@pytest.mark.parametrize("case", STREAMS)
def test_T2_a_set_for_another_stream_is_refused(world: EventWorld, case: str) -> None:
    status, _, code = told(world.send(set_text(set_claims(aud=STREAMS[case]))))
    assert (status, code) in {(400, "wrong_audience"), (400, "untrusted_issuer")}
    assert_nothing_happened(world)


def test_T3_a_set_has_one_effect_however_often_it_is_sent(world: EventWorld) -> None:
    text = set_text()
    assert world.send(text).status == 202
    (revoked,) = world.bridge.state.revocations()
    world.bridge.clock.advance(60)
    fresh = subject_token(iat=NOW + 30)
    assert world.bridge.post(fresh).status == 200
    assert told(world.send(text)) == (400, "invalid_request", "event_replayed")
    assert world.bridge.state.revocations() == (revoked,), "who logged in since is not thrown out again"
    assert told(world.send(set_text(set_claims(jti=json.loads(_payload(text))["jti"])))) == (
        400,
        "invalid_request",
        "event_replayed",
    )


def test_T3_the_same_jti_of_another_issuer_is_another(world: EventWorld) -> None:
    claims = set_claims(jti="one", iss=OTHER, sub_id={"format": "opaque", "id": "worker"})
    assert world.send(set_text(set_claims(jti="one"))).status == 202
    assert world.send(set_text(claims, OTHER_KEY)).status == 202


def test_T3_what_was_not_finished_is_done_when_it_is_sent_again(world: EventWorld) -> None:
    text = set_text()
    world.bridge.ledger.failing = True
    assert told(world.send(text))[0] == 503
    world.bridge.ledger.failing = False
    assert world.send(text).status == 202
    assert len(world.revoked_values()) == 1


TYPS: dict[str, str | None] = {
    "an access token": "at+jwt",
    "an id token": "JWT",
    "a logout token": "logout+jwt",
    "none": None,
    "a proof": "dpop+jwt",
    "nearly": "secevent+jwts",
}


@pytest.mark.parametrize("case", TYPS)
def test_T4_nothing_else_is_taken_for_a_set(world: EventWorld, case: str) -> None:
    assert told(world.send(set_text(typ=TYPS[case])))[2] == "wrong_token_typ"
    assert_nothing_happened(world)


def test_T4_a_good_subject_token_is_no_set(world: EventWorld) -> None:
    assert told(world.send(subject_token()))[2] == "wrong_token_typ"
    assert told(world.send(subject_token(aud=STREAM)))[2] == "wrong_token_typ"


@pytest.mark.parametrize("token_type", list(TokenType)[:3])
@pytest.mark.parametrize("typ", ["secevent+jwt", "application/secevent+jwt", "SECEVENT+JWT"])
def test_T5_a_set_is_no_subject_token(world: EventWorld, token_type: TokenType, typ: str) -> None:
    """Also one that its issuer made to look like a token."""
    looks_good = set_claims(aud=BRIDGE, sub="worker", exp=NOW + 300)
    refused = world.bridge.post(set_text(looks_good, typ=typ), subject_token_type=token_type.value)
    assert (refused.status, reason(refused)) == (400, "wrong_token_typ")


SHAPES: dict[str, tuple[dict[str, Json], str]] = {
    "without a jti": ({"jti": None}, "event_without_jti"),
    "with an empty jti": ({"jti": ""}, "event_without_jti"),
    "with a number for a jti": ({"jti": 5}, "event_without_jti"),
    "with a jti of 257 characters": ({"jti": "j" * 257}, "event_without_jti"),
    "with an end": ({"exp": NOW + 300}, "event_like_a_token"),
    "with a sub": ({"sub": "worker"}, "event_like_a_token"),
    "without a time": ({"iat": None}, "malformed_claims"),
    "of tomorrow": ({"iat": NOW + 86400}, "token_not_yet_valid"),
    "of yesterday": ({"iat": NOW - 86400}, "event_too_old"),
    "in milliseconds": ({"iat": NOW * 1000}, "time_in_milliseconds"),
    "of no event": ({"events": {}}, "event_unsupported"),
    "of two events": (
        {"events": {kind.uri: {} for kind in list(EventType)[:2]}},
        "event_unsupported",
    ),
    "of an unknown event": ({"events": {"https://example.com/boom": {}}}, "event_unsupported"),
    "of an event that is no object": ({"events": {EventType.SESSION_REVOKED.uri: "now"}}, "event_unsupported"),
    "of no events": ({"events": None}, "event_unsupported"),
}


@pytest.mark.parametrize("case", SHAPES)
def test_T6_a_set_of_another_form_is_refused(world: EventWorld, case: str) -> None:
    changes, code = SHAPES[case]
    assert told(world.send(set_text(set_claims(**changes))))[2] == code
    assert_nothing_happened(world)


@pytest.mark.parametrize("case", ["without a jti", "with an end", "with a sub"])
def test_T6_what_cannot_be_tracked_is_refused_before_a_key_is_looked_for(world: EventWorld, case: str) -> None:
    changes, code = SHAPES[case]
    assert told(world.send(set_text(set_claims(**changes), STRANGER)))[2] == code


SUBJECTS: dict[str, tuple[Json, str]] = {
    "of another issuer": ({**WORKER, "iss": OTHER}, "event_of_another_subject"),
    "of another issuer inside": (
        {"format": "complex", "user": {**WORKER, "iss": OTHER}},
        "event_of_another_subject",
    ),
    "by mail": ({"format": "email", "email": "worker@example.com"}, "event_subject_unusable"),
    "by a device alone": (
        {"format": "complex", "device": {"format": "opaque", "id": "d"}},
        "event_subject_unusable",
    ),
    "by two names": ({"format": "aliases", "identifiers": [WORKER]}, "event_subject_unusable"),
    "by nothing": (None, "event_subject_unusable"),
    "by a bare text": ("worker", "event_subject_unusable"),
    "with more than is understood": ({**WORKER, "all": True}, "event_subject_unusable"),
    "by a number": ({"format": "opaque", "id": 7}, "malformed_claims"),
    "by text that hides": ({"format": "opaque", "id": "wor\u200bker"}, "malformed_subject"),
    "by a text of 3000 characters": ({"format": "opaque", "id": "w" * 3000}, "malformed_claims"),
}


@pytest.mark.parametrize("case", SUBJECTS)
def test_T7_an_issuer_speaks_of_its_own_subjects_alone(world: EventWorld, case: str) -> None:
    subject, code = SUBJECTS[case]
    assert told(world.send(set_text(set_claims(sub_id=subject))))[2] == code
    assert_nothing_happened(world)


def test_T7_the_subject_of_the_same_name_at_another_issuer_is_let_in(world: EventWorld) -> None:
    by_other = set_claims(iss=OTHER, sub_id={"format": "opaque", "id": "worker"})
    assert world.send(set_text(by_other, OTHER_KEY)).status == 202
    assert world.bridge.post().status == 200


def test_T7_two_subjects_in_one_set_are_none(world: EventWorld) -> None:
    events = {EventType.SESSION_REVOKED.uri: {"subject": WORKER}}
    assert told(world.send(set_text(set_claims(events=events))))[2] == "event_subject_unusable"
    assert_nothing_happened(world)


def test_T8_an_issuer_sends_what_its_document_lists_and_nothing_else(world: EventWorld) -> None:
    world.bridge.trust.add(
        Kind.ISSUER, "acme", {**SENDING, "events": {"audience": STREAM, "types": ["account-disabled"]}}
    )
    assert told(world.send())[1:] == ("access_denied", "event_not_allowed")
    assert world.send(set_text(set_claims(EventType.ACCOUNT_DISABLED))).status == 202


@pytest.mark.parametrize("change", [{"events": None}, {"enabled": False}])
def test_T8_an_edit_holds_from_the_very_next_set(world: EventWorld, change: dict[str, Json]) -> None:
    assert world.send().status == 202
    without = {name: value for name, value in {**SENDING, **change}.items() if value is not None}
    world.bridge.trust.add(Kind.ISSUER, "acme", without)
    assert told(world.send())[1:] == ("invalid_issuer", "untrusted_issuer")


def test_T8_one_stream_of_two_owners_is_nobodys(world: EventWorld) -> None:
    world.bridge.trust.add(Kind.ISSUER, "twin", {**OTHER_ISSUER, "id": "twin", "issuer": SENDING["issuer"]})
    assert told(world.send())[1:] == ("invalid_issuer", "ambiguous_issuer")


def test_T9_a_flood_of_forged_sets_is_bounded_and_costs_no_write() -> None:
    with bridge() as made:
        world = EventWorld(made, address_rate=RateLimit(1, 20))
        answers = [told(world.send(set_text(key=STRANGER))) for _ in range(60)]
        assert {answer[0] for answer in answers} == {400, 429}
        assert [answer[0] for answer in answers].count(400) <= 21
        assert not world.answers.named
        assert not made.ledger.records
        assert made.allowances.takes == []
        assert world.send(source_ip="192.0.2.10").status == 202, "an issuer at another address is not kept out"


def test_T9_an_issuer_that_floods_is_bounded_and_its_exchanges_are_not() -> None:
    with bridge() as made:
        world = EventWorld(made, issuer_rate=RateLimit(1, 5))
        statuses = [world.send(set_text(set_claims(VERIFICATION))).status for _ in range(12)]
        assert statuses.count(202) <= 7
        assert set(statuses) == {202, 429}
        assert made.post().status == 200


REQUESTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "by GET": ({"method": "GET"}, 405, "method_not_allowed"),
    "as a form": (
        {"headers": {"content-type": "application/x-www-form-urlencoded"}}, 400, "unsupported_event_type",
    ),
    "as JSON": ({"headers": {"content-type": "application/json"}}, 400, "unsupported_event_type"),
    "without a type": ({"headers": {}}, 400, "unsupported_event_type"),
    "with a query": ({"query": "jti=1"}, 400, "parameters_in_query"),
}  # fmt: skip


@pytest.mark.parametrize("case", REQUESTS)
def test_T10_a_push_of_another_form_is_refused(world: EventWorld, case: str) -> None:
    changes, status, code = REQUESTS[case]
    answer = told(world.send(**changes))
    assert (answer[0], answer[2]) == (status, code)


@pytest.mark.parametrize("text", [b"\xff\xfe", b"a" * (16 * 1024 + 1), set_text().encode() + b"\n"])
def test_T10_bytes_that_are_no_set_are_refused(world: EventWorld, text: bytes) -> None:
    assert told(world.send(text))[0] in {400, 413}
    assert_nothing_happened(world)


@pytest.mark.parametrize("uri", [VERIFICATION, STREAM_UPDATED])
def test_T11_an_event_about_the_stream_is_recorded_and_changes_nothing(world: EventWorld, uri: str) -> None:
    claims = set_claims(uri, sub_id={"format": "opaque", "id": "stream-1"}, events={uri: {"state": "abc"}})
    assert world.send(set_text(claims)).status == 202
    (record,) = world.bridge.ledger.records.values()
    assert (record["outcome"], record["event"], record["event_says"]) == ("event_received", uri, {"state": "abc"})
    assert world.revoked_values() == []


def test_T12_no_record_has_the_text_of_a_set(world: EventWorld) -> None:
    good, bad = set_text(), set_text(key=STRANGER, kid=rsa_key().kid)
    world.send(good)
    world.send(bad)
    kept = json.dumps([*world.bridge.ledger.records.values(), *world.bridge.log.entries])
    assert not any(segment in kept for text in (good, bad) for segment in text.split("."))
    assert "eyJ" not in kept


def _payload(text: str) -> bytes:
    segment = text.split(".")[1]
    return urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
