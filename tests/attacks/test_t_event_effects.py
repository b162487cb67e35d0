"""Group T: what security events do, and to whom alone."""

from collections.abc import Iterator

import pytest

from federation.model.document_values import sequence
from federation.model.json import Json
from federation.model.revocation_keys import key_text
from federation.model.security_event import EventType
from tests.support.event_world import WORKER, EventWorld, set_claims, set_text
from tests.support.exchange_world import NOW, bridge, reason, subject_token


@pytest.fixture
def world() -> Iterator[EventWorld]:
    with bridge() as made:
        yield EventWorld(made)


HARM: dict[str, tuple[EventType, dict[str, Json]]] = {
    "its session is revoked": (EventType.SESSION_REVOKED, {}),
    "a credential changed": (
        EventType.CREDENTIAL_CHANGE,
        {"credential_type": "fido2-roaming", "change_type": "create"},
    ),
    "its assurance fell": (EventType.ASSURANCE_LEVEL_CHANGE, {"change_direction": "decrease"}),
    "its assurance changed, nobody says how": (EventType.ASSURANCE_LEVEL_CHANGE, {"current_level": "nist-aal1"}),
    "its device does not comply": (EventType.DEVICE_COMPLIANCE_CHANGE, {"current_status": "not-compliant"}),
    "its account is disabled": (EventType.ACCOUNT_DISABLED, {"reason": "hijacking"}),
    "its account is gone": (EventType.ACCOUNT_PURGED, {}),
    "its credential leaked": (EventType.CREDENTIAL_COMPROMISE, {"credential_type": "password"}),
}
NAMED: dict[str, Json] = {
    "by issuer and subject": WORKER,
    "by an id": {"format": "opaque", "id": "worker"},
    "as the user of a session": {
        "format": "complex",
        "user": WORKER,
        "session": {"format": "opaque", "id": "s-1"},
    },
}


@pytest.mark.parametrize("case", HARM)
def test_T13_what_rests_on_the_subject_dies_and_a_fresh_login_lives(world: EventWorld, case: str) -> None:
    kind, says = HARM[case]
    events: Json = {kind.uri: says}
    assert world.bridge.post().status == 200
    (issued,) = world.bridge.ledger.records.values()
    assert world.send(set_text(set_claims(kind, events=events))).status == 202
    (revocation,) = world.bridge.state.revocations()
    assert key_text(revocation.key) in list(sequence(issued["revocation_keys"]))
    assert revocation.covers(NOW)
    assert reason(world.bridge.post(subject_token(jti="j-2"))) == "token_revoked"
    assert world.bridge.post(subject_token(iat=NOW + 1)).status == 200
    assert world.bridge.post(subject_token(sub="other-worker")).status == 400, "no mapping, as before"


@pytest.mark.parametrize("case", NAMED)
def test_T13_however_the_subject_is_named(world: EventWorld, case: str) -> None:
    assert world.send(set_text(set_claims(sub_id=NAMED[case]))).status == 202
    assert reason(world.bridge.post()) == "token_revoked"


def test_T13_a_subject_in_the_event_counts_as_well(world: EventWorld) -> None:
    """As drafts of SSF before 1.0 have it."""
    events: Json = {EventType.SESSION_REVOKED.uri: {"subject": WORKER, "event_timestamp": NOW}}
    assert world.send(set_text(set_claims(sub_id=None, events=events))).status == 202
    assert reason(world.bridge.post()) == "token_revoked"


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (EventType.ASSURANCE_LEVEL_CHANGE, {"change_direction": "increase"}),
        (EventType.DEVICE_COMPLIANCE_CHANGE, {"current_status": "compliant"}),
    ],
)
def test_T13_good_news_is_recorded_and_ends_nothing(world: EventWorld, kind: EventType, says: Json) -> None:
    events: Json = {kind.uri: says}
    assert world.send(set_text(set_claims(kind, events=events))).status == 202
    (record,) = world.bridge.ledger.records.values()
    assert (record["event"], record["event_revokes"]) == (kind.uri, False)
    assert world.bridge.post().status == 200


def test_T13_the_trail_says_what_was_received_and_what_it_revoked(world: EventWorld) -> None:
    world.send()
    received, revoked = (
        next(one for one in world.bridge.ledger.records.values() if one["outcome"] == outcome)
        for outcome in ("event_received", "revoked")
    )
    assert (received["issuer"], received["subject"], received["event_revokes"]) == ("acme", "worker", True)
    assert revoked["revoked_value"] == f"acme:{received['identity']}"
    assert revoked["revoked_by"] == "issuer:acme"
    assert received["correlation_id"] == revoked["correlation_id"]


def test_T13_an_event_raises_the_risk_that_policies_read(world: EventWorld) -> None:
    cautious: dict[str, Json] = {
        "kind": "Policy",
        "id": "cautious",
        "cedar": "forbid (principal, action, resource) when { context.risk.principal >= 80 };",
    }
    world.bridge.write(cautious)
    assert world.bridge.post().status == 200
    assert world.send(set_text(set_claims(EventType.ACCOUNT_DISABLED))).status == 202
    fresh = subject_token(iat=NOW + 1)
    assert reason(world.bridge.post(fresh)) == "policy_denied", "a fresh login is not enough"
    world.bridge.clock.advance(1200)
    assert world.bridge.post(subject_token(iat=NOW + 1000, exp=NOW + 2000)).status == 200, "it decays"
