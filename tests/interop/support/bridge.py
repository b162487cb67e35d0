"""The bridge between real issuers and a caller, and what was exchanged there."""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jwt

from federation.client.http import Answer, post_form
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.oauth.identifiers import GrantType, TokenType
from tests.interop.support.exchanges import Exchange, Exchanges
from tests.interop.support.foreign import ForeignToken

US = "https://federation.example.com"
"""The audience that issuers know us by."""
AUDIENCE = "risk-engine"
SCOPE = "risk:score:read"

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InteropBridge:
    """A running bridge as its callers see it."""

    local: LocalBridge
    exchanges: Exchanges

    def principal(self, token: ForeignToken, token_type: TokenType = TokenType.ACCESS_TOKEN) -> str:
        """Whom our token names in exchange for that one: verified by stock PyJWT from the published keys."""
        answer = self._exchange(token, token_type)
        assert answer.status == 200, answer.body
        principal: str = self._verified(answer.members["access_token"])["sub"]
        self.exchanges.add(Exchange(token.issuer, token.what, token.kind, token_type, principal))
        return principal

    def refusal(self, token: ForeignToken, token_type: TokenType = TokenType.ACCESS_TOKEN) -> str:
        """The reason code for which that token is refused, as RFC 8693 section 2.2.2 wants it."""
        answer = self._exchange(token, token_type)
        assert (answer.status, answer.members["error"]) == (400, "invalid_request")
        assert token.text not in answer.body.decode()
        reason: str = answer.members["error_description"].partition(":")[0]
        self.exchanges.add(Exchange(token.issuer, token.what, token.kind, token_type, f"refused: {reason}"))
        return reason

    def _exchange(self, token: ForeignToken, token_type: TokenType) -> Answer:
        form = [
            ("grant_type", GrantType.TOKEN_EXCHANGE.value),
            ("subject_token", token.text),
            ("subject_token_type", token_type.value),
            ("audience", AUDIENCE),
        ]
        return post_form(f"{self.local.url}/token", form)

    def _verified(self, token: str) -> dict[str, Any]:
        url = self.local.url
        key = jwt.PyJWKClient(f"{url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(token, key.key, ["RS256"], audience=AUDIENCE, issuer=url)
        return claims


@contextmanager
def bridge_trusting(documents: Sequence[Document], exchanges: Exchanges, *targets: Document) -> Iterator[InteropBridge]:
    """A fresh bridge, which has asked nobody for keys yet. `targets`: instead of `AUDIENCE` as it usually is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    usual = {"kind": "Audience", "id": AUDIENCE, "scopes": [SCOPE]}
    wanted = (*(targets or (usual,)), *documents)
    trust = validate((SourceDocument("interop", dict(document)) for document in wanted), loopback=True)
    with LocalBridge(trust, environment=environment, log=io.StringIO()) as local:
        yield InteropBridge(local, exchanges)


def issuer(name: str, url: str, **changes: object) -> Document:
    """An Issuer document."""
    return {"kind": "Issuer", "id": name, "provider": "oidc", "issuer": url, "audiences": [US], **changes}


def mapping(name: str, trusted: str, match: Mapping[str, object], principal: str) -> Document:
    """A Mapping document."""
    grants = [{"audience": AUDIENCE, "scopes": [SCOPE]}]
    return {"kind": "Mapping", "id": name, "issuer": trusted, "match": match, "principal": principal, "grants": grants}
