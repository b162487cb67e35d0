"""A bridge on this machine, an admin who logs in from the command line, and a partner whose worker exchanges."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from federation.client.http import Answer, post_form
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.admin_token import admin_documents, request_admin_token
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.oauth.identifiers import GrantType, TokenType
from tests.support.cli_runs import Admin

TARGET = "risk-engine"
PARTNER = "https://idp.partner.example.com"
ADMINS = "https://fedbridge-serve.example.com"
ADMIN = "whoever-started-this-bridge"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AdminLaptop(Admin):
    """Runs commands against the real thing."""

    local: LocalBridge
    admin_key: IssuerKey
    partner_key: IssuerKey

    def log_in(self) -> None:
        """As an admin does, with a token of the admins' identity provider."""
        (self.folder / "id.jwt").write_text(self.admin_key.sign(_claims(ADMINS, ADMIN, self.url)), encoding="ascii")
        result = self.run("login", "--source", f"file:{self.folder}/id.jwt")
        assert result.exit_code == 0, result.output

    def keep_bearer(self, file: Path) -> None:
        """A token that is bound to no key, as `fedbridge serve` leaves it: it can be used through a relay."""
        file.write_text(request_admin_token(self.url, self.admin_key), encoding="ascii")

    def worker_token(self, subject: str = "worker") -> str:
        return self.partner_key.sign(_claims(PARTNER, subject, self.url))

    def exchange(self, subject: str = "worker") -> Answer:
        form: dict[str, str] = {
            "grant_type": GrantType.TOKEN_EXCHANGE,
            "subject_token": self.worker_token(subject),
            "subject_token_type": TokenType.JWT,
            "audience": TARGET,
        }
        return post_form(f"{self.url}/token", list(form.items()))

    def partner(self, subject: str = "worker") -> list[Document]:
        """What lets the partner in."""
        issuer = {"kind": "Issuer", "id": "partner", "provider": "oidc", "issuer": PARTNER}
        mapping = {"kind": "Mapping", "id": "partner-worker", "issuer": "partner", "principal": "partner/worker"}
        return [
            {**issuer, "keys": {"jwks": self.partner_key.jwks}},
            {**mapping, "match": {"sub": subject}, "grants": [{"audience": TARGET, "scopes": ["risk:read"]}]},
        ]


@contextmanager
def admin_laptop(folder: Path) -> Iterator[AdminLaptop]:
    """Nobody is logged in, and no partner is let in."""
    admin, partner = generate_key("admin-1", "ES256"), generate_key("partner-1", "RS256")
    target = SourceDocument("tests", {"kind": "Audience", "id": TARGET, "scopes": ["risk:read", "risk:write"]})
    trust = [target, *admin_documents(admin, [target])]
    with LocalBridge(validate(trust, loopback=True)) as local:
        yield AdminLaptop(local.url, folder, local, admin, partner)


def _claims(issuer: str, subject: str, audience: str) -> Document:
    now = int(time.time())
    jti = f"{subject}-{time.monotonic_ns()}"
    return {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + 3600, "jti": jti}
