"""A bridge from documents to principal, without signatures: issuer selection, provider, mapping, all real."""

from collections.abc import Mapping as ReadOnly
from typing import Any

import pytest

from federation.admin.editor import TrustEditor
from federation.documents.validate import validate
from federation.mapping.mapper import Mapper
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named
from tests.support.document_vectors import base, sources
from tests.support.fake_trust import FakeTrust
from tests.support.provider_vectors import claims_of, load
from tests.support.trust_documents import SOMEBODY
from tests.support.trust_values import asking, verified

BRIDGE = "https://federation.example.com"


class ProviderBridge:
    """Trusts one issuer of a provider, with one mapping per set of match lines, whose principals are `to/NUMBER`."""

    def __init__(self, provider: str, *matches: ReadOnly[str, Any], **issuer: object) -> None:
        self.provider = provider
        self.trust = FakeTrust()
        vectors = load(provider)
        document = base("issuer", id="trusted", provider=provider, issuer=vectors["issuer"], audiences=[BRIDGE])
        document |= {"keys": vectors["keys"]} if "keys" in vectors else {}
        mappings = [
            base("mapping", id=f"m{number}", issuer="trusted", match=dict(match), principal=f"to/{number}")
            for number, match in enumerate(matches)
        ]
        self.write({**document, **issuer}, base("audience"), *mappings)

    def write(self, *documents: dict[str, Any]) -> None:
        """Validate and store; raises InvalidDocuments."""
        TrustEditor(self.trust).apply(validate(sources(*documents)), SOMEBODY)

    def principal(self, claims: ReadOnly[str, Any]) -> str:
        """Whom a verified token with these claims is to us; raises InvalidRequest."""
        issuer = TrustedIssuers(self.trust, BRIDGE).select(claims)
        provider = provider_named(issuer.provider)
        accounted = provider.table.verify(claims)
        provider.check(issuer, accounted.claims)
        token = verified(by=issuer, claims=accounted.claims, misshapen=accounted.misshapen)
        return Mapper(self.trust, provider_named).resolve(token, asking()).principal

    def refusal(self, claims: ReadOnly[str, Any]) -> Reason:
        """Why such a token is refused."""
        with pytest.raises(InvalidRequest) as refused:
            self.principal(claims)
        return refused.value.reason

    def claims(self, name: str, **changes: object) -> dict[str, Any]:
        """The documented claim set of that name, with some claims replaced; None removes one."""
        changed = {**claims_of(self.provider, name), **changes}
        return {claim: value for claim, value in changed.items() if value is not None}
