import pytest

from federation.aws.key_sets import DocumentKeySets
from federation.model.json import JsonObject
from federation.model.keys import SIGNING_KEYS
from federation.oauth.errors import ServerError
from tests.support.fake_trust import FakeTrust

KEY: JsonObject = {"kid": "k", "algorithm": "RS256", "kms_key": "key-1", "jwk": {}, "state": "active"}


@pytest.mark.parametrize(
    "body",
    [{}, {"keys": None}, {"keys": [1]}, {"keys": [{}]}, {"keys": [{**KEY, "state": "x"}]}, {"keys": [{**KEY, "x": 1}]}],
)
def test_a_corrupt_key_set_is_never_guessed_at(body: JsonObject) -> None:
    trust = FakeTrust()
    trust.add(SIGNING_KEYS.kind, SIGNING_KEYS.id, body)
    with pytest.raises(ServerError):
        DocumentKeySets(trust).load()


def test_a_sound_one_is_read() -> None:
    trust = FakeTrust()
    trust.add(SIGNING_KEYS.kind, SIGNING_KEYS.id, {"keys": [KEY]})
    keys = DocumentKeySets(trust).load()
    assert keys is not None
    assert keys.active is not None
    assert (keys.active.kid, keys.version) == ("k", 1)
