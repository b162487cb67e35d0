"""What is issued is never more than what it was made from (ATTACKS I).

I5 (foreign claims) stands in part in tests/unit/minting/test_minter.py, I8 (8 KiB) there altogether; I1 and I2 for
foreign tokens in tests/unit/policy/test_authorizer.py and tests/property/test_narrowing.py.
"""

from collections.abc import Iterator

import jwt
import pytest

from federation.model.json import Json
from federation.oauth.metadata import JWKS_PATH
from tests.support.delegation_world import Delegation, alice, claims_of, delegation, issuer_document, planner
from tests.support.exchange_world import BRIDGE, NOW, body, reason

CALENDAR: dict[str, Json] = {"kind": "Audience", "id": "calendar", "environment": "prod"}


@pytest.fixture
def world() -> Iterator[Delegation]:
    with delegation() as made:
        yield made


def refusal(world: Delegation, token: str, actor: str = "tool-1", **changes: Json) -> tuple[str, str]:
    """The error and the reason."""
    response = world.post(token, world.token(actor), **changes)
    return str(body(response).get("error")), reason(response)


def test_I1_a_scope_beyond_the_subject_token_is_refused_whole(world: Delegation) -> None:
    """The mapping grants cal:write and the audience has it; the token does not."""
    token = world.delegated("planner", scope="cal:read")
    for scope in ("cal:write", "cal:read cal:write"):
        assert refusal(world, token, scope=scope) == ("invalid_scope", "scope_not_granted")
    wider = world.delegated("planner", scope="cal:read cal:write")
    assert claims_of(world.exchange(wider, world.token("tool-1"), scope="cal:write"))["scope"] == "cal:write"


def test_I1_what_was_given_up_on_the_way_never_comes_back(world: Delegation) -> None:
    wide = world.delegated("planner", scope="cal:read cal:write")
    narrow = world.exchange(wide, world.token("tool-1"), scope="cal:read")
    assert refusal(world, narrow, "tool-2", scope="cal:write") == ("invalid_scope", "scope_not_granted")


def test_I1_an_omitted_scope_is_the_default_and_is_never_trimmed_to_fit(world: Delegation) -> None:
    token = world.delegated("planner", scope="cal:write")
    assert refusal(world, token) == ("invalid_scope", "scope_required")
    token = world.delegated("planner", scope="cal:read cal:write")
    assert claims_of(world.exchange(token, world.token("tool-1")))["scope"] == "cal:read"


def test_I1_a_scope_that_the_mapping_gave_up_is_gone_from_every_chain(world: Delegation) -> None:
    token = world.delegated("planner", scope="cal:read cal:write")
    world.write(alice(grants=[{"audience": "tools", "scopes": ["cal:read"]}]))
    assert refusal(world, token, scope="cal:write") == ("invalid_scope", "scope_not_granted")


def test_I1_a_scope_that_the_audience_gave_up_is_gone_from_every_chain(world: Delegation) -> None:
    token = world.delegated("planner", scope="cal:write")
    world.write({**CALENDAR, "scopes": ["cal:read"]})
    refused = refusal(world, token, audience="calendar", scope="cal:write")
    assert refused == ("invalid_scope", "scope_not_granted")


@pytest.mark.parametrize("scope", ["cal", "cal:*", "cal:", "CAL:READ", "cal:rea", "cal:read:x", "*"])
def test_I2_scopes_are_compared_whole(world: Delegation, scope: str) -> None:
    world.write({**CALENDAR, "scopes": ["cal:read", scope]})
    world.write(alice(grants=[{"audience": name, "scopes": ["cal:read", scope]} for name in ("tools", "calendar")]))
    token = world.delegated("planner", scope="cal:read")
    assert refusal(world, token, audience="calendar", scope=scope) == ("invalid_scope", "scope_not_granted")


@pytest.mark.parametrize(
    ("subject", "actor", "expected"), [(600, 600, 300), (120, 600, 120), (600, 90, 90), (45, 31, 31)]
)
def test_I3_a_token_outlives_neither_its_subject_nor_its_actor(
    world: Delegation, subject: int, actor: int, expected: int
) -> None:
    tokens = (world.token("alice", exp=NOW + subject), world.token("planner", exp=NOW + actor))
    claims = claims_of(world.exchange(*tokens))
    assert claims["exp"] - claims["iat"] == expected


@pytest.mark.parametrize("name", ["alice", "planner"])
def test_I3_under_30_seconds_nothing_is_issued(world: Delegation, name: str) -> None:
    tokens = [world.token(one, **({"exp": NOW + 29} if one == name else {})) for one in ("alice", "planner")]
    assert reason(world.post(*tokens)) == "token_expires_too_soon"


def test_I4_the_audience_needs_a_grant_in_the_root_mapping(world: Delegation) -> None:
    token = world.delegated("planner")
    for audience in ("mail", "nowhere", "bridge"):
        assert refusal(world, token, audience=audience) == ("invalid_target", "target_not_granted")
    assert claims_of(world.exchange(token, world.token("tool-1"), audience="calendar"))["aud"] == "calendar"


def test_I4_the_environment_never_changes(world: Delegation) -> None:
    token = world.delegated("planner")
    for audience in ("lab", "anywhere"):
        assert refusal(world, token, audience=audience) == ("invalid_target", "target_not_granted")
    for elsewhere in ("lab", "anywhere"):
        token = world.delegated("planner", audience=elsewhere)
        assert refusal(world, token, audience="calendar") == ("invalid_target", "target_not_granted")
        assert world.post(token, world.token("tool-1"), audience=elsewhere).status == 200


def test_I4_a_token_for_two_environments_at_once_reaches_neither_again(world: Delegation) -> None:
    token = world.delegated("planner", audience=["calendar", "lab"])
    assert "env" not in claims_of(token)
    for audience in ("calendar", "lab", ["calendar", "lab"]):
        assert refusal(world, token, audience=audience) == ("invalid_target", "target_not_granted")


def test_I4_another_tenants_audience_is_out_of_reach(world: Delegation) -> None:
    assert refusal(world, world.token("alice"), "planner", audience="globex-calendar")[0] == "invalid_target"
    token = world.delegated("planner")
    assert refusal(world, token, audience="globex-calendar") == ("invalid_target", "target_not_granted")


def test_I4_a_root_that_moved_to_another_tenant_vouches_for_nobody(world: Delegation) -> None:
    token = world.delegated("planner")
    world.write(issuer_document("people", tenant="globex"))
    assert refusal(world, token) == ("invalid_request", "no_mapping")
    assert refusal(world, token, audience="globex-calendar") == ("invalid_request", "no_mapping")
    world.write(issuer_document("people"))
    world.write({**alice(), "issuer": "agents"})
    assert refusal(world, token) == ("invalid_request", "no_mapping")


def test_I4_an_actor_that_moved_to_another_tenant_says_no_more_who_acts_next(world: Delegation) -> None:
    token = world.delegated("planner")
    world.world.write(issuer_document("agents", tenant="globex"))
    world.write(planner(may_act=["agent/*"]))
    assert refusal(world, token, "shared") == ("invalid_request", "no_mapping")
    world.world.write(issuer_document("agents"))
    world.write(planner(issuer="globex"))
    assert refusal(world, token) == ("invalid_request", "no_mapping")
    world.write(planner())
    assert world.post(token, world.token("tool-1")).status == 200


def test_I5_no_claim_of_a_foreign_subject_or_actor_takes_the_place_of_ours(world: Delegation) -> None:
    chosen: dict[str, Json] = {
        "client_id": "root",
        "scope": "cal:write",
        "tenant": "globex",
        "env": "dev",
        "txn": "theirs",
        "ctx": {"team": "root"},
        "fed": {"iss": "theirs", "mapping": "root@1", "actor": "root@1"},
        "roles": ["root"],
    }
    claims = claims_of(world.exchange(world.token("alice", **chosen), world.token("planner", **chosen)))
    assert claims.keys() == {
        "iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "txn", "fed", "tenant", "env", "ctx", "act",
        "status",
    }  # fmt: skip
    assert (claims["client_id"], claims["scope"], claims["txn"]) == ("agent/planner", "cal:read", "c-1")
    assert (claims["tenant"], claims["env"], claims["ctx"]) == ("acme", "prod", {"team": "sales"})
    assert claims["fed"].keys() == {"iss", "sub", "mapping", "decision", "actor", "actor_iss", "actor_sub"}


def test_I6_a_bound_token_never_becomes_an_unbound_one(world: Delegation) -> None:
    bound = world.token("alice", cnf={"jkt": "thumbprint"})
    assert reason(world.post(bound)) == "proof_required"
    assert reason(world.post(bound, world.token("planner"))) == "proof_required"


def test_I7_however_often_it_is_exchanged_a_chain_never_outlives_its_root(world: Delegation) -> None:
    root = world.delegated("planner")
    ends, token, number = claims_of(root)["exp"], root, 0
    while number < 3:
        number += 1
        world.world.clock.advance(60)
        now = int(world.world.clock.now())
        token = world.exchange(token, world.token(f"tool-{number}", iat=now, exp=now + 3000))
        assert claims_of(token)["exp"] <= ends
    world.world.clock.advance(120)
    for stale in (root, token):
        assert refusal(world, stale, "tool-4") == ("invalid_request", "token_expired")


def test_I7_there_is_no_skew_between_us_and_ourselves(world: Delegation) -> None:
    token = world.delegated("planner")
    world.world.clock.at = claims_of(token)["exp"]
    assert refusal(world, token) == ("invalid_request", "token_expired")


@pytest.mark.parametrize("token_type", ["access_token", "jwt"])
def test_I9_a_delegated_token_verifies_at_its_audience_and_nowhere_else(world: Delegation, token_type: str) -> None:
    requested = f"urn:ietf:params:oauth:token-type:{token_type}"
    token = world.exchange(world.token("alice"), world.token("planner"), requested_token_type=requested)
    key = jwt.PyJWKSet.from_json(world.world.publisher.documents[JWKS_PATH].body.decode()).keys[0]
    options = jwt.types.Options(verify_exp=False, verify_iat=False)
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    assert jwt.decode(token, key, ["RS256"], options, audience="tools", issuer=BRIDGE)["sub"] == "user/acme/alice"
    for elsewhere in ("calendar", "bridge", BRIDGE):
        with pytest.raises(jwt.InvalidAudienceError):
            jwt.decode(token, key, ["RS256"], options, audience=elsewhere, issuer=BRIDGE)
