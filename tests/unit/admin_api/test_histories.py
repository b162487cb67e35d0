"""History over the admin API: every version with its diff, and the way back."""

from federation.model.trust import DocumentRef, Kind
from tests.support.admin_world import AdminWorld, audience, issuer, mapping

PATH = "/history/audiences/risk-engine"


def edited() -> AdminWorld:
    """A world in which bob has edited an audience, and alice deleted it."""
    world = AdminWorld()
    world.put({**audience(max_ttl="2m"), "reason": "shorter"}, '"1"', who="bob")
    world.call("DELETE", "/audiences/risk-engine", if_match='"2"', query="reason=gone+for+good")
    return world


def test_every_version_is_listed_with_who_when_why_and_what_changed() -> None:
    deleted, shorter, first = edited().call("GET", PATH).members["items"]
    assert (deleted["version"], deleted["deleted"], deleted["document"]) == (3, True, None)
    assert (deleted["changed"]["who"], deleted["changed"]["why"]) == ("admin/alice", "gone for good")
    assert (shorter["changed"]["who"], shorter["changed"]["why"]) == ("admin/bob", "shorter")
    assert shorter["diff"] == [{"path": "/max_ttl", "before": "5m", "after": "2m"}]
    assert {"path": "/kind", "after": "Audience"} in first["diff"]


def test_a_kind_is_named_as_in_its_own_path_or_as_documents_say_it() -> None:
    world, by_kind = edited(), "/history/Audience/risk-engine"
    assert world.call("GET", by_kind).members == world.call("GET", PATH).members
    assert world.call("POST", f"{by_kind}/restore", {"version": 1}, if_none_match="*").members["version"] == 4
    world.put(mapping("many", match={"sub": "*"}, dangerous=True))
    body = {"version": 1, "reason": "all of them are meant"}
    assert world.call("POST", "/Mapping/many/confirm", body, who="bob").status == 200


def test_it_is_read_in_pages_and_the_last_of_each_has_its_predecessor() -> None:
    world = edited()
    first = world.call("GET", PATH, query="limit=2").members
    assert [one["version"] for one in first["items"]] == [3, 2]
    assert first["items"][1]["diff"] == [{"path": "/max_ttl", "before": "5m", "after": "2m"}]
    second = world.call("GET", PATH, query=f"limit=2&cursor={first['next']}").members
    assert ([one["version"] for one in second["items"]], second["next"]) == ([1], None)


def test_a_version_that_is_restored_is_a_new_one() -> None:
    world = edited()
    answer = world.call("POST", f"{PATH}/restore", {"version": 1, "reason": "a mistake"}, if_none_match="*")
    assert (answer.status, answer.members["version"], answer.headers["etag"]) == (200, 4, '"4"')
    assert answer.members["document"]["max_ttl"] == "5m"
    assert world.call("GET", PATH).members["items"][0]["changed"]["why"] == "a mistake"


def test_what_is_restored_replaces_only_what_was_seen() -> None:
    world = AdminWorld()
    world.put(audience(max_ttl="2m"), '"1"')
    body = {"version": 1}
    assert world.call("POST", f"{PATH}/restore", body).status == 428
    assert world.call("POST", f"{PATH}/restore", body, if_match='"1"').status == 412
    assert world.call("POST", f"{PATH}/restore", body, if_none_match="*").status == 412
    assert world.call("POST", f"{PATH}/restore", body, if_match='"2"').status == 200


def test_what_is_restored_is_checked_as_if_it_were_written() -> None:
    world = AdminWorld()
    world.store(issuer("partner"))
    world.store(mapping("sync", "partner"))
    world.call("DELETE", "/mappings/sync", if_match='"1"')
    world.call("DELETE", "/issuers/partner", if_match='"1"')
    answer = world.call("POST", "/history/mappings/sync/restore", {"version": 1}, if_none_match="*")
    assert (answer.status, answer.pointers) == (422, ["/issuer"])


def test_no_version_and_a_deletion_cannot_be_restored() -> None:
    world = edited()
    assert world.call("POST", f"{PATH}/restore", {"version": 9}, if_none_match="*").status == 422
    assert world.call("POST", f"{PATH}/restore", {"version": 3}, if_none_match="*").status == 422
    assert world.call("POST", "/history/zones/none/restore", {"version": 1}, if_none_match="*").status == 404
    assert world.call("GET", "/history/zones/none").status == 404


def test_a_dangerous_document_is_confirmed_by_another_admin_over_the_api() -> None:
    world = AdminWorld()
    world.put(mapping("many", match={"sub": "*"}, dangerous=True))
    body = {"version": 1, "reason": "all of them are meant"}
    own = world.call("POST", "/mappings/many/confirm", body)
    assert (own.status, own.code) == (403, "own_document")
    confirmed = world.call("POST", "/mappings/many/confirm", body, who="bob")
    assert (confirmed.status, confirmed.members["pending"], confirmed.headers["etag"]) == (200, False, '"2"')
    assert world.call("POST", "/mappings/many/confirm", body, who="bob").status == 409
    assert world.call("POST", "/mappings/many/confirm", {"version": 2}, who="bob").status == 422
    assert world.call("POST", "/zones/none/confirm", body).status == 404
    assert world.trust.patterns("corp")[0].id == "many"


def test_a_restored_dangerous_document_waits_again() -> None:
    world = AdminWorld()
    world.put(mapping("many", match={"sub": "*"}, dangerous=True))
    world.call("POST", "/mappings/many/confirm", {"version": 1, "reason": "yes"}, who="bob")
    world.put(mapping("many"), '"2"')
    answer = world.call("POST", "/history/mappings/many/restore", {"version": 2}, if_match='"3"')
    assert answer.members["pending"] is True
    stored = world.trust.get(DocumentRef(Kind.MAPPING, "many"))
    assert stored
    assert "confirmation" not in stored.body
