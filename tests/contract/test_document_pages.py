"""DocumentPages: every document once, page by page, and what hangs together, however much there is."""

import pytest

from federation.aws.filing_writer import filing_writer
from federation.aws.service import DynamoDb
from federation.aws.trust_history import DynamoHistory
from federation.aws.trust_pages import DynamoTrustPages
from federation.model.confirmation import ADMIN_AUDIENCE, CONFIRMATION, TRUST_READ, TRUST_WRITE
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.ports import DocumentState, RevisionMoved
from tests.support.aws_calls import counted_calls, noted_calls
from tests.support.contract import Engine, Trust
from tests.support.trust_documents import ISSUER, SOMEBODY, issuer_ref, mapping_body, mapping_ref, write


def admin_body(*scopes: str, **changes: Json) -> JsonObject:
    return {**mapping_body(grants=[{"audience": ADMIN_AUDIENCE, "scopes": list(scopes)}]), **changes}


def listed(trust: Trust, kind: Kind, limit: int) -> list[list[str]]:
    pages: list[list[str]] = []
    after: str | None = None
    while page := trust.pages.page(kind, after, limit):
        pages.append([one.id for one in page])
        after = page[-1].id
    return pages


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_hold_every_document_once(trust: Trust, limit: int) -> None:
    for number in range(40):
        write(trust.writer, mapping_ref(f"m{number}"), mapping_body())
    pages = listed(trust, Kind.MAPPING, limit)
    assert sorted(id_ for page in pages for id_ in page) == sorted(f"m{number}" for number in range(40))
    assert all(len(page) == limit for page in pages[:-1])


def test_what_was_deleted_is_in_no_page(trust: Trust) -> None:
    for number in range(9):
        write(trust.writer, issuer_ref(f"i{number}"), ISSUER)
    for number in range(8):
        trust.writer.delete(issuer_ref(f"i{number}"), 1, SOMEBODY)
    assert listed(trust, Kind.ISSUER, 3) == [["i8"]]


def test_a_page_may_begin_behind_an_id_that_is_gone(trust: Trust) -> None:
    for name in ("a", "b", "c"):
        write(trust.writer, issuer_ref(name), ISSUER)
    trust.writer.delete(issuer_ref("b"), 1, SOMEBODY)
    assert [one.id for one in trust.pages.page(Kind.ISSUER, "b", 5)] == ["c"]


def test_what_a_tenant_has_is_one_read(trust: Trust) -> None:
    for number, tenant in enumerate(("acme", None, "acme", "globex")):
        write(trust.writer, issuer_ref(f"i{number}"), {**ISSUER, "tenant": tenant} if tenant else shared(ISSUER))
    write(trust.writer, issuer_ref("i4"), {**ISSUER, "tenant": "acme"})
    write(trust.writer, issuer_ref("i4"), {**ISSUER, "tenant": "globex"})
    trust.writer.delete(issuer_ref("i2"), 1, SOMEBODY)
    owned = {tenant: trust.pages.owned(Kind.ISSUER, tenant, None, 9) for tenant in ("acme", None, "globex", "x")}
    assert owned == {"acme": ("i0",), None: ("i1",), "globex": ("i3", "i4"), "x": ()}
    assert trust.pages.owned(Kind.ISSUER, "globex", "i3", 9) == ("i4",)
    assert trust.pages.owned(Kind.ISSUER, "globex", None, 1) == ("i3",)


def shared(body: JsonObject) -> JsonObject:
    return {name: value for name, value in body.items() if name != "tenant"}


def test_documents_come_with_their_version_and_who_wrote_them(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme"), ISSUER)
    (document,) = trust.pages.page(Kind.ISSUER, None, 5)
    assert (document.version, document.body, document.change) == (1, ISSUER, SOMEBODY)


def test_mappings_of_an_issuer_are_known_enabled_or_not(trust: Trust) -> None:
    write(trust.writer, mapping_ref("one"), mapping_body())
    write(trust.writer, mapping_ref("off"), mapping_body(enabled=False))
    write(trust.writer, mapping_ref("other"), mapping_body("else"))
    assert trust.pages.mappings_of("acme", None, 9) == ("off", "one")
    assert trust.pages.mappings_of("acme", "off", 9) == ("one",)
    assert trust.pages.mappings_of("acme", None, 1) == ("off",)


def test_a_mapping_that_moves_or_goes_is_its_issuers_no_more(trust: Trust) -> None:
    write(trust.writer, mapping_ref("one"), mapping_body())
    write(trust.writer, mapping_ref("one"), mapping_body("else"))
    assert (trust.pages.mappings_of("acme", None, 9), trust.pages.mappings_of("else", None, 9)) == ((), ("one",))
    trust.writer.delete(mapping_ref("one"), 2, SOMEBODY)
    assert trust.pages.mappings_of("else", None, 9) == ()


def test_admins_are_the_enabled_mappings_that_grant_anything_at_the_admin_api(trust: Trust) -> None:
    write(trust.writer, mapping_ref("admin"), admin_body(TRUST_READ, TRUST_WRITE))
    write(trust.writer, mapping_ref("reader"), admin_body(TRUST_READ))
    write(trust.writer, mapping_ref("off"), admin_body(TRUST_WRITE, enabled=False))
    write(trust.writer, mapping_ref("nobody"), mapping_body())
    assert trust.pages.admin_mappings() == ("admin", "reader")
    write(trust.writer, mapping_ref("nobody"), admin_body(TRUST_WRITE))
    write(trust.writer, mapping_ref("admin"), mapping_body())
    assert trust.pages.admin_mappings() == ("nobody", "reader")
    trust.writer.delete(mapping_ref("reader"), 1, SOMEBODY)
    assert trust.pages.admin_mappings() == ("nobody",)


def test_what_waits_for_a_second_admin_is_found_until_it_is_confirmed_disabled_or_gone(trust: Trust) -> None:
    dangerous = {**mapping_body(), "dangerous": True}
    for name in ("one", "two", "three"):
        write(trust.writer, mapping_ref(name), dangerous)
    write(trust.writer, mapping_ref("off"), {**dangerous, "enabled": False})
    write(trust.writer, mapping_ref("ordinary"), mapping_body())
    assert trust.pages.pending_mappings() == ("one", "three", "two")
    write(trust.writer, mapping_ref("one"), {**dangerous, CONFIRMATION: {"issuer": "https://acme.example.com"}})
    write(trust.writer, mapping_ref("two"), {**dangerous, "enabled": False})
    trust.writer.delete(mapping_ref("three"), 1, SOMEBODY)
    assert trust.pages.pending_mappings() == ()


def test_states_of_many_documents_tell_what_is_there_and_which_version_comes_next(trust: Trust) -> None:
    write(trust.writer, issuer_ref("there"), ISSUER)
    trust.writer.delete(issuer_ref("gone"), write(trust.writer, issuer_ref("gone"), ISSUER), SOMEBODY)
    refs = [issuer_ref("there"), issuer_ref("gone"), *(issuer_ref(f"never-{number}") for number in range(150))]
    states = trust.writer.states(refs)
    assert (states[refs[0]].version, states[refs[0]].document) == (1, trust.writer.get(refs[0]))
    assert (states[refs[1]].version, states[refs[1]].document) == (2, None)
    assert {states[ref] for ref in refs[2:]} == {DocumentState()}


def test_a_write_at_an_older_revision_than_the_current_one_is_refused(trust: Trust) -> None:
    for number in (1, 2, 3):
        write(trust.writer, mapping_ref(f"m{number}"), mapping_body())
    for revision in (1, 2, 4):
        with pytest.raises(RevisionMoved):
            trust.writer.delete(mapping_ref("m1"), 1, SOMEBODY, revision=revision)
    trust.writer.delete(mapping_ref("m1"), 1, SOMEBODY, revision=3)


def test_every_read_is_strongly_consistent(dynamodb: DynamoDb, engine: Engine) -> None:
    """Who is an admin is looked up here, and an admin whom a replica has not heard of would be none."""
    pages = DynamoTrustPages(dynamodb, engine.tables()["FEDERATION_TRUST_TABLE"], print)
    with noted_calls(dynamodb) as calls:
        (pages.admin_mappings(), pages.pending_mappings(), pages.mappings_of("acme", None, 1), pages.revision())
        pages.page(Kind.ISSUER, None, 1)
    assert [request["ConsistentRead"] for _, request in calls] == [True] * 5


def test_what_is_read_does_not_grow_with_what_there_is(dynamodb: DynamoDb, engine: Engine) -> None:
    names, corrupt = engine.tables(), list[Exception]()
    table, audit = names["FEDERATION_TRUST_TABLE"], names["FEDERATION_AUDIT_TABLE"]
    writer, pages = filing_writer(dynamodb, table, audit), DynamoTrustPages(dynamodb, table, corrupt.append)
    for number in range(200):
        write(writer, mapping_ref(f"m{number}"), mapping_body())
    with counted_calls(dynamodb) as calls:
        pages.mappings_of("acme", None, 1)
        pages.page(Kind.MAPPING, None, 3)
        DynamoHistory(dynamodb, table, audit).history(DocumentRef(Kind.MAPPING, "m1"), None, 5)
        pages.revision()
    assert calls == ["Query", "Query", "GetItem", "BatchGetItem", "GetItem"]
