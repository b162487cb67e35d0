"""IssuerDirectory and AudienceDirectory."""

from federation.model.trust import DocumentRef, Kind
from tests.support.contract import Trust
from tests.support.trust_documents import AUDIENCE, ISSUER, SOMEBODY, issuer_ref, write


def test_nothing_written_is_nothing_trusted(trust: Trust) -> None:
    assert trust.issuers.issuers() == ()
    assert trust.audiences.audience("risk-engine") is None


def test_documents_come_back_as_values_disabled_ones_included(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme"), ISSUER)
    write(trust.writer, issuer_ref("beta"), {**ISSUER, "enabled": False, "tenant": "beta"})
    write(trust.writer, DocumentRef(Kind.AUDIENCE, "risk-engine"), AUDIENCE)

    acme, beta = trust.issuers.issuers()
    audience = trust.audiences.audience("risk-engine")
    assert audience is not None

    assert (acme.id, acme.version, acme.issuer, acme.enabled) == ("acme", 1, "https://idp.example.com", True)
    assert (beta.id, beta.enabled, beta.tenant) == ("beta", False, "beta")
    assert (audience.id, audience.scopes, audience.max_ttl) == ("risk-engine", ("risk:read",), 300)


def test_the_same_tuple_comes_back_until_something_changed(trust: Trust) -> None:
    write(trust.writer, issuer_ref("acme"), ISSUER)
    before = trust.issuers.issuers()
    assert trust.issuers.issuers() is before

    write(trust.writer, issuer_ref("acme"), {**ISSUER, "enabled": False})

    assert trust.issuers.issuers() != before


def test_a_deleted_document_is_gone(trust: Trust) -> None:
    version = write(trust.writer, issuer_ref("acme"), ISSUER)
    trust.writer.delete(issuer_ref("acme"), version, SOMEBODY)
    assert trust.issuers.issuers() == ()


def test_a_corrupt_document_is_reported_and_takes_no_other_down(trust: Trust) -> None:
    write(trust.writer, issuer_ref("broken"), {"provider": "oidc"})
    write(trust.writer, issuer_ref("acme"), ISSUER)

    assert [issuer.id for issuer in trust.issuers.issuers()] == ["acme"]
    assert ["broken" in str(error) for error in trust.corrupt] == [True]


def test_more_documents_than_fit_on_a_page_are_all_there(trust: Trust) -> None:
    padding = "x" * 300_000
    for number in range(5):
        write(trust.writer, issuer_ref(f"issuer-{number}"), {**ISSUER, "description": padding})
    assert len(trust.issuers.issuers()) == 5
