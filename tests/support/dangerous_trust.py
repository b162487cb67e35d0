"""A shared issuer, a rule that trusts all of it, and the two who must agree to that."""

from collections.abc import Mapping as ReadOnly
from typing import Any

import pytest

from federation.admin.changes import change_now
from federation.admin.confirm import Confirmer
from federation.admin.editor import Applied, TrustEditor
from federation.documents.validate import validate
from federation.mapping.mapper import Mapper
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.oauth.errors import InvalidRequest
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named
from tests.support.document_vectors import base, sources
from tests.support.fake_clock import FixedClock
from tests.support.fake_trust import FakeTrust
from tests.support.provider_vectors import claims_of
from tests.support.trust_documents import SOMEBODY
from tests.support.trust_values import asking, verified

BRIDGE = "https://federation.example.com"
GITHUB = base(
    "issuer", id="github", provider="github", issuer="https://token.actions.githubusercontent.com", audiences=[BRIDGE]
)
ALL_OF_GITHUB = base(
    "mapping", id="everybody", issuer="github", match={"repository_owner": "*"}, principal="ci/anybody", dangerous=True
)

SECOND = change_now(FixedClock(), "admin/second", "all jobs may read", "request-1")
RULE = DocumentRef(Kind.MAPPING, "everybody")


def claims(**changes: object) -> dict[str, Any]:
    """Of a job in somebody's repository."""
    return claims_of("github", "the documented example, subject by name") | {"aud": BRIDGE} | changes


class TwoAdmins:
    """One writes, the other confirms."""

    def __init__(self) -> None:
        self.trust = FakeTrust()
        self._confirmer = Confirmer(self.trust)

    def write(self, mapping: ReadOnly[str, Any] = ALL_OF_GITHUB, issuer: ReadOnly[str, Any] = GITHUB) -> Applied:
        """Raises InvalidDocuments."""
        return TrustEditor(self.trust).apply(validate(sources(dict(issuer), base("audience"), dict(mapping))), SOMEBODY)

    def confirm(self, version: int) -> int:
        """The version that holds; raises CannotConfirm."""
        return self._confirmer.confirm(DocumentVersion(RULE, version), SECOND).version

    def body(self) -> ReadOnly[str, Any]:
        stored = self.trust.get(RULE)
        assert stored
        return stored.body

    def principal(self, **changes: object) -> str:
        """Whom somebody's job is to us; raises InvalidRequest."""
        token = claims(**changes)
        issuer = TrustedIssuers(self.trust, BRIDGE).select(token)
        return Mapper(self.trust, provider_named).resolve(verified(by=issuer, claims=token), asking()).principal

    def refusal(self, **changes: object) -> InvalidRequest:
        with pytest.raises(InvalidRequest) as refused:
            self.principal(**changes)
        return refused.value
