"""TrustWriter: no edit is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from federation.model.documents import StoredDocument
from federation.model.trust import Kind, Selector
from federation.ports import BucketFull, RevisionMoved, VersionConflict
from tests.support.contract import Trust
from tests.support.trust_documents import ISSUER, SOMEBODY, issuer_ref, mapping_body, mapping_ref, next_version, write

ACME = issuer_ref("acme")
WORKER = Selector("sub", "worker")


def acme(version: int, **changes: str) -> StoredDocument:
    return StoredDocument(*ACME, version, {**ISSUER, **changes})


def test_what_was_put_is_what_is_got(trust: Trust) -> None:
    assert trust.writer.get(ACME) is None
    trust.writer.put(acme(1, description="\u00e9\u2028\n"), None, SOMEBODY)
    assert trust.writer.get(ACME) == acme(1, description="\u00e9\u2028\n")


def test_versions_begin_at_one_and_grow_by_one(trust: Trust) -> None:
    assert next_version(trust.writer, ACME) == 1
    trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.put(acme(2), None, SOMEBODY)
    assert next_version(trust.writer, ACME) == 3


def test_a_document_began_with_its_first_version_after_a_deletion(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.put(acme(2), None, SOMEBODY)
    trust.writer.delete(ACME, 2, SOMEBODY)
    trust.writer.put(acme(4), None, SOMEBODY)
    trust.writer.put(acme(5), None, SOMEBODY)
    assert trust.writer.get(ACME) == replace(acme(5), since=4)
    assert [(issuer.version, issuer.since) for issuer in trust.issuers.issuers()] == [(5, 4)]


@pytest.mark.parametrize("version", [0, 1, 2, 4])
def test_any_but_the_next_version_is_a_conflict(trust: Trust, version: int) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.put(acme(2), None, SOMEBODY)
    with pytest.raises(VersionConflict):
        trust.writer.put(acme(version, description="lost"), None, SOMEBODY)
    assert trust.writer.get(ACME) == acme(2)


def test_a_first_version_other_than_one_is_a_conflict(trust: Trust) -> None:
    with pytest.raises(VersionConflict):
        trust.writer.put(acme(2), None, SOMEBODY)


@pytest.mark.parametrize("version", [1, 3])
def test_deleting_another_version_is_a_conflict(trust: Trust, version: int) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.put(acme(2), None, SOMEBODY)
    with pytest.raises(VersionConflict):
        trust.writer.delete(ACME, version, SOMEBODY)
    assert trust.writer.get(ACME) == acme(2)


def test_what_is_not_there_cannot_be_deleted(trust: Trust) -> None:
    with pytest.raises(VersionConflict):
        trust.writer.delete(ACME, 1, SOMEBODY)


def test_versions_go_on_after_a_deletion(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.delete(ACME, 1, SOMEBODY)
    assert trust.writer.get(ACME) is None
    assert next_version(trust.writer, ACME) == 3
    for gone in (1, 2):
        with pytest.raises(VersionConflict):
            trust.writer.delete(ACME, gone, SOMEBODY)
    with pytest.raises(VersionConflict):
        trust.writer.put(acme(1), None, SOMEBODY)
    trust.writer.put(acme(3), None, SOMEBODY)
    assert trust.writer.get(ACME) == replace(acme(3), since=3)


def test_of_many_who_write_the_same_version_one_wins(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)

    def attempt(number: int) -> bool:
        try:
            trust.writer.put(acme(2, description=str(number)), None, SOMEBODY)
        except VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(10) as threads:
        won = [number for number, success in enumerate(threads.map(attempt, range(10))) if success]

    assert len(won) == 1
    assert trust.writer.get(ACME) == acme(2, description=str(won[0]))


def test_many_who_file_under_one_selector_do_not_lose_each_other(trust: Trust) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: write(trust.writer, mapping_ref(f"m{n}"), mapping_body(), WORKER), range(8)))
    assert {mapping.id for mapping in trust.mappings.exact("acme", [WORKER])} == {f"m{n}" for n in range(8)}


def test_a_full_bucket_refuses_the_next_mapping_and_keeps_the_others(trust: Trust) -> None:
    for number in range(3):
        write(trust.writer, mapping_ref(f"m{number}"), mapping_body(description="x" * 120_000), WORKER)
    with pytest.raises(BucketFull):
        write(trust.writer, mapping_ref("m3"), mapping_body(description="x" * 120_000), WORKER)
    assert len(trust.mappings.exact("acme", [WORKER])) == 3
    assert trust.writer.get(mapping_ref("m3")) is None
    write(trust.writer, mapping_ref("m3"), mapping_body(description="x" * 120_000), Selector("sub", "another"))


def test_a_key_set_is_a_document_like_any_other(trust: Trust) -> None:
    trust.writer.put(StoredDocument(Kind.KEY_SET, "another", 1, {"keys": []}), None, None)
    assert trust.versions(issuer_ref("another")) == {}


def test_what_was_seen_may_have_moved_and_is_a_conflict_then(trust: Trust) -> None:
    trust.writer.put(acme(1), None, SOMEBODY)
    seen = trust.writer.states([ACME])
    trust.writer.put(acme(2), None, SOMEBODY)
    with pytest.raises(VersionConflict):
        trust.writer.put(acme(2, description="lost"), None, SOMEBODY, seen=seen)
    with pytest.raises(VersionConflict):
        trust.writer.delete(ACME, 1, SOMEBODY, seen=seen)
    assert trust.writer.get(ACME) == acme(2)


def test_what_was_not_there_may_be_there_by_now(trust: Trust) -> None:
    seen = trust.writer.states([ACME])
    trust.writer.put(acme(1), None, SOMEBODY, seen=seen)
    with pytest.raises(VersionConflict):
        trust.writer.put(acme(1, description="lost"), None, SOMEBODY, seen=seen)
    assert trust.writer.get(ACME) == acme(1)


def test_what_was_seen_is_written_as_if_it_were_read_again(trust: Trust) -> None:
    worker = mapping_ref("worker")
    write(trust.writer, worker, mapping_body(), WORKER)
    seen = trust.writer.states([worker])
    trust.writer.put(StoredDocument(*worker, 2, mapping_body()), None, SOMEBODY, seen=seen)
    assert (trust.mappings.exact("acme", [WORKER]), len(trust.mappings.patterns("acme"))) == ((), 1)
    trust.writer.delete(worker, 2, SOMEBODY, seen=trust.writer.states([worker]))
    assert (trust.mappings.patterns("acme"), trust.pages.mappings_of("acme", None, 10)) == ((), ())


@pytest.mark.parametrize("writes", [1, 2])
def test_at_a_revision_that_moved_nothing_is_written(trust: Trust, writes: int) -> None:
    write(trust.writer, mapping_ref("other"), mapping_body(), WORKER)
    seen, revision = trust.writer.states([ACME]), trust.pages.revision()
    for number in range(writes):
        write(trust.writer, ACME if number else issuer_ref("another"), ISSUER)
    with pytest.raises(RevisionMoved):
        trust.writer.put(acme(1, description="lost"), None, SOMEBODY, revision=revision, seen=seen)
    assert trust.writer.get(ACME) in (None, acme(1))
