"""Validated documents reach the trust table, filed where their tokens will look."""

from collections.abc import Collection
from typing import Any

import pytest

from federation.admin.editor import Applied, TrustEditor
from federation.documents.validate import validate
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.ports import DocumentState, VersionConflict
from tests.support.document_vectors import base, sources
from tests.support.fake_trust import FakeTrust
from tests.support.trust_documents import SOMEBODY

ISSUER = base("issuer")
MAPPING = base("mapping")
AUDIENCE = base("audience")
REFS = (
    DocumentRef(Kind.AUDIENCE, "risk-engine"),
    DocumentRef(Kind.ISSUER, "acme-okta"),
    DocumentRef(Kind.MAPPING, "acme-billing-sync"),
)


def apply(trust: FakeTrust, *bodies: dict[str, Any]) -> Applied:
    return TrustEditor(trust).apply(validate(sources(*bodies)), SOMEBODY)


def test_new_documents_are_created_none_before_what_it_names() -> None:
    applied = apply(FakeTrust(), MAPPING, ISSUER, AUDIENCE)
    assert applied == Applied(tuple(DocumentVersion(ref, 1) for ref in REFS), (), ())


def test_what_has_not_changed_is_not_written_again() -> None:
    trust = FakeTrust()
    apply(trust, ISSUER, MAPPING, AUDIENCE)
    assert apply(trust, ISSUER, MAPPING, AUDIENCE) == Applied((), (), REFS)


def test_what_has_changed_becomes_the_next_version() -> None:
    trust = FakeTrust()
    apply(trust, ISSUER, MAPPING, AUDIENCE)
    applied = apply(trust, ISSUER, {**MAPPING, "description": "new"}, AUDIENCE)
    assert applied == Applied((), (DocumentVersion(REFS[2], 2),), REFS[:2])
    [mapping] = trust.exact("acme-okta", [Selector("sub", "0oa1b2c3d4")])
    assert mapping.version == 2


def test_a_document_that_was_deleted_comes_back_as_a_later_version() -> None:
    trust = FakeTrust()
    apply(trust, AUDIENCE)
    trust.delete(REFS[0], 1)
    assert apply(trust, AUDIENCE).created == (DocumentVersion(REFS[0], 3),)


def test_what_the_set_does_not_name_stays() -> None:
    trust = FakeTrust()
    apply(trust, ISSUER, MAPPING, AUDIENCE)
    apply(trust, {**AUDIENCE, "id": "other"})
    assert all(trust.get(ref) for ref in REFS)


def test_a_mapping_is_filed_under_the_claim_it_pins() -> None:
    trust = FakeTrust()
    apply(trust, ISSUER, MAPPING, AUDIENCE)
    [mapping] = trust.exact("acme-okta", [Selector("sub", "0oa1b2c3d4")])
    assert mapping.id == "acme-billing-sync"
    assert trust.patterns("acme-okta") == ()


def test_a_pattern_is_filed_among_its_issuers_patterns() -> None:
    trust = FakeTrust()
    apply(trust, ISSUER, {**MAPPING, "match": {"sub": "svc-*"}}, AUDIENCE)
    assert [mapping.id for mapping in trust.patterns("acme-okta")] == ["acme-billing-sync"]


def test_a_disabled_mapping_is_filed_nowhere() -> None:
    trust = FakeTrust()
    apply(trust, ISSUER, MAPPING, AUDIENCE)
    apply(trust, ISSUER, {**MAPPING, "enabled": False}, AUDIENCE)
    assert trust.exact("acme-okta", [Selector("sub", "0oa1b2c3d4")]) == ()


def test_another_provider_files_the_unchanged_mappings_of_its_issuer_anew() -> None:
    trust = FakeTrust()
    lines = {"project_id": "74", "ref_protected": "true", "ref_type": "branch", "ref": "main"}
    url = "https://gitlab.example.com"
    apply(trust, {**ISSUER, "issuer": url}, {**MAPPING, "match": lines}, AUDIENCE)
    applied = apply(trust, {**ISSUER, "issuer": url, "provider": "gitlab"}, {**MAPPING, "match": lines}, AUDIENCE)
    assert [version.ref for version in applied.updated] == list(REFS[1:])
    assert len(trust.exact("acme-okta", [Selector("project_id", "74")])) == 1


def test_a_write_by_somebody_else_is_not_overwritten() -> None:
    with pytest.raises(VersionConflict):
        apply(RacingTrust(), AUDIENCE)


def test_a_document_that_is_to_go_goes_and_its_version_stays() -> None:
    trust = FakeTrust()
    apply(trust, ISSUER, MAPPING, AUDIENCE)
    editor = TrustEditor(trust)
    plan = editor.plan(validate(sources(ISSUER)), [REFS[1], REFS[2], DocumentRef(Kind.ZONE, "never")])
    assert [(one.ref, one.action) for one in plan[1:]] == [
        (REFS[2], "delete"),
        (REFS[1], "delete"),
        (DocumentRef(Kind.ZONE, "never"), "unchanged"),
    ]
    applied = editor.write(plan, SOMEBODY)
    assert applied.deleted == (DocumentVersion(REFS[2], 2), DocumentVersion(REFS[1], 2))
    assert trust.get(REFS[1]) is None


class RacingTrust(FakeTrust):
    """Somebody else writes between the look and the write."""

    def states(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, DocumentState]:
        seen = super().states(refs)
        for ref in refs:
            self.add(*ref, AUDIENCE)
        return seen
