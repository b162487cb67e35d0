"""Policies, issuers and audiences are found by what a request says, however many others there are."""

import json
from typing import Any

import pytest

from federation.aws.filing_writer import filing_writer
from federation.aws.policy_reader import DynamoPolicyReader
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key, document_partition
from federation.aws.trust_reader import DynamoTrustReader
from federation.model.documents import StoredDocument
from federation.model.history import TRUST_REVISION
from federation.model.json import Json
from federation.model.names import IssuerName, NamedIds, mappings_of
from federation.model.policy import POLICY_SET, FiledRules, Shelf, Uid, policy_set_of
from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import BucketFull
from tests.support.aws_calls import counted_calls
from tests.support.contract import Engine, Trust
from tests.support.trust_documents import AUDIENCE, ISSUER, SOMEBODY, issuer_ref, mapping_body, mapping_ref, write

FORBID = "forbid (principal, action, resource"
AT_RISK = Shelf("acme", Uid("Audience", "risk"))
OPEN = Shelf("acme", None)
EVERYBODY = Shelf(None, None)
IDP = IssuerName("token", "https://idp.example.com")


def policy(trust: Trust, id_: str, cedar: Json, **body: Json) -> int:
    ref = DocumentRef(Kind.POLICY, id_)
    return write(trust.writer, ref, {"kind": "Policy", "id": id_, "cedar": cedar, **body})


def on(trust: Trust, shelf: Shelf) -> list[tuple[str, int, int]]:
    return lying(trust.filed_policies.shelves([shelf])[shelf])


def lying(filed: FiledRules) -> list[tuple[str, int, int]]:
    return [(one.document, one.version, one.number) for rules in filed.by_principal.values() for one in rules]


def test_a_policy_lies_where_its_heads_say(trust: Trust) -> None:
    policy(trust, "p", f'{FORBID} == Audience::"risk");{FORBID});', tenant="acme")
    assert (on(trust, AT_RISK), on(trust, OPEN)) == ([("p", 1, 0)], [("p", 1, 1)])
    assert on(trust, Shelf("acme", Uid("Audience", "ledger"))) == []
    assert on(trust, EVERYBODY) == []


def test_it_moves_with_every_write_and_goes_with_its_document(trust: Trust) -> None:
    policy(trust, "p", f'{FORBID} == Audience::"risk");', tenant="acme")
    policy(trust, "p", f"{FORBID});", tenant="acme")
    assert (on(trust, AT_RISK), on(trust, OPEN)) == ([], [("p", 2, 0)])
    policy(trust, "p", f"{FORBID});", tenant="other")
    assert (on(trust, OPEN), on(trust, Shelf("other", None))) == ([], [("p", 3, 0)])
    policy(trust, "p", f"{FORBID});", tenant="other", enabled=False)
    assert on(trust, Shelf("other", None)) == []
    policy(trust, "p", f"{FORBID});", tenant="other")
    trust.writer.delete(DocumentRef(Kind.POLICY, "p"), 5, SOMEBODY)
    assert on(trust, Shelf("other", None)) == []


def test_the_document_in_the_shipped_policys_place_is_found_also_if_it_is_disabled(trust: Trust) -> None:
    policy(trust, "default", "permit (principal, action, resource);", enabled=False)
    assert trust.filed_policies.shelves([EVERYBODY])[EVERYBODY].has("default")
    trust.writer.delete(DocumentRef(Kind.POLICY, "default"), 1, SOMEBODY)
    assert not trust.filed_policies.shelves([EVERYBODY])[EVERYBODY].has("default")


def test_a_write_moves_the_count_of_its_owner_alone(trust: Trust) -> None:
    policy(trust, "p", f"{FORBID});", tenant="acme")
    policy(trust, "q", f"{FORBID});")
    policy(trust, "p", f"{FORBID});", tenant="other")
    write(trust.writer, mapping_ref("m"), mapping_body())
    write(trust.writer, mapping_ref("m"), mapping_body("beta"))
    counts = [POLICY_SET, *map(policy_set_of, ("acme", "other")), *map(mappings_of, ("acme", "beta", "gamma"))]
    assert trust.versions(*counts) == dict(zip(counts, (1, 2, 1, 2, 1), strict=False))
    sets = trust.filed_policies.policy_sets("acme")
    assert dict(sets) == {POLICY_SET: 1, policy_set_of("acme"): 2}


@pytest.mark.parametrize("owner", ["acme", None])
def test_a_policy_that_cannot_be_read_stops_its_owners_requests_alone(trust: Trust, owner: str | None) -> None:
    body: dict[str, Json] = {} if owner is None else {"tenant": owner}
    policy(trust, "broken", 7, **body)
    policy(trust, "good", f"{FORBID});", tenant="beta")
    with pytest.raises(TemporarilyUnavailable):
        on(trust, Shelf(owner, None))
    assert on(trust, Shelf("beta", None)) == [("good", 1, 0)]


def plain(found: NamedIds) -> NamedIds:
    """Without the counts that vouch for it."""
    return found._replace(counts=(), before=())


def test_issuers_are_found_by_what_their_tokens_say(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme"), ISSUER)
    write(trust.writer, issuer_ref("beta"), {**ISSUER, "audiences": ["a", "b"]})
    assert plain(trust.by_name.issuer_ids([IDP])) == NamedIds(("acme",), 2)
    assert plain(trust.by_name.issuer_ids([IDP, IDP._replace(audience="b")])) == NamedIds(("acme", "beta"), 2)
    assert plain(trust.by_name.issuer_ids([IDP._replace(audience="c")])) == NamedIds((), 2)
    assert plain(trust.by_name.issuer_ids([IDP._replace(value="https://other.example.com")])) == NamedIds(())


def test_who_is_disabled_deleted_or_renamed_is_not_found(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme"), ISSUER)
    write(trust.writer, issuer_ref("acme"), {**ISSUER, "enabled": False})
    assert plain(trust.by_name.issuer_ids([IDP])) == NamedIds(())
    write(trust.writer, issuer_ref("acme"), {**ISSUER, "issuer": "https://other.example.com"})
    assert plain(trust.by_name.issuer_ids([IDP])) == NamedIds(())
    assert trust.by_name.issuer_ids([IDP._replace(value="https://other.example.com")]).ids == ("acme",)
    trust.writer.delete(issuer_ref("acme"), 3, SOMEBODY)
    assert plain(trust.by_name.issuer_ids([IDP._replace(value="https://other.example.com")])) == NamedIds(())


def test_audiences_are_found_by_their_resource_disabled_ones_included(trust: Trust) -> None:
    write(trust.writer, DocumentRef(Kind.AUDIENCE, "risk"), {**AUDIENCE, "enabled": False})
    resource = str(AUDIENCE["resource"])
    assert plain(trust.audiences.audience_ids(resource)) == NamedIds(("risk",))
    assert plain(trust.audiences.audience_ids("https://nowhere.example.com")) == NamedIds(())
    write(trust.writer, DocumentRef(Kind.AUDIENCE, "risk"), {**AUDIENCE, "resource": "https://moved.example.com"})
    assert plain(trust.audiences.audience_ids(resource)) == NamedIds(())


# The adapter alone: what it costs, and what an earlier release left behind.


@pytest.fixture
def table(engine: Engine) -> str:
    return engine.tables()["FEDERATION_TRUST_TABLE"]


def audit_of(table: str) -> str:
    """The audit table beside that trust table."""
    return table.removesuffix("trust") + "audit"


def lone(dynamodb: DynamoDb, table: str, id_: str, **body: Any) -> None:  # noqa: ANN401  (any JSON)
    kind = Kind(body.pop("kind"))
    document = StoredDocument(kind, id_, 1, {"kind": kind.value, "id": id_, **body})
    filing_writer(dynamodb, table, audit_of(table)).put(document, None, SOMEBODY)


def from_an_earlier_release(dynamodb: DynamoDb, table: str, id_: str, **body: Any) -> None:  # noqa: ANN401
    """A document as it was written before anything was filed: the count of all writes moves, and no more."""
    kind = Kind(body.pop("kind"))
    text = json.dumps({"kind": kind.value, "id": id_, **body})
    item: Any = {**document_key(DocumentRef(kind, id_)), "version": {"N": "1"}, "body": {"S": text}}
    dynamodb.put_item(TableName=table, Item=item)
    for ref in (TRUST_REVISION, *([POLICY_SET] if kind in (Kind.POLICY, Kind.ZONE) else [])):
        dynamodb.update_item(
            TableName=table,
            Key=document_key(ref),
            UpdateExpression="ADD version :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )


def readers(dynamodb: DynamoDb, table: str) -> tuple[DynamoPolicyReader, DynamoTrustReader]:
    return DynamoPolicyReader(dynamodb, table), DynamoTrustReader(dynamodb, table, lambda _: None)


def test_a_slice_is_one_read_however_many_policies_others_have(dynamodb: DynamoDb, table: str) -> None:
    for number in range(30):
        lone(dynamodb, table, f"p-{number}", kind="Policy", cedar=f"{FORBID});", tenant=f"t-{number}")
    policies, _ = readers(dynamodb, table)
    policies.shelves([OPEN])
    with counted_calls(dynamodb) as calls:
        assert lying(policies.shelves([Shelf("t-7", None), EVERYBODY])[Shelf("t-7", None)]) == [("p-7", 1, 0)]
    assert calls == ["BatchGetItem"]


def test_an_issuer_is_one_read_however_many_others_there_are(dynamodb: DynamoDb, table: str) -> None:
    for number in range(30):
        body = {**ISSUER, "audiences": [f"https://{number}.example.com"]}
        lone(dynamodb, table, f"i-{number}", kind="Issuer", **body)
    _, trust = readers(dynamodb, table)
    trust.issuer_ids([IDP])
    with counted_calls(dynamodb) as calls:
        assert trust.issuer_ids([IDP._replace(audience="https://7.example.com")]).ids == ("i-7",)
    assert calls == ["BatchGetItem"]


def test_what_an_earlier_release_wrote_is_found_before_and_after_it_is_filed(dynamodb: DynamoDb, table: str) -> None:
    from_an_earlier_release(dynamodb, table, "old", kind="Policy", cedar=f"{FORBID});", tenant="acme")
    from_an_earlier_release(dynamodb, table, "acme", kind="Issuer", **ISSUER)
    from_an_earlier_release(dynamodb, table, "risk", kind="Audience", **AUDIENCE)
    for filed in (False, True):
        policies, trust = readers(dynamodb, table)
        assert lying(policies.shelves([OPEN])[OPEN])[:1] == [("old", 1, 0)]
        assert trust.issuer_ids([IDP]).ids == ("acme",)
        assert trust.audience_ids(str(AUDIENCE["resource"])).ids == ("risk",)
        if not filed:
            lone(dynamodb, table, "new", kind="Policy", cedar=f"{FORBID});")
    with counted_calls(dynamodb) as calls:
        policies.shelves([OPEN])
    assert calls == ["BatchGetItem"]


def test_F_a_forbid_that_an_earlier_release_writes_meanwhile_is_found_by_whoever_reads_next(
    dynamodb: DynamoDb, table: str
) -> None:
    """A roll-out, or one that is rolled back: what is not filed must not vanish, for it forbids."""
    lone(dynamodb, table, "first", kind="Policy", cedar=f"{FORBID});", tenant="acme")
    policies, trust = readers(dynamodb, table)
    policies.shelves([OPEN])
    from_an_earlier_release(dynamodb, table, "late", kind="Policy", cedar=f"{FORBID});", tenant="acme")
    from_an_earlier_release(dynamodb, table, "acme", kind="Issuer", **ISSUER)
    assert {name for name, _, _ in lying(policies.shelves([OPEN])[OPEN])} == {"first", "late"}
    assert trust.issuer_ids([IDP]).ids == ("acme",)
    lone(dynamodb, table, "zone", kind="Zone", cidrs=["192.0.2.0/24"])
    for reader in (policies, DynamoPolicyReader(dynamodb, table)):
        with counted_calls(dynamodb) as calls:
            assert {name for name, _, _ in lying(reader.shelves([OPEN])[OPEN])} == {"first", "late"}
        assert "Query" not in calls


def test_F_a_stored_policy_that_no_longer_compiles_is_filed_where_it_stops_its_owner(
    dynamodb: DynamoDb, table: str
) -> None:
    from_an_earlier_release(dynamodb, table, "old", kind="Policy", cedar="forbid (", tenant="acme")
    lone(dynamodb, table, "zone", kind="Zone", cidrs=["192.0.2.0/24"])
    policies, _ = readers(dynamodb, table)
    assert lying(policies.shelves([OPEN])[OPEN]) == [("old", 1, 0)]


def test_what_is_too_much_to_be_filed_is_read_as_before(dynamodb: DynamoDb, table: str) -> None:
    for number in range(30):
        cedar = f"{FORBID}); // {'x' * 14_000}"
        from_an_earlier_release(dynamodb, table, f"p-{number}", kind="Policy", cedar=f"{cedar}\n")
    from_an_earlier_release(dynamodb, table, "wide", kind="Policy", cedar=_long())
    for number in range(29):
        from_an_earlier_release(dynamodb, table, f"w-{number}", kind="Policy", cedar=_long())
    lone(dynamodb, table, "zone", kind="Zone", cidrs=["192.0.2.0/24"])
    policies, _ = readers(dynamodb, table)
    assert len({name for name, _, _ in lying(policies.shelves([EVERYBODY])[EVERYBODY])}) == 60


def _long() -> str:
    return f'{FORBID}) when {{ context.proof == "{"x" * 14_000}" }};'


def test_a_shelf_that_is_full_takes_no_more_and_nothing_is_half_written(dynamodb: DynamoDb, table: str) -> None:
    for number in range(28):
        lone(dynamodb, table, f"w-{number}", kind="Policy", cedar=_long())
    with pytest.raises(BucketFull, match="name the audience"):
        lone(dynamodb, table, "one-more", kind="Policy", cedar=_long())
    policies, _ = readers(dynamodb, table)
    assert len(lying(policies.shelves([EVERYBODY])[EVERYBODY])) == len(policies.policies().policies) == 28


def test_a_document_that_cannot_even_be_parsed_makes_everybody_read_everything(dynamodb: DynamoDb, table: str) -> None:
    item: Any = {
        "pk": {"S": document_partition(Kind.POLICY)},
        "sk": {"S": "torn"},
        "version": {"N": "1"},
        "body": {"S": "{"},
    }
    from_an_earlier_release(dynamodb, table, "good", kind="Policy", cedar=f"{FORBID});")
    dynamodb.put_item(TableName=table, Item=item)
    lone(dynamodb, table, "zone", kind="Zone", cidrs=["192.0.2.0/24"])
    policies, _ = readers(dynamodb, table)
    with pytest.raises(TemporarilyUnavailable):
        policies.shelves([EVERYBODY])


def test_who_gets_a_name_or_loses_it_is_counted_and_no_other_edit_is(trust: Trust) -> None:
    def counted() -> list[int]:
        return [one.version for one in trust.by_name.issuer_ids([IDP]).counts]

    ref, body = issuer_ref("acme"), {**ISSUER, "issuer": IDP.value}
    write(trust.writer, issuer_ref("another"), {**ISSUER, "issuer": "https://another.example.com"})
    seen = counted()
    for changed, moved in (
        (body, True),
        ({**body, "description": "as before"}, False),
        ({**body, "audiences": ["b"]}, True),
        ({**body, "audiences": ["b"], "enabled": False}, True),
        ({**body, "issuer": "https://another.example.com", "enabled": False}, False),
    ):
        write(trust.writer, ref, changed)
        now = counted()
        assert (now != seen) is moved, changed
        seen = now
