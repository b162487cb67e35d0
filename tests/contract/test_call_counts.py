"""What the adapters may cost (DESIGN section 10), counted at the client."""

import json
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from federation.audit.trust_change import trust_record_id
from federation.aws.audit_records import DynamoAuditRecords
from federation.aws.current_state import DynamoCurrentState
from federation.aws.filing_writer import filing_writer
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.revocations import DynamoRevocations
from federation.aws.risk_scores import DynamoRiskScores
from federation.aws.service import DynamoDb
from federation.aws.trust_reader import DynamoTrustReader
from federation.aws.trust_writer import DynamoTrustWriter
from federation.model.documents import StoredDocument
from federation.model.one_time import OneTimeUse
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.risk import Decay, RiskCause, RiskKey
from federation.model.trust import DocumentVersion, Selector
from federation.ports import CurrentVersions, CurrentVersionsQuery
from tests.support.aws_calls import counted_calls
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock
from tests.support.trust_documents import ISSUER, SOMEBODY, issuer_ref, mapping_body, mapping_ref, write

SELECTORS = [Selector("repository_id", "1"), Selector("repository_owner_id", "2"), Selector("sub", "worker")]


@pytest.fixture
def names(engine: Engine) -> Mapping[str, str]:
    return engine.tables()


@pytest.fixture
def table(names: Mapping[str, str]) -> str:
    return names["FEDERATION_TRUST_TABLE"]


@pytest.fixture
def writer(dynamodb: DynamoDb, names: Mapping[str, str]) -> DynamoTrustWriter:
    return filing_writer(dynamodb, names["FEDERATION_TRUST_TABLE"], names["FEDERATION_AUDIT_TABLE"])


@pytest.fixture
def reader(dynamodb: DynamoDb, table: str) -> DynamoTrustReader:
    corrupt: list[Exception] = []
    return DynamoTrustReader(dynamodb, table, corrupt.append)


def repeat(engine: Engine, table: str, name: str, others: list[str]) -> None:
    """Whatever is written about `name`, of each of the others as well: thousands of editors would take their time."""
    about = [text for item in engine.raw.scan(TableName=table)["Items"] if name in (text := json.dumps(item))]
    assert len(about) == 3  # the document, its bucket, and itself among those of its issuer
    puts = [{"PutRequest": {"Item": json.loads(text.replace(name, other))}} for other in others for text in about]
    for start in range(0, len(puts), 25):
        answer = engine.dynamodb.batch_write_item(RequestItems={table: puts[start : start + 25]})
        assert not answer["UnprocessedItems"]


def test_three_selectors_are_one_read(dynamodb: DynamoDb, writer: DynamoTrustWriter, reader: DynamoTrustReader) -> None:
    for number, selector in enumerate(SELECTORS):
        write(writer, mapping_ref(f"m{number}"), mapping_body(), selector)
    with counted_calls(dynamodb) as calls:
        assert len(reader.exact("acme", SELECTORS)) == 3
    assert calls == ["BatchGetItem"]


def test_a_thousand_other_mappings_change_nothing(
    engine: Engine, dynamodb: DynamoDb, table: str, writer: DynamoTrustWriter, reader: DynamoTrustReader
) -> None:
    write(writer, mapping_ref("other-0"), mapping_body(), Selector("sub", "other-0"))
    repeat(engine, table, "other-0", [f"other-{number}" for number in range(1, 1000)])
    write(writer, mapping_ref("mine"), mapping_body(), Selector("sub", "worker"))
    with counted_calls(dynamodb) as calls:
        assert [mapping.id for mapping in reader.exact("acme", SELECTORS)] == ["mine"]
        assert reader.patterns("acme") == ()
    assert calls == ["BatchGetItem", "Query"]


def test_a_mapping_by_its_id_is_one_read(
    dynamodb: DynamoDb, writer: DynamoTrustWriter, reader: DynamoTrustReader
) -> None:
    write(writer, mapping_ref("mine"), mapping_body(), None)
    with counted_calls(dynamodb) as calls:
        assert reader.mapping("mine") is not None
    assert calls == ["BatchGetItem"]


def test_a_write_of_what_was_seen_is_one_transaction(
    dynamodb: DynamoDb, names: Mapping[str, str], writer: DynamoTrustWriter
) -> None:
    write(writer, issuer_ref("acme"), {**ISSUER, "tenant": "acme"})
    seen = writer.states([issuer_ref("acme"), mapping_ref("mine")])
    mine, rests_on = StoredDocument(*mapping_ref("mine"), 1, mapping_body()), (DocumentVersion(issuer_ref("acme"), 1),)
    with counted_calls(dynamodb) as calls:
        writer.put(mine, None, SOMEBODY, rests_on=rests_on, seen=seen)
        writer.put(replace(mine, version=2), None, SOMEBODY, revision=2, rests_on=rests_on)
    assert calls == ["TransactWriteItems", *("GetItem", "GetItem", "TransactWriteItems")]
    records = DynamoAuditRecords(dynamodb, names["FEDERATION_AUDIT_TABLE"], FixedClock())
    written = [records.record(trust_record_id(mapping_ref("mine"), version)) or {} for version in (1, 2)]
    assert [record["tenant"] for record in written] == ["acme", "acme"]


def test_no_selector_is_no_read(dynamodb: DynamoDb, reader: DynamoTrustReader) -> None:
    with counted_calls(dynamodb) as calls:
        assert reader.exact("acme", []) == ()
    assert calls == []


def test_documents_revocations_and_risk_scores_are_one_read(
    dynamodb: DynamoDb, names: Mapping[str, str], writer: DynamoTrustWriter
) -> None:
    trust, state = names["FEDERATION_TRUST_TABLE"], names["FEDERATION_STATE_TABLE"]
    refs = [issuer_ref(f"i{number}") for number in range(30)]
    write(writer, refs[0], ISSUER)
    question = CurrentVersionsQuery(
        frozenset(refs),
        frozenset(RevocationKey(RevocationTarget.JTI, f"t{number}") for number in range(25)),  # two places each
        frozenset(RiskKey("principal", f"p{number}") for number in range(20)),
    )
    current = DynamoCurrentState(dynamodb, trust, state, FixedClock())
    with counted_calls(dynamodb) as calls:
        assert current.standing(question) == CurrentVersions({refs[0]: 1})
    assert calls == ["BatchGetItem"]


def test_whoever_asks_nothing_makes_no_call(dynamodb: DynamoDb) -> None:
    with counted_calls(dynamodb) as calls:
        DynamoCurrentState(dynamodb, "trust", "state", FixedClock()).standing(CurrentVersionsQuery())
    assert calls == []


def test_a_revocation_is_one_write_and_a_score_a_read_and_a_write(dynamodb: DynamoDb, engine: Engine) -> None:
    state = engine.tables()["FEDERATION_STATE_TABLE"]
    revoked = Revocation(RevocationKey(RevocationTarget.JTI, "t1"), 1, 2_000_000_000, "admin/ann")
    with counted_calls(dynamodb) as calls:
        DynamoRevocations(dynamodb, state, FixedClock()).revoke(revoked)
        DynamoRiskScores(dynamodb, state, FixedClock(1)).raise_score(
            RiskKey("issuer", "acme"), RiskCause(Decay(50, 1), "a test says so", "tests")
        )
    assert calls == ["PutItem", "BatchGetItem", "PutItem"]


def test_a_commit_is_one_write(dynamodb: DynamoDb, engine: Engine) -> None:
    names = engine.tables()
    tables = LedgerTables(names["FEDERATION_AUDIT_TABLE"], names["FEDERATION_STATE_TABLE"])
    ledger = DynamoLedger(dynamodb, tables, FixedClock())
    once = OneTimeUse("subject_token", ("a", "b"), 2_000_000_000)
    thrice = OneTimeUse("approval", ("a", "1"), 2_000_000_000, times=3)
    with counted_calls(dynamodb) as calls:
        ledger.commit({"jti": "t1", "correlation_id": "c1"}, [])
        ledger.commit({"jti": "t2", "correlation_id": "c2"}, [once, thrice])
    assert calls == ["PutItem", "TransactWriteItems"]
