"""TrustVersions: whether a decision still rests on what holds."""

from federation.model.trust import DocumentRef, Kind, Selector
from tests.support.contract import Trust
from tests.support.trust_documents import AUDIENCE, ISSUER, SOMEBODY, issuer_ref, mapping_body, mapping_ref, write


def test_versions_of_documents_of_every_kind_come_in_one_answer(trust: Trust) -> None:
    audience = DocumentRef(Kind.AUDIENCE, "risk-engine")
    write(trust.writer, issuer_ref("acme"), ISSUER)
    write(trust.writer, issuer_ref("acme"), {**ISSUER, "enabled": False})
    write(trust.writer, mapping_ref("sync"), mapping_body(), Selector("sub", "worker"))
    write(trust.writer, audience, AUDIENCE)

    asked = [issuer_ref("acme"), mapping_ref("sync"), audience, issuer_ref("nobody")]

    assert trust.versions.versions(asked) == {issuer_ref("acme"): 2, mapping_ref("sync"): 1, audience: 1}


def test_a_deleted_document_has_no_version(trust: Trust) -> None:
    trust.writer.delete(issuer_ref("acme"), write(trust.writer, issuer_ref("acme"), ISSUER), SOMEBODY)
    assert trust.versions.versions({issuer_ref("acme")}) == {}


def test_an_id_written_anew_is_not_taken_for_its_predecessor(trust: Trust) -> None:
    remembered = write(trust.writer, issuer_ref("acme"), ISSUER)
    trust.writer.delete(issuer_ref("acme"), remembered, SOMEBODY)

    written_anew = write(trust.writer, issuer_ref("acme"), {**ISSUER, "issuer": "https://else.example.com"})

    assert written_anew == remembered + 2
    assert trust.versions.versions({issuer_ref("acme")}) == {issuer_ref("acme"): written_anew}


def test_asking_for_nothing_or_twice_for_one_is_no_error(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme"), ISSUER)
    assert trust.versions.versions([]) == {}
    assert trust.versions.versions([issuer_ref("acme"), issuer_ref("acme")]) == {issuer_ref("acme"): 1}


def test_the_same_id_in_another_kind_is_another_document(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme"), ISSUER)
    assert trust.versions.versions([mapping_ref("acme")]) == {}
