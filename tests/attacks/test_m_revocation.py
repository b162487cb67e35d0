"""Rows M3 to M12 at the endpoints: what is revoked is worth nothing, wherever it is shown."""

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from federation.model.json import Json
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING
from federation.model.trust import DocumentRef, Kind
from tests.support.issued_world import (
    API,
    BRIDGE,
    GATEWAY,
    JWT,
    LEDGER,
    NOW,
    STRANGER,
    USUAL,
    IssuedWorld,
    body,
    claims_of,
    issued_to,
    made_from,
    reason,
)
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

INACTIVE = b'{"active":false}'


@pytest.fixture
def world() -> IssuedWorld:
    return IssuedWorld()


def revoke(world: IssuedWorld, what: RevocationTarget, value: str, at: int = NOW, tenant: str | None = None) -> None:
    key = RevocationKey(what, value, tenant)
    world.state.revoke(Revocation(key, at, NOW + 90_000, "admin/eve"))


def test_M3_a_cold_process_knows_of_a_revocation_at_once(world: IssuedWorld) -> None:
    token = world.token()
    assert world.active(token)
    assert world.revoke(token).status == 200
    world.restart()
    assert world.introspect(token).body == INACTIVE


def test_M3_every_answer_rests_on_one_strongly_consistent_read(world: IssuedWorld) -> None:
    token = world.token()
    before = world.state.reads
    assert world.active(token)
    assert world.state.reads == before + 1
    asked = world.state.questions[-1].revocations
    assert {RevocationKey(RevocationTarget.TXN, "txn-1"), EVERYTHING} < asked


@pytest.mark.parametrize("revoked", ["root", "middle"])
def test_M5_revoking_any_link_kills_every_descendant(world: IssuedWorld, revoked: str) -> None:
    tokens = {"root": world.token(jti="root"), "middle": world.token(made_from("root"), "middle")}
    leaf, other = world.token(made_from("root", "middle"), "leaf"), world.token(jti="other")
    assert world.active(leaf)
    world.revoke(tokens[revoked])
    assert not world.active(leaf)
    assert world.active(tokens["root"]) is (revoked == "middle")
    assert world.active(other)


def test_M5_a_whole_chain_dies_whatever_it_still_grows(world: IssuedWorld) -> None:
    revoke(world, RevocationTarget.TXN, "txn-1")
    assert not world.active(world.token(made_from("root", issued_at=NOW + 1)))


def test_M6_another_clients_token_is_not_revoked(world: IssuedWorld) -> None:
    token = world.token(issued_to(GATEWAY))
    answer = world.revoke(token, by=API)
    assert (answer.status, body(answer)["error"]) == (400, "unauthorized_client")
    assert reason(answer) == "token_of_another_client"
    assert world.active(token)


def test_M6_a_clients_token_is_not_revoked_by_whoever_found_it(world: IssuedWorld) -> None:
    token = world.token(issued_to(GATEWAY))
    answer = world.revoke(token)
    assert (answer.status, body(answer)["error"]) == (401, "invalid_client")
    assert world.active(token)


def test_M6_a_client_does_not_revoke_the_token_of_somebody_who_is_not_registered(world: IssuedWorld) -> None:
    token = world.token()
    assert world.revoke(token, by=GATEWAY).status == 400
    assert world.active(token)


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_M6_a_wrong_hint_changes_nothing(world: IssuedWorld, hint: str) -> None:
    token = world.token(issued_to(GATEWAY))
    assert world.revoke(token, by=GATEWAY, token_type_hint=hint).status == 200
    assert not world.active(token)


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "x" * 44, signed({"alg": "RS256"}, {"sub": "x"}, rsa_key())])
@pytest.mark.parametrize("by", [None, GATEWAY])
def test_M6_a_token_that_is_worth_nothing_is_no_error(world: IssuedWorld, token: str, by: str | None) -> None:
    answer = world.revoke(token, by)
    assert (answer.status, answer.body) == (200, b"")
    assert not world.state.revoked


def test_M6_without_a_token_the_request_is_invalid(world: IssuedWorld) -> None:
    answer = world.revoke(None)
    assert (answer.status, body(answer)["error"], reason(answer)) == (400, "invalid_request", "missing_token")


@pytest.mark.parametrize("accept", ["", JWT])
def test_M7_whoever_does_not_authenticate_is_told_nothing(world: IssuedWorld, accept: str) -> None:
    answer = world.introspect(world.token(), by=None, accept=accept)
    assert (answer.status, body(answer)["error"]) == (401, "invalid_client")
    assert [entry["reason"] for entry in world.log.entries] == ["client_required"]


def test_M7_a_resource_server_outside_aud_is_told_nothing(world: IssuedWorld) -> None:
    for token in (world.token(), world.opaque()):
        assert world.introspect(token, by=STRANGER).body == INACTIVE


def test_M7_nor_is_it_in_the_signed_form(world: IssuedWorld) -> None:
    answer = world.introspect(world.token(), by=STRANGER, accept=JWT)
    claims = claims_of(answer.body.decode())
    assert claims == {"iss": BRIDGE, "aud": STRANGER, "iat": NOW, "token_introspection": {"active": False}}


def test_M7_a_resource_server_that_was_taken_off_the_list_is_told_nothing_at_once(world: IssuedWorld) -> None:
    token = world.token()
    assert world.active(token)
    world.write_audience("risk-engine", introspection=[STRANGER])
    assert world.introspect(token).body == INACTIVE
    assert world.active(token, by=STRANGER)


def test_M7_an_audience_that_is_disabled_lets_nobody_know(world: IssuedWorld) -> None:
    token = world.token()
    world.write_audience("risk-engine", introspection=[API], enabled=False)
    assert world.introspect(token).body == INACTIVE


ACTED = made_from(
    provenance=replace(USUAL.provenance, actor="agent@1", actor_issuer="agents"), act={"sub": "agent/planner"}
)
BEHIND: dict[str, Callable[..., None]] = {
    "its issuer": lambda world, **changes: world.write_issuer("acme", tenant="acme", **changes),
    "its mapping": lambda world, **changes: world.write_mapping("acme-sync", "acme", **changes),
    "its actor's issuer": lambda world, **changes: world.write_issuer("agents", **changes),
    "its actor's mapping": lambda world, **changes: world.write_mapping("agent", "agents", **changes),
    "its client": lambda world, **changes: world.write_client(GATEWAY, **changes),
}


@pytest.mark.parametrize("write", BEHIND.values(), ids=BEHIND)
def test_M5_what_is_disabled_vouches_for_no_token_from_that_moment_on(
    world: IssuedWorld, write: Callable[..., None]
) -> None:
    tokens = [world.token(issued_to(GATEWAY, ACTED)), world.opaque(issued_to(GATEWAY, ACTED))]
    assert all(map(world.active, tokens))
    write(world, enabled=False)
    assert [world.introspect(token).body for token in tokens] == [INACTIVE] * 2
    write(world, enabled=True)
    world.restart()
    assert all(map(world.active, tokens))


@pytest.mark.parametrize(
    "ref",
    [DocumentRef(Kind.MAPPING, "acme-sync"), DocumentRef(Kind.MAPPING, "agent"), DocumentRef(Kind.CLIENT, GATEWAY)],
)
def test_M5_an_id_that_was_deleted_and_written_anew_revives_no_token(world: IssuedWorld, ref: DocumentRef) -> None:
    token = world.token(issued_to(GATEWAY, ACTED))
    assert world.active(token)
    world.trust.delete(ref, 1)
    assert not world.active(token)
    for write in BEHIND.values():
        write(world)
    assert not world.active(token)
    world.restart()
    assert not world.active(token)


def test_M5_all_of_that_is_asked_for_in_the_one_read(world: IssuedWorld) -> None:
    token = world.token(issued_to(GATEWAY, ACTED))
    before = world.state.reads
    assert world.active(token)
    assert world.state.reads == before + 1
    named = {f"{ref.kind} {ref.id}" for ref in world.state.questions[-1].documents}
    assert named == {
        "Audience risk-engine",
        *(f"Client {id_}" for id_ in (API, GATEWAY)),
        *("Issuer acme", "Mapping acme-sync", "Issuer agents", "Mapping agent"),
        "KeySet signing",
    }


def _expired(world: IssuedWorld) -> str:
    return world.token(made_from(issued_at=NOW - 400, expires_at=NOW))


def _foreign(_: IssuedWorld) -> str:
    claims: dict[str, Json] = {"iss": "https://idp.example.com", "sub": "x", "aud": BRIDGE, "exp": NOW + 60}
    return signed({"alg": "RS256", "kid": rsa_key().kid, "typ": "at+jwt"}, claims, rsa_key())


@pytest.mark.parametrize("accept", ["", JWT])
@pytest.mark.parametrize("make", [_expired, _foreign, lambda _: "no-token", lambda _: "a.b.c", lambda _: "x" * 44])
def test_M8_what_is_no_good_token_of_ours_is_inactive_and_nothing_more(
    world: IssuedWorld, make: object, accept: str
) -> None:
    assert callable(make)
    answer = world.introspect(make(world), accept=accept)
    told = claims_of(answer.body.decode())["token_introspection"] if accept else json.loads(answer.body)
    assert (answer.status, told) == (200, {"active": False})
    assert not world.log.entries


def test_M8_an_answer_to_an_introspection_is_no_token(world: IssuedWorld) -> None:
    answer = world.introspect(world.token(), accept=JWT).body.decode()
    assert world.introspect(answer).body == INACTIVE


def test_M9_of_several_revocations_the_strictest_wins(world: IssuedWorld) -> None:
    revoke(world, RevocationTarget.ALL, "", NOW - 30)
    revoke(world, RevocationTarget.ISSUER, "acme", NOW - 10)
    revoke(world, RevocationTarget.CLIENT, USUAL.client_id, NOW - 20)
    assert not world.active(world.token(made_from(issued_at=NOW - 10)))
    assert world.active(world.token(made_from(issued_at=NOW - 9)))


def test_M9_a_later_revocation_is_not_taken_back_by_an_earlier_one(world: IssuedWorld) -> None:
    revoke(world, RevocationTarget.ISSUER, "acme", NOW)
    revoke(world, RevocationTarget.ISSUER, "acme", NOW - 100)
    assert not world.active(world.token())


@pytest.mark.parametrize(
    ("what", "value", "tenant", "hit"),
    [
        (RevocationTarget.PRINCIPAL, "partner/acme/sync", None, True),
        (RevocationTarget.PRINCIPAL, "partner/acme/sync", "acme", True),
        (RevocationTarget.PRINCIPAL, "partner/acme/sync", "other", False),
        (RevocationTarget.MAPPING, "acme-sync", None, True),
        (RevocationTarget.MAPPING, "acme", None, False),
        (RevocationTarget.CLIENT, "partner/acme/sync", None, True),
    ],
)
def test_M9_what_is_revoked_is_what_is_named(
    world: IssuedWorld, what: RevocationTarget, value: str, tenant: str | None, hit: bool
) -> None:
    revoke(world, what, value, tenant=tenant)
    assert world.active(world.token()) is not hit


def test_M10_a_restart_forgets_no_revocation(world: IssuedWorld) -> None:
    revoke(world, RevocationTarget.ALL, "")
    for _ in range(2):
        world.restart()
        assert not world.active(world.token())


def test_M11_what_the_store_has_not_deleted_yet_is_ignored_when_it_has_expired(world: IssuedWorld) -> None:
    opaque = world.opaque()
    world.clock.at = USUAL.expires_at
    assert world.introspect(opaque).body == INACTIVE


@pytest.mark.parametrize("accept", ["", JWT])
def test_M12_while_the_store_is_down_nothing_is_active(world: IssuedWorld, accept: str) -> None:
    tokens = [world.token(), world.opaque()]
    world.state.failing = True
    for token in tokens:
        answer = world.introspect(token, accept=accept)
        assert (answer.status, body(answer)["error"]) == (503, "temporarily_unavailable")
        assert "retry-after" in answer.headers


def test_M12_a_revocation_that_cannot_be_written_is_not_promised(world: IssuedWorld) -> None:
    token = world.token(jti="kept")
    world.state.failing = True
    assert world.revoke(token).status == 503
    world.state.failing = False
    assert list(world.ledger.discarded.values()) == ["store_unavailable"]
    assert world.active(token)


def test_a_token_for_two_audiences_is_told_to_the_resource_servers_of_both(world: IssuedWorld) -> None:
    token = world.token(made_from(audiences=("risk-engine", LEDGER)))
    assert world.active(token)
