"""Group B and faults, pushed keys: until when they hold, and what a race or a failure leaves behind."""

import json

import pytest
from msgspec.structs import replace

from federation.admin_api.guard import MOVES
from federation.issuer_keys.pusher import Pushers
from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.model.keys import KeySet
from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.ports import VersionConflict
from federation.verification.held_keys import BETWEEN_REPLACEMENTS, COOL_DOWN_WITHOUT_KEYS, FRESH, MAX_STALE
from federation.verification.push_tokens import PushTokens
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.issuer_world import BRIDGE, NOW, jwks
from tests.support.push_world import (
    BODY,
    CLUSTER,
    FIRST,
    ID,
    PATH,
    SECOND,
    STRANGER,
    THIRD,
    PushWorld,
    reason,
    unknown_key,
)


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


# What is trusted, and until when


def test_B13_push_edits_of_the_document_leave_pushed_keys_but_for_its_anchors(world: PushWorld) -> None:
    world.push(SECOND)
    world.write(description="another", max_token_age="2h", audiences=[BRIDGE])
    assert world.verify(SECOND).key_id == "second"
    for anchors in (
        {"tenant": "globex"},
        {"issuer": "https://other.example.com"},
        {"keys": {"pushed": True, "jwks": jwks(THIRD)}},
        {"keys": {"pushed": True}},
    ):
        world.write(**anchors)
        with pytest.raises((InvalidRequest, TemporarilyUnavailable)):
            world.verify(SECOND)
        assert world.push(SECOND, by=SECOND).status == 401
        world.write()
        assert world.verify(SECOND).key_id == "second"


def test_B13_push_a_document_that_was_deleted_takes_its_keys_along(world: PushWorld) -> None:
    world.push(SECOND)
    world.trust.delete(DocumentRef(Kind.ISSUER, ID), 1)
    world.write()
    unknown_key(world, SECOND)
    assert world.verify(FIRST).key_id == "first"
    assert world.push(FIRST, SECOND, by=SECOND).status == 401


def test_B13_push_keys_that_were_dropped_end_within_ten_minutes_everywhere(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    world.push(SECOND)
    assert world.at(FRESH - 1).verify(FIRST, warm).key_id == "first"
    world.at(1)
    with pytest.raises(InvalidRequest, match="unknown_key"):
        world.verify(FIRST, warm)


def test_B13_push_and_at_once_where_the_document_is_written_again(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    world.push(SECOND)
    world.write(description="evict")
    with pytest.raises(InvalidRequest, match="unknown_key"):
        world.verify(FIRST, warm)


def test_B1_push_a_new_key_is_looked_for_soon_and_not_for_every_token(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    loads = world.pushed.loads
    world.push(FIRST, SECOND)
    loads = world.pushed.loads
    for _ in range(50):
        with pytest.raises(InvalidRequest, match="unknown_key"):
            world.verify(SECOND, warm)
    assert world.pushed.loads == loads
    assert world.at(COOL_DOWN_WITHOUT_KEYS).verify(SECOND, warm).key_id == "second"


def test_fault_F17_push_while_the_store_is_down_known_keys_hold(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    world.pushed.failing = True
    assert world.at(MAX_STALE).verify(FIRST, warm).keys_stale is True
    world.at(1)
    with pytest.raises(TemporarilyUnavailable, match="issuer_keys_unavailable"):
        world.verify(FIRST, warm)
    assert world.web.fetched == []


def test_fault_F18_push_altered_keys_are_none_and_an_admin_mends_them(world: PushWorld) -> None:
    world.push(SECOND)
    world.pushed.kept[ID] = KeptKeys(None, "altered")
    assert world.verify(FIRST).key_id == "first"
    assert world.admin_push(THIRD).status == 204
    assert world.verify(THIRD).key_id == "third"


def test_fault_F18_push_nor_does_a_set_that_nobody_can_read_lock_an_admin_out(world: PushWorld) -> None:
    world.push(SECOND)
    keys = world.kept().keys
    assert keys is not None
    world.pushed.kept[ID] = KeptKeys(replace(keys, jwks="{"), "unreadable")
    with pytest.raises(TemporarilyUnavailable):
        world.verify(FIRST)
    assert world.push(FIRST).status == 401
    assert world.admin_push(THIRD).status == 204


# F19: all keys at once


def test_fault_F19_push_all_keys_at_once_are_accepted_and_reported(world: PushWorld) -> None:
    assert world.push(SECOND).status == 204
    assert world.alarms == [(ID, "a push replaced all keys at once")]


def test_fault_F19_push_but_not_twice_within_ten_minutes(world: PushWorld) -> None:
    world.push(SECOND)
    response = world.at(BETWEEN_REPLACEMENTS - 1).push(THIRD, by=SECOND)
    assert (response.status, reason(response)) == (429, "keys_replaced_too_often")
    assert response.headers["retry-after"] == "2"
    assert world.push(SECOND, THIRD, by=SECOND).status == 204
    assert world.push(FIRST, THIRD, by=SECOND).status == 204
    assert world.at(1).push(SECOND, by=THIRD).status == 204


def test_fault_F23_push_a_clock_that_was_set_back_keeps_nobody_waiting(world: PushWorld) -> None:
    world.push(SECOND)
    assert world.at(-1).push(THIRD, by=SECOND).status == 204


def test_fault_F19_push_an_admin_need_not_wait(world: PushWorld) -> None:
    world.push(SECOND)
    assert world.admin_push(THIRD).status == 204
    assert world.verify(THIRD).key_id == "third"


def test_fault_F19_push_stale_pushes_raise_the_metric_and_serve_on(world: PushWorld) -> None:
    world.push(FIRST, SECOND)
    month = 30 * 24 * 3600
    assert world.at(month).refresh().stale == ()
    assert world.at(1).refresh().stale == (ID,)
    assert world.verify(SECOND).key_id == "second"
    world.push(FIRST, SECOND)
    assert world.refresh().stale == ()


# Races and failures


class Raced(FakeIssuerKeys):
    """Between whoever looks and whoever writes, somebody else writes `rival`."""

    def __init__(self, rival: IssuerKeySet | None) -> None:
        super().__init__()
        self.rival = rival

    def save(self, keys: IssuerKeySet, tag: str) -> None:
        rival, self.rival = self.rival or keys, None
        super().save(rival, tag)
        raise VersionConflict(keys.issuer)


def raced(rival: IssuerKeySet | None) -> PushWorld:
    return PushWorld(pushed=Raced(rival))


def test_B13_push_whoever_was_quicker_is_not_overwritten() -> None:
    rival = IssuerKeySet(ID, "anchor of another push", "{}", NOW)
    world = raced(rival)
    response = world.push(FIRST, SECOND)
    assert (response.status, reason(response)) == (503, "trust_changed")
    assert world.kept().keys == rival
    assert list(world.ledger.discarded.values()) == ["trust_changed"]
    assert world.ledger.claims == {}


def test_fault_F8_push_whose_answer_was_lost_is_known_for_our_own() -> None:
    world = raced(None)
    assert world.push(FIRST, SECOND).status == 204
    assert world.verify(SECOND).key_id == "second"
    assert world.ledger.discarded == {}


def test_B13_push_a_document_that_changed_meanwhile_is_looked_at_again(world: PushWorld) -> None:
    stale = world.trust.issuer(str(CLUSTER["id"]))
    world.write(enabled=False)
    world.endpoint = replace(world.endpoint, push=replace(world.push_keys(), issuer=lambda _: stale))
    response = world.push(FIRST, SECOND)
    assert (response.status, reason(response)) == (503, "trust_changed")
    assert (world.pushed.kept, world.ledger.records) == ({}, {})


def test_O1_push_an_admins_token_is_as_good_as_the_key_set_is_now(world: PushWorld) -> None:
    """The key that signed it may have been revoked a moment ago."""
    keys, token = world.trust.load(), world.admin_token()
    assert keys is not None
    world.trust.save(KeySet((), keys.version + 1))
    remembered = Pushers(world.door(lambda: keys), PushTokens(BRIDGE, world.clock), world.admins_by)
    world.endpoint = replace(world.endpoint, push=replace(world.push_keys(), pushers=remembered))
    assert reason(world.send(BODY, token)) == "trust_changed"
    assert (world.forgotten, world.pushed.kept) == (MOVES, {})


def test_P1_push_without_a_record_nothing_is_trusted(world: PushWorld) -> None:
    world.ledger.failing = True
    response = world.push(FIRST, SECOND)
    assert (response.status, reason(response)) == (503, "audit_unavailable")
    assert world.pushed.kept == {}


def test_P1_push_a_refusal_that_cannot_be_recorded_is_none(world: PushWorld) -> None:
    world.log.failing = True
    assert reason(world.push(SECOND, by=STRANGER)) == "audit_unavailable"


def test_push_while_the_store_is_down_is_unavailable_for_every_id(world: PushWorld) -> None:
    world.pushed.failing = True
    for path in (PATH, "/issuers/nobody/keys"):
        assert reason(world.send(BODY, world.vouching(BODY), path)) == "store_unavailable"


# The record


def test_B_push_the_record_says_who_and_which_keys(world: PushWorld) -> None:
    world.push(FIRST, SECOND)
    (entry,) = world.ledger.records.values()
    expected = {
        "operation": "push_keys",
        "outcome": "keys_pushed",
        "issuer": ID,
        "issuer_version": 1,
        "pushed_by": "issuer",
        "token_jti": "push-1",
        "keys_replaced": False,
        "keys_dropped": [],
    }
    assert expected.items() <= entry.items()
    keys = entry["keys"]
    assert isinstance(keys, list)
    assert [key["kid"] for key in keys] == ["first", "second"]
    assert entry["keys_added"] == [keys[1]["thumbprint"]]
    assert entry["signed_by"] == keys[0]["thumbprint"]


def test_B_push_the_record_names_the_admin(world: PushWorld) -> None:
    fed = {"iss": "corp", "mapping": "admins@1", "actor": "helpers@1", "decision": "d"}
    world.admin_push(SECOND, claims={"jti": "token-of-an-admin", "act": {"sub": "agent/helper"}, "fed": fed})
    (entry,) = world.ledger.records.values()
    assert (entry["pushed_by"], entry["principal"], entry["token_jti"]) == ("admin", "admin/ops", "token-of-an-admin")
    assert entry["token_act"] == {"sub": "agent/helper"}
    assert entry["keys_replaced"] is True


def test_P3_push_neither_token_nor_private_key_is_ever_written(world: PushWorld) -> None:
    body = json.dumps(jwks(FIRST.jwk(d="canary-of-a-private-key"))).encode()
    tokens = [world.vouching(body), world.vouching(body, STRANGER), world.admin_token()]
    for token in tokens:
        assert "canary" not in world.send(body, token).body.decode()
    written = json.dumps([world.log.entries, list(world.ledger.records.values())])
    assert "canary" not in written
    assert not [part for token in tokens for part in token.split(".")[1:] if part in written]
