"""AuditRecords: the trail of issued tokens, by name and backwards in time."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from federation.aws.audit_records import DynamoAuditRecords
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.model.json import Json, JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import key_texts
from federation.ports import AuditRecords, Ledger
from tests.support.contract import Engine
from tests.support.fake_audit_records import FakeAuditRecords
from tests.support.fake_clock import FixedClock
from tests.support.fake_ledger import FakeLedger

NOW = 1_800_000_000
DAY = 24 * 60 * 60
ANN, BOB = RevocationKey(RevocationTarget.PRINCIPAL, "user/ann"), RevocationKey(RevocationTarget.PRINCIPAL, "user/bob")


@dataclass(frozen=True, slots=True)
class Case:
    ledger: Ledger
    records: AuditRecords

    def issue(self, jti: str, ago: int, *keys: RevocationKey, lifetime: int = 300, **more: Json) -> JsonObject:
        """A token that was issued `ago` seconds ago."""
        entry: dict[str, Json] = {
            "jti": jti,
            "correlation_id": f"c-{jti}",
            "outcome": "allow",
            "issued_at": NOW - ago,
            "expires_at": NOW - ago + lifetime,
            "status_idx": 7,
            **more,
        }
        entry["revocation_keys"] = key_texts(keys or (ANN,))
        self.ledger.commit(entry, ())
        return entry

    def record(self, jti: str, ago: int, *keys: RevocationKey) -> None:
        """Something else, that was recorded `ago` seconds ago."""
        entry: dict[str, Json] = {"jti": jti, "correlation_id": f"c-{jti}", "outcome": "revoked"}
        self.ledger.commit({**entry, "recorded_at": NOW - ago, "revocation_keys": key_texts(keys)}, ())

    def walk(
        self, since: int, key: RevocationKey | None = None, limit: int = 10, until: int | None = None
    ) -> Iterator[str]:
        """Every jti, page by page."""
        after: str | None = None
        while True:
            page = self.records.page(since, key, after, limit, until)
            assert len(page.records) <= limit
            yield from (str(record["jti"]) for record in page.records)
            if page.after is None:
                return
            after = page.after


@pytest.fixture
def case(engine: Engine | None) -> Case:
    clock = FixedClock(NOW)
    if engine is None:
        fake = FakeLedger(clock)
        return Case(fake, FakeAuditRecords(fake))
    names = engine.tables()
    audit = names["FEDERATION_AUDIT_TABLE"]
    ledger = DynamoLedger(engine.dynamodb, LedgerTables(audit, names["FEDERATION_STATE_TABLE"]), clock)
    return Case(ledger, DynamoAuditRecords(engine.dynamodb, audit, clock))


def test_a_record_is_found_by_its_name_with_everything_that_was_committed(case: Case) -> None:
    entry = case.issue("t-1", 5, decided_by={"sub": "w\u00f6rker"}, chain=["t-0"])
    assert case.records.record("t-1") == entry
    assert case.records.record("t-2") is None


def test_it_says_what_became_of_it(case: Case) -> None:
    entry = case.issue("t-1", 5)
    case.ledger.discard(entry, (), "trust_changed")
    record = case.records.record("t-1")
    assert record is not None
    assert (record["outcome"], record["discard_reason"]) == ("discarded", "trust_changed")


def test_what_was_never_committed_is_no_record(case: Case) -> None:
    case.ledger.discard({"jti": "t-9", "correlation_id": "c-9"}, (), "store_unavailable")
    assert case.records.record("t-9") is None


def test_the_newest_come_first_across_hours(case: Case) -> None:
    for number, ago in enumerate((7200, 30, 4000, 100, 20_000)):
        case.issue(f"t-{number}", ago)
    assert list(case.walk(NOW - DAY)) == ["t-1", "t-3", "t-2", "t-0", "t-4"]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_have_everything_once_however_long_they_are(case: Case, limit: int) -> None:
    """Many of them at the very same second, too."""
    issued = [f"t-{number}" for number in range(25)]
    for number, jti in enumerate(issued):
        case.issue(jti, 10 * (number // 5) + 3590 * (number % 2))
    assert sorted(case.walk(NOW - DAY, limit=limit)) == sorted(issued)


def test_only_what_was_issued_since_then_and_falls_under_the_key(case: Case) -> None:
    case.issue("old", 1000, ANN)
    case.issue("ann", 10, ANN)
    case.issue("both", 20, ANN, BOB)
    case.issue("bob", 30, BOB)
    assert list(case.walk(NOW - 100, ANN)) == ["ann", "both"]
    assert list(case.walk(NOW - DAY, BOB)) == ["both", "bob"]
    assert list(case.walk(NOW - DAY, BOB._replace(tenant="acme"))) == []


def test_nothing_newer_than_asked_for(case: Case) -> None:
    for number, ago in enumerate((9 * DAY, 5000, 4000, 100)):
        case.issue(f"t-{number}", ago)
    assert list(case.walk(NOW - DAY, until=NOW - 4000)) == ["t-2", "t-1"]
    assert list(case.walk(NOW - 10 * DAY, until=NOW - 8 * DAY)) == ["t-0"]


def test_tokens_alone_are_found_behind_any_number_of_events(case: Case) -> None:
    for number in range(30):
        case.record(f"changed-{number}", 10 + number, BOB)
    case.issue("before", 4000)
    case.issue("after", 5)
    page = case.records.page(NOW - DAY, None, None, 2, tokens=True)
    assert [one["jti"] for one in page.records] == ["after", "before"]
    assert sorted(case.walk(NOW - DAY)) == sorted(["after", "before", *(f"changed-{number}" for number in range(30))])


def test_tokens_and_events_of_some_hours_by_what_they_are_filed_under(case: Case) -> None:
    case.issue("ann", 10, ANN)
    case.issue("both", 20, ANN, BOB)
    case.issue("old", 9000, ANN)
    case.record("ended-ann", 5, ANN)
    case.record("ended-bob", 5, BOB)
    since, until = NOW - 3600, NOW + 300

    def found(*keys: RevocationKey, tokens: bool, limit: int = 10) -> list[str]:
        return sorted(str(one["jti"]) for one in case.records.filed(keys, since, until, limit, tokens=tokens))

    assert found(ANN, tokens=True) == ["ann", "both"]
    assert found(ANN, BOB, tokens=False) == ["ended-ann", "ended-bob"]
    assert found(BOB, tokens=False) == ["ended-bob"]
    assert found(*(RevocationKey(RevocationTarget.JTI, f"t-{n}") for n in range(50)), BOB, tokens=True) == ["both"]
    assert found(tokens=True) == []
    everything = case.records.filed(None, since, until, 10, tokens=False)
    assert sorted(str(one["jti"]) for one in everything) == ["ended-ann", "ended-bob"]
    assert len(found(ANN, tokens=True, limit=1)) == 1


def test_long_ago_is_reached_in_the_end(case: Case) -> None:
    case.issue("old", 9 * DAY)
    assert list(case.walk(NOW - 10 * DAY)) == ["old"]


def test_a_record_of_something_else_is_found_by_name_alone(case: Case) -> None:
    case.ledger.commit({"jti": "r-1", "correlation_id": "c", "outcome": "revoked"}, ())
    assert case.records.record("r-1") is not None
    assert list(case.walk(NOW - DAY)) == []


@pytest.mark.parametrize("text", ["x", "[", "[1]"])
def test_a_place_that_is_none_is_an_error(case: Case, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whatever it says)
        case.records.page(NOW, None, text, 10)
