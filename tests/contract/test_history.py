"""History: every version with who, when and why; and the counter that moves with each of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.trust import DocumentRef, Kind
from federation.ports import RevisionMoved, VersionConflict
from tests.support.contract import Trust
from tests.support.trust_documents import AUDIENCE, ISSUER, SOMEBODY, issuer_ref, next_version, write

ACME = issuer_ref("acme")
OTHER = Change("admin/other", "2027-01-16T08:00:00+00:00", "w\u00e9ll", "request-2", ("agent/helper",))


def acme(version: int, **changes: str) -> StoredDocument:
    return StoredDocument(*ACME, version, {**ISSUER, **changes})


def test_every_version_is_kept_with_who_when_and_why_newest_first(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.put(acme(2, description="new"), None, OTHER)
    newest, first = trust.history.history(ACME, None, 10)
    assert (newest.version, newest.body, newest.change) == (2, {**ISSUER, "description": "new"}, OTHER)
    assert (first.version, first.body, first.change) == (1, ISSUER, SOMEBODY)


def test_a_deletion_is_a_version_too_and_so_is_what_comes_back(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.delete(ACME, 1, OTHER)
    trust.writer.put(acme(3), None, SOMEBODY)
    assert [(one.version, one.body is None) for one in trust.history.history(ACME, None, 10)] == [
        (3, False),
        (2, True),
        (1, False),
    ]


def test_it_is_read_in_pages(trust: Trust) -> None:
    for version in range(1, 13):
        trust.writer.put(acme(version), None, SOMEBODY)
    first = trust.history.history(ACME, None, 5)
    second = trust.history.history(ACME, first[-1].version, 5)
    assert [one.version for one in (*first, *second)] == list(range(12, 2, -1))
    assert [one.version for one in trust.history.history(ACME, 2, 5)] == [1]


@pytest.mark.parametrize("before", [4, 5, 10**11])
def test_before_a_version_that_is_yet_to_come_lie_all(trust: Trust, before: int) -> None:
    for version in (1, 2, 3):
        trust.writer.put(acme(version), None, SOMEBODY)
    assert [one.version for one in trust.history.history(ACME, before, 2)] == [3, 2]


def test_what_was_never_written_has_none(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme2"), ISSUER)
    assert trust.history.history(ACME, None, 10) == ()


def test_a_document_says_who_wrote_it_last(trust: Trust) -> None:
    trust.writer.put(acme(1), None, OTHER)
    stored = trust.writer.get(ACME)
    assert stored
    assert stored.change == OTHER


def test_a_write_that_failed_leaves_no_trace(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    before = trust.pages.revision()
    with pytest.raises(VersionConflict):
        trust.writer.put(acme(1), None, SOMEBODY)
    with pytest.raises(VersionConflict):
        trust.writer.delete(ACME, 2, SOMEBODY)
    assert trust.pages.revision() == before
    assert len(trust.history.history(ACME, None, 10)) == 1


def test_every_write_of_a_document_moves_the_revision_and_the_key_set_does_not(trust: Trust) -> None:
    assert trust.pages.revision() == 0
    trust.writer.put(acme(1), None, SOMEBODY)
    write(trust.writer, DocumentRef(Kind.AUDIENCE, "risk-engine"), AUDIENCE)
    trust.writer.put(StoredDocument(Kind.KEY_SET, "another", 1, {"keys": []}), None, None)
    trust.writer.delete(ACME, 1, SOMEBODY)
    assert trust.pages.revision() == 3
    assert trust.history.history(DocumentRef(Kind.KEY_SET, "another"), None, 10) == ()


def test_a_write_may_demand_that_nothing_was_written_since(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY, revision=0)
    with pytest.raises(RevisionMoved):
        trust.writer.put(acme(2), None, SOMEBODY, revision=0)
    with pytest.raises(RevisionMoved):
        trust.writer.delete(ACME, 1, SOMEBODY, revision=2)
    trust.writer.delete(ACME, 1, SOMEBODY, revision=1)
    assert trust.pages.revision() == 2


EDITORS = 12
"""At once: so many calls wait for one another at an engine within this process, and are still answered in time."""


def test_fifty_edits_of_one_document_leave_a_linear_history(trust: Trust) -> None:
    """Invariant 23: no lost update, no gap, every version by exactly one of them."""

    def edit(number: int) -> int:
        while True:
            version = next_version(trust.writer, ACME)
            try:
                trust.writer.put(acme(version), None, replace(SOMEBODY, why=str(number)))
            except VersionConflict:
                continue
            return version

    with ThreadPoolExecutor(EDITORS) as editors:
        versions = list(editors.map(edit, range(50)))

    past = trust.history.history(ACME, None, 100)
    assert sorted(versions) == list(range(1, 51))
    assert [one.version for one in past] == list(range(50, 0, -1))
    assert {one.version: one.change.why for one in past} == {v: str(n) for n, v in enumerate(versions)}
    assert trust.pages.revision() == 50


def test_edits_of_fifty_documents_do_not_stand_in_each_others_way(trust: Trust) -> None:
    with ThreadPoolExecutor(EDITORS) as editors:
        list(editors.map(lambda number: write(trust.writer, issuer_ref(f"i{number}"), ISSUER), range(50)))
    assert trust.pages.revision() == 50
    assert len(trust.issuers.issuers()) == 50
