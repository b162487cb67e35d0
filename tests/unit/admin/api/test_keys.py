"""Our signing keys, as admins see them."""

from dataclasses import replace

from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import KEY, NOW


def test_every_key_is_shown_with_where_it_stands_and_without_where_it_lies() -> None:
    world = ResourceWorld()
    keys = world.trust.load()
    assert keys is not None
    world.trust.save(replace(keys.with_published([KEY.kid], NOW), version=2))
    answer = world.call("GET", "/keys")
    shown = {"kid": KEY.kid, "state": "active", "algorithm": "RS256", "published_at": "2027-01-15T08:00:00+00:00"}
    assert answer.members == {"items": [shown], "version": 2}
    assert "key-1" not in answer.body.decode()
