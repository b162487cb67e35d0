"""Q2: an admin who asks without end is told when to come back, and nobody else notices."""

from federation.model.trust import RateLimit
from tests.support.admin_world import ADDRESS_RATE, AdminWorld, admin_mapping, issuer

FEW, MORE = RateLimit(per_second=1, burst=5), RateLimit(per_second=1, burst=8)


def statuses(world: AdminWorld, who: str, times: int, token: str = "") -> list[int]:
    return [world.call("GET", "/zones", who=who, token=token or world.token(who)).status for _ in range(times)]


def token(world: AdminWorld, who: str, tenant: str) -> str:
    fed = {"iss": tenant, "mapping": f"{who}@1", "decision": "d"}
    return world.token(who, tenant=tenant, scope="trust:read", fed=fed)


def test_Q2_a_principal_is_told_when_to_come_back_and_another_is_let_in() -> None:
    world = AdminWorld(rates=(FEW, ADDRESS_RATE))
    assert statuses(world, "alice", 5) == [200] * 5
    refused = world.call("GET", "/zones")
    assert (refused.status, refused.code, int(refused.headers["retry-after"]) >= 1) == (429, "rate_limited", True)
    assert world.call("POST", "/apply", {"documents": []}).status == 429
    assert statuses(world, "bob", 1) == statuses(world, "tina", 1) == [200]
    world.clock.advance(2)
    assert statuses(world, "alice", 1) == [200]


def test_Q2_all_admins_of_a_tenant_have_one_limit_and_no_other_tenant_shares_it() -> None:
    world = AdminWorld(rates=(FEW, MORE))
    world.store(admin_mapping("tom", "acme", ("trust:read",)))
    world.store(issuer("globex", tenant="globex"))
    world.store(admin_mapping("gina", "globex", ("trust:read",)))
    tom, gina = token(world, "tom", "acme"), token(world, "gina", "globex")
    assert statuses(world, "tina", 5) == [200] * 5
    assert statuses(world, "tom", 4, tom) == [200] * 3 + [429]
    assert statuses(world, "gina", 1, gina) == statuses(world, "alice", 1) == [200]


def test_Q2_who_is_no_admin_takes_nothing_from_one() -> None:
    world = AdminWorld(rates=(FEW, FEW))
    stolen = world.token("alice")
    for _ in range(20):
        path = "/admin/v1/zones"
        refused = world.send("GET", path, b"", {"authorization": f"DPoP {stolen}"})
        assert refused.status == 401
    assert statuses(world, "alice", 5) == [200] * 5
