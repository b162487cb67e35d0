"""Documents over the admin API: read, written, deleted, each version by whoever had seen the one before."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.admin_world import AdminWorld, Reply, audience, issuer, mapping

ZONE = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}


def test_a_document_is_created_read_replaced_and_deleted() -> None:
    world = AdminWorld()
    created = world.put(ZONE)
    assert (created.status, created.headers["etag"]) == (201, '"1"')
    read = world.call("GET", "/zones/corp")
    assert (read.status, read.headers["etag"], read.members["document"]) == (200, '"1"', ZONE)
    replaced = world.put({**ZONE, "description": "new"}, read.headers["etag"])
    assert (replaced.status, replaced.headers["etag"]) == (200, '"2"')
    gone = world.call("DELETE", "/zones/corp", if_match='"2"')
    assert (gone.status, gone.body) == (204, b"")
    assert world.call("GET", "/zones/corp").status == 404


def test_what_get_shows_can_be_put_back() -> None:
    world = AdminWorld()
    world.put({**ZONE, "labels": {"team": "net"}})
    shown = world.call("GET", "/zones/corp")
    edited = {
        **shown.members,
        "document": {**shown.members["document"], "description": "new"},
        "reason": "say what for",
    }
    written = world.call("PUT", "/zones/corp", edited, if_match=shown.headers["etag"])
    assert (written.status, written.members["version"]) == (200, 2)
    now = world.call("GET", "/zones/corp").members
    assert (now["document"], now["updated"]["why"]) == (edited["document"], "say what for")


@pytest.mark.parametrize(
    "around", [{"version": 7}, {"version": "1"}, {"audience": "x"}, {"document": []}, {"document": None}]
)
def test_what_get_has_never_shown_cannot(around: dict[str, object]) -> None:
    world = AdminWorld()
    world.put(ZONE)
    shown = world.call("GET", "/zones/corp").members
    answer = world.call("PUT", "/zones/corp", {**shown, **around}, if_match='"1"')
    assert (answer.status, world.call("GET", "/zones/corp").headers["etag"]) == (422, '"1"')


@pytest.mark.parametrize("etag", ['"2"', '"0"', '"abc"', 'W/"1"', '""', '"1-gzip"'])
def test_an_etag_that_is_not_what_stands_there_is_a_failed_precondition(etag: str) -> None:
    world = AdminWorld()
    world.put(ZONE)
    answers = world.put({**ZONE, "description": "new"}, etag), world.call("DELETE", "/zones/corp", if_match=etag)
    assert [(answer.status, answer.code) for answer in answers] == [(412, "stale_version")] * 2
    assert world.call("GET", "/zones/corp").headers["etag"] == '"1"'


@pytest.mark.parametrize("header", ["1", "*", '"1", "2"', '"1', '" "'])
def test_a_precondition_that_is_none_is_malformed(header: str) -> None:
    world = AdminWorld()
    world.put(ZONE)
    answer = world.put({**ZONE, "description": "new"}, header)
    assert (answer.status, answer.code) == (400, "malformed_precondition")


def test_who_wrote_it_when_and_why_is_shown() -> None:
    world = AdminWorld()
    world.put({**ZONE, "reason": "the office moved"}, who="bob")
    updated = world.call("GET", "/zones/corp").members["updated"]
    assert (updated["who"], updated["why"], updated["tenant"]) == ("admin/bob", "the office moved", None)
    assert updated["when"] == "2027-01-15T08:00:00+00:00"
    assert updated["request"].startswith("c-")


def test_what_reads_the_same_is_no_new_version() -> None:
    world = AdminWorld()
    world.put(ZONE)
    assert world.put(ZONE, '"1"').headers["etag"] == '"1"'


@pytest.mark.parametrize("kind", ["issuers", "mappings", "audiences", "clients", "policies", "zones"])
def test_every_kind_is_listed(kind: str) -> None:
    answer = AdminWorld().call("GET", f"/{kind}")
    assert (answer.status, set(answer.members)) == (200, {"items", "next"})


def test_a_list_is_paged_by_a_cursor_until_there_is_none() -> None:
    world = AdminWorld()
    for number in range(7):
        world.store(mapping(f"m{number}"))
    found, query = [], "limit=3"
    while query:
        page = world.call("GET", "/mappings", query=query).members
        found += [item["document"]["id"] for item in page["items"]]
        query = f"limit=3&cursor={page['next']}" if page["next"] else ""
    assert found == sorted({"alice", "bob", "tina", *(f"m{number}" for number in range(7))})


def test_a_page_that_ends_with_the_list_says_so() -> None:
    world = AdminWorld()
    assert world.call("GET", "/mappings", query="limit=3").members["next"] is None


def test_a_document_must_be_what_the_path_says() -> None:
    world = AdminWorld()
    wrong_id = world.call("PUT", "/zones/other", ZONE, if_none_match="*")
    assert (wrong_id.status, wrong_id.pointers) == (422, ["/id"])
    wrong_kind = world.call("PUT", "/policies/corp", ZONE, if_none_match="*")
    assert (wrong_kind.status, wrong_kind.pointers) == (422, ["/kind"])


def test_every_problem_is_told_with_its_place_and_what_to_do() -> None:
    world = AdminWorld()
    answer = world.put(mapping("new", "korp", principal="{sub}", atributes={}))
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status, answer.code) == (422, "invalid_document")
    assert {"/principal", "/atributes"} <= set(answer.pointers)
    near = world.put(mapping("new", "corpp"))
    assert near.pointers == ["/issuer"]
    assert near.members["errors"][0]["hint"] == "did you mean corp?"


def test_a_document_is_checked_beside_what_is_stored() -> None:
    world = AdminWorld()
    same = world.put(mapping("twin", match={"sub": "alice"}))
    assert (same.status, same.pointers) == (422, ["/match"])
    twin = world.put(issuer("twin", issuer="https://corp.example.com"))
    assert (twin.status, twin.pointers) == (422, ["/issuer"])
    beyond = world.put(mapping("new", grants=[{"audience": "risk-engine", "scopes": ["risk:delete"]}]))
    assert (beyond.status, beyond.pointers) == (422, ["/grants/0/scopes"])
    good = world.put(mapping("new"))
    assert good.status == 201


def test_an_issuer_does_not_become_another_under_mappings_that_nobody_looks_at() -> None:
    world = AdminWorld()
    world.put(audience("other"))
    answer = world.put(issuer("acme", issuer="https://else.example.com", tenant="acme"), '"1"')
    assert (answer.status, answer.pointers) == (422, ["/issuer"])
    assert world.put(issuer("acme", max_token_age="30m", tenant="acme"), '"1"').status == 200


def test_a_warning_is_shown_beside_what_was_written() -> None:
    world = AdminWorld()
    answer = world.put(mapping("many", match={"sub": "*"}, dangerous=True))
    assert (answer.status, answer.members["pending"]) == (201, True)
    assert answer.members["warnings"][0]["pointer"] == "/dangerous"


def test_fifty_editors_of_one_document_leave_a_linear_history() -> None:
    """Invariant 23 through the API: every success is one version, every other is a 412."""
    world = AdminWorld()
    world.put(ZONE)

    def edit(number: int) -> int:
        while True:
            etag = world.call("GET", "/zones/corp").headers["etag"]
            answer = world.put({**ZONE, "description": str(number)}, etag)
            if answer.status == 200:
                return int(answer.headers["etag"].strip('"'))
            assert answer.status == 412

    with ThreadPoolExecutor(20) as editors:
        list(editors.map(edit, range(50)))
    versions = world.call("GET", "/history/zones/corp", query="limit=200").members["items"]
    assert [one["version"] for one in versions] == list(range(51, 0, -1))
    assert sorted(one["document"].get("description", "") for one in versions) == sorted(["", *map(str, range(50))])


def searched(world: AdminWorld, url: str, who: str = "alice") -> Reply:
    path, _, query = url.partition("?")
    return world.call("GET", path, who=who, query=query)


def found(world: AdminWorld, path: str, who: str = "alice") -> list[str]:
    """Ids, through all pages."""
    ids, cursor = list[str](), ""
    while True:
        page = searched(world, f"{path}{cursor}", who).members
        ids += [one["document"]["id"] for one in page["items"]]
        if page["next"] is None:
            return sorted(ids)
        cursor = f"&cursor={page['next']}"


def test_documents_are_found_by_tenant_and_by_what_they_say() -> None:
    world = AdminWorld()
    for name in ("office-a", "office-b", "elsewhere"):
        world.put({**ZONE, "id": name, "labels": {"team": f"Net-{name}"}})
    assert found(world, "/mappings?tenant=acme") == ["tina"]  # by its issuer: a mapping names no tenant
    assert found(world, "/issuers?tenant=acme") == ["acme"]
    assert found(world, "/zones?search=net-OFFICE") == ["office-a", "office-b"]
    assert found(world, "/zones?search=office&limit=1") == ["office-a", "office-b"]
    assert found(world, "/zones?tenant=acme&search=office") == []


def test_searching_finds_nothing_of_another_tenant() -> None:
    world = AdminWorld()
    world.store(issuer("rival", tenant="rival"))
    for search in ("search=rival", "tenant=rival"):
        assert found(world, f"/issuers?{search}") == ["rival"]
        assert found(world, f"/issuers?{search}", who="tina") == []


def test_a_cursor_goes_on_with_the_search_that_it_was_made_for() -> None:
    world = AdminWorld()
    for name in ("a1", "a2"):
        world.put({**ZONE, "id": name})
    cursor = searched(world, "/zones?search=a&limit=1").members["next"]
    for other in ("/zones?search=1&limit=1", "/zones?limit=1", "/zones?tenant=a&limit=1"):
        assert searched(world, f"{other}&cursor={cursor}").code == "bad_cursor"
