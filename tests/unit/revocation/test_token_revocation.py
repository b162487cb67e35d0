import pytest

from federation.model.revocation import RevocationKey, RevocationTarget
from tests.support.issued_world import GATEWAY, NOW, IssuedWorld, body, issued_to, outcomes


@pytest.fixture
def world() -> IssuedWorld:
    return IssuedWorld()


def test_the_holder_of_a_token_may_revoke_it(world: IssuedWorld) -> None:
    for token in (world.token(), world.opaque()):
        assert world.revoke(token).status == 200
        assert not world.active(token)


def test_a_client_revokes_its_own_token(world: IssuedWorld) -> None:
    token = world.token(issued_to(GATEWAY), "leaf")
    answer = world.revoke(token, by=GATEWAY)
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (200, b"", "no-store")
    (revocation,) = world.state.revoked.values()
    assert (revocation.key, revocation.by) == (RevocationKey(RevocationTarget.JTI, "leaf"), GATEWAY)


def test_a_revocation_outlives_every_descendant(world: IssuedWorld) -> None:
    world.revoke(world.token())
    (revocation,) = world.state.revoked.values()
    assert revocation.expires_at == NOW + 300 + 3600


def test_to_revoke_again_is_no_error(world: IssuedWorld) -> None:
    token = world.token()
    assert [world.revoke(token).status for _ in range(2)] == [200, 200]
    assert len(world.state.revoked) == 1


def test_a_revocation_is_one_durable_line(world: IssuedWorld) -> None:
    world.revoke(world.token(issued_to(GATEWAY), "leaf"), by=GATEWAY)
    lines = [record for record in world.ledger.records.values() if record["outcome"] == "revoked"]
    (line,) = lines
    told = {name: line[name] for name in ("operation", "revoked", "revoked_value", "client_id", "parent_jti", "txn")}
    assert told == {
        "operation": "revoke",
        "revoked": "jti",
        "revoked_value": "leaf",
        "client_id": GATEWAY,
        "parent_jti": "leaf",
        "txn": "txn-1",
    }
    assert line["revoked_by"] == GATEWAY
    assert not world.log.entries


def test_without_a_record_nothing_is_revoked(world: IssuedWorld) -> None:
    token = world.token()
    world.ledger.failing = True
    answer = world.revoke(token)
    assert (answer.status, body(answer)["error"]) == (503, "temporarily_unavailable")
    assert not world.state.revoked


def test_a_refusal_is_one_line_of_the_log(world: IssuedWorld) -> None:
    world.revoke(world.token(issued_to(GATEWAY)), by="other-api")
    assert outcomes(world.log.entries) == ["deny"]
    assert outcomes(world.ledger.records.values()) == ["allow"]
