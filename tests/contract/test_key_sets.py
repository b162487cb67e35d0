"""KeySets: our signing keys' life."""

from dataclasses import replace

import pytest

from federation.model.keys import KeySet, SigningKey
from federation.model.trust import DocumentRef, Kind
from federation.ports import VersionConflict
from tests.support.contract import Trust

KEYS = KeySet(version=1).adding(
    SigningKey("k1", "RS256", "key-1", {"kty": "RSA", "kid": "k1", "n": "AQAB", "e": "AQAB"})
)


def test_there_are_no_keys_before_the_first_are_saved(trust: Trust) -> None:
    assert trust.key_sets.load() is None


def test_keys_come_back_as_they_were_saved(trust: Trust) -> None:
    trust.key_sets.save(KEYS)
    assert trust.key_sets.load() == KEYS
    active = replace(KEYS.activating("k1").with_published(1_800_000_000), version=2)
    trust.key_sets.save(active)
    assert trust.key_sets.load() == active


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
