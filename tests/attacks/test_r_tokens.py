"""Group R, as seen by whoever holds a token: what a rotation leaves alone, and what a revocation ends at once."""

from collections.abc import Iterator

import jwt
import pytest

from tests.support.delegation_world import Delegation, delegation
from tests.support.exchange_world import body, reason
from tests.support.issued_world import IssuedWorld
from tests.support.key_world import KeyWorld, life_of


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


@pytest.fixture
def issued() -> IssuedWorld:
    return IssuedWorld()


@pytest.fixture
def chain() -> Iterator[Delegation]:
    with delegation() as world:
        yield world


@pytest.fixture
def keys(chain: Delegation) -> KeyWorld:
    return life_of(chain.world)


def test_R3_a_token_of_a_retired_key_is_still_active(issued: IssuedWorld) -> None:
    keys = life_of(issued)
    token = issued.token()
    assert issued.active(token)
    keys.rotate()
    assert issued.active(token)
    issued.restart()
    assert issued.active(token)
    assert kid(issued.token()) != kid(token)


def test_R7_a_token_of_a_revoked_key_is_inactive_at_once_however_warm_the_function_is(issued: IssuedWorld) -> None:
    keys = life_of(issued)
    token = issued.token()
    assert issued.active(token)
    keys.revoke(kid(token))
    assert not issued.active(token)
    issued.restart()
    assert not issued.active(token)
    assert issued.active(issued.token())


def test_R7_status_lists_are_signed_anew_by_a_key_that_is_still_ours(issued: IssuedWorld) -> None:
    keys = life_of(issued)
    issued.status.run()
    lists = {path: document for path, document in issued.publisher.documents.items() if "status-list" in path}
    keys.revoke(keys.active.kid)
    issued.clock.advance(60)
    issued.status.run()
    issued.clock.advance(60)
    issued.status.run()
    for path in lists:
        assert kid(issued.publisher.documents[path].body.decode()) == keys.active.kid


def test_R3_a_token_of_a_retired_key_can_still_be_exchanged(chain: Delegation, keys: KeyWorld) -> None:
    old = chain.delegated("planner")
    keys.rotate()
    new = chain.exchange(old, chain.token("tool-1"), audience="calendar")
    assert (kid(new), kid(old)) == (keys.active.kid, keys.first)


def test_R7_a_token_of_a_revoked_key_is_worth_nothing_at_the_next_exchange(chain: Delegation, keys: KeyWorld) -> None:
    old = chain.delegated("planner")
    keys.revoke(kid(old))
    refused = chain.post(old, chain.token("tool-1"), audience="calendar")
    assert (refused.status, reason(refused)) == (400, "unknown_key")


def test_R7_nothing_leaves_that_a_revoked_key_has_signed_however_warm_the_function_is(
    chain: Delegation, keys: KeyWorld
) -> None:
    first = chain.exchange(chain.token("alice"))
    keys.revoke(kid(first))
    response = chain.post(chain.token("alice", jti="another"))
    assert response.status == 200
    assert kid(str(body(response)["access_token"])) == keys.active.kid != kid(first)


def test_4_every_token_is_signed_by_the_active_key_which_is_published(chain: Delegation, keys: KeyWorld) -> None:
    signed: list[str] = []
    for move in (lambda: None, keys.rotate, keys.seen, lambda: keys.revoke(keys.active.kid, "order-2"), keys.publish):
        move()
        signed.append(kid(chain.exchange(chain.token("alice", jti=f"j-{len(signed)}"))))
        assert signed[-1] == keys.active.kid
        assert signed[-1] in keys.jwks
    assert len(set(signed)) == 3
