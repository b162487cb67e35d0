"""TrustWriter and its readers: what a document names, as long as it stands, and however much that is."""

import pytest

from federation.model.documents import StoredDocument
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Lives, Selector
from federation.ports import RevisionMoved, VersionConflict
from tests.support.contract import Trust
from tests.support.trust_documents import ISSUER, SOMEBODY, issuer_ref, mapping_body, mapping_ref, write

ACME, RISK = issuer_ref("acme"), DocumentRef(Kind.AUDIENCE, "risk")
WORKER = Selector("sub", "worker")
MANY = 100
"""Grants of a mapping."""


def naming(
    trust: Trust,
    lives: Lives,
    version: int = 1,
    *,
    rests_on: tuple[DocumentVersion, ...] = (),
    place: Selector | None = WORKER,
) -> None:
    document = StoredDocument(Kind.MAPPING, "m", version, mapping_body(), lives=lives)
    trust.writer.put(document, place, SOMEBODY, rests_on=rests_on)


def audiences(*numbers: int) -> Lives:
    return {DocumentRef(Kind.AUDIENCE, f"a{number}"): 1 for number in numbers}


@pytest.mark.parametrize("place", [WORKER, None])
def test_what_a_document_names_is_found_wherever_it_is(trust: Trust, place: Selector | None) -> None:
    lives = {ACME: 1, RISK: 7}
    naming(trust, lives, place=place)
    stored = trust.writer.get(mapping_ref("m"))
    assert stored is not None
    assert stored.lives == lives
    filed = trust.mappings.exact("acme", [WORKER]) if place else trust.mappings.patterns("acme")
    assert [one.lives for one in filed] == [lives]
    by_id = trust.mappings_by_id.mapping("m")
    assert by_id is not None
    assert by_id.lives == lives


def test_who_names_a_document_is_known_until_they_do_no_more(trust: Trust) -> None:
    naming(trust, {ACME: 1, RISK: 1})
    assert trust.pages.naming(RISK, Kind.MAPPING, None, 9) == ("m",)
    assert trust.pages.naming(RISK, Kind.CLIENT, None, 9) == ()
    naming(trust, {ACME: 1}, 2)
    assert (trust.pages.naming(RISK, Kind.MAPPING, None, 9), trust.pages.mappings_of("acme", None, 9)) == ((), ("m",))
    trust.writer.delete(mapping_ref("m"), 2, SOMEBODY)
    assert trust.pages.naming(ACME, Kind.MAPPING, None, 9) == ()


def test_a_write_holds_only_while_what_it_rests_on_is_current(trust: Trust) -> None:
    write(trust.writer, ACME, ISSUER)
    for wrong in (DocumentVersion(ACME, 2), DocumentVersion(ACME, 0), DocumentVersion(RISK, 1)):
        with pytest.raises(RevisionMoved):
            naming(trust, {}, rests_on=(wrong,))
    assert trust.writer.get(mapping_ref("m")) is None
    naming(trust, {}, rests_on=(DocumentVersion(ACME, 1), DocumentVersion(RISK, 0)))
    assert trust.writer.get(mapping_ref("m")) is not None


def test_what_was_deleted_is_not_there(trust: Trust) -> None:
    write(trust.writer, ACME, ISSUER)
    trust.writer.delete(ACME, 1, SOMEBODY)
    for version in (1, 2):
        with pytest.raises(RevisionMoved):
            naming(trust, {}, rests_on=(DocumentVersion(ACME, version),))
    naming(trust, {}, rests_on=(DocumentVersion(ACME, 0),))


def test_a_document_that_moved_itself_is_a_conflict_whatever_it_rests_on(trust: Trust) -> None:
    write(trust.writer, ACME, ISSUER)
    naming(trust, {})
    with pytest.raises(VersionConflict) as refused:
        naming(trust, {}, rests_on=(DocumentVersion(ACME, 1),))
    assert not isinstance(refused.value, RevisionMoved)


def test_more_names_than_a_transaction_holds_are_all_known(trust: Trust) -> None:
    for number in range(MANY):
        write(trust.writer, DocumentRef(Kind.AUDIENCE, f"a{number}"), {"kind": "Audience"})
    first, second = audiences(*range(MANY)), audiences(*range(50, 50 + MANY))
    there = tuple(DocumentVersion(ref, 1) for ref in first)
    with pytest.raises(RevisionMoved):
        naming(trust, first, rests_on=(*there[1:], DocumentVersion(RISK, 1)))
    naming(trust, first, rests_on=there)
    naming(trust, second, 2, rests_on=there[50:])
    for ref in second:
        assert trust.pages.naming(ref, Kind.MAPPING, None, 9) == ("m",)
    naming(trust, {}, 3)
    naming(trust, {}, 4)
    naming(trust, {}, 5)
    known = [ref for ref in {**first, **second} if trust.pages.naming(ref, Kind.MAPPING, None, 9)]
    assert known == [], "entries that did not fit into one write go with the next ones"
