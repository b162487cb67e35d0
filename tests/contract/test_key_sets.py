"""KeySets: our signing keys' life."""

import pytest
from msgspec.structs import replace

from federation.model.keys import KeyChange, KeySet, SigningKey
from federation.model.trust import DocumentRef, Kind
from federation.ports import VersionConflict
from tests.support.contract import Trust

NOW = 1_800_000_000
KEYS = KeySet(version=1).adding(
    SigningKey("k1", "RS256", "key-1", {"kty": "RSA", "kid": "k1", "n": "AQAB", "e": "AQAB"})
)


def test_there_are_no_keys_before_the_first_are_saved(trust: Trust) -> None:
    assert trust.key_sets.load() is None


def test_keys_come_back_as_they_were_saved(trust: Trust) -> None:
    trust.key_sets.save(KEYS)
    assert trust.key_sets.load() == KEYS
    active = replace(KEYS.activating("k1", NOW, NOW).with_published(["k1"], NOW), version=2)
    trust.key_sets.save(active)
    assert trust.key_sets.load() == active


def test_so_do_those_that_left_and_who_did_it(trust: Trust) -> None:
    change = KeyChange("order-1", "revoke", "k1", "admin/ada", "leaked", NOW, active="k2", unseen=True)
    second = replace(KEYS.keys[0], kid="k2", kms_key="key-2")
    moved = KEYS.adding(second).activating("k1", NOW, NOW).revoking("k1", "RS256", NOW).rejecting("key-3", NOW)
    kept = replace(moved.changed_by(change).disposing("key-3"), published="digest")
    trust.key_sets.save(kept)
    assert trust.key_sets.load() == kept


@pytest.mark.parametrize("version", [0, 1, 3])
def test_of_two_who_rotate_at_once_one_wins(trust: Trust, version: int) -> None:
    """ATTACKS R4."""
    trust.key_sets.save(KEYS)
    with pytest.raises(VersionConflict):
        trust.key_sets.save(replace(KEYS, version=version))


def test_the_keys_have_a_version_that_a_commit_can_check(trust: Trust) -> None:
    signing = DocumentRef(Kind.KEY_SET, "signing")
    trust.key_sets.save(KEYS)
    assert trust.versions(signing) == {signing: 1}
