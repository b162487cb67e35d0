"""Whoever calls the deployed API: over HTTPS, by the names of its outputs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt

from federation.client.admin import AdminApi
from federation.client.credential import Credential
from federation.client.exchange import Wanted, exchange, post_with_proof
from federation.client.http import Answer, send
from federation.client.identity import Subject
from federation.client.key import DpopKey
from federation.model.confirmation import ADMIN_AUDIENCE, ADMIN_SCOPES
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.oauth.metadata import JWKS_PATH
from tests.deployed.idp import IdentityProvider
from tests.deployed.trust import Parties
from tests.support.eventually import HANGS

ADMIN = "alice"
"""The first admin, as the deployment's parameters name her."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`url`: the bridge's."""

    url: str
    parties: Parties
    idp: IdentityProvider

    def admin(self, subject: str = ADMIN) -> AdminApi:
        """Logged in afresh, with a token bound to a key; raises Refused."""
        key = DpopKey.generate()
        wanted = Wanted(ADMIN_AUDIENCE, " ".join(ADMIN_SCOPES))
        token = exchange(self.url, Subject(self.idp.token(subject, self.url)), wanted, key=key)
        return AdminApi(self.url, Credential(token.access_token, key, token.expires_at, self.url))

    def exchange(
        self,
        subject: str,
        audience: str = "scores",
        form: Mapping[str, str] | None = None,
        key: DpopKey | None = None,
    ) -> Answer:
        """`form`: more parameters, or others. `key`: binds the token."""
        members = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": subject,
            "audience": audience,
            **(form or {}),
        }
        if key is None:
            return self.post("/token", list(members.items()))
        return post_with_proof(f"{self.url}/token", list(members.items()), key)

    def post(self, path: str, form: Sequence[tuple[str, str]]) -> Answer:
        """However long a cold start takes on this machine."""
        return send(f"{self.url}{path}", "POST", urlencode(form).encode(), {"content-type": FORM}, timeout=HANGS)

    def introspect(self, token: str) -> dict[str, Any]:
        """As the API that the token is for."""
        answer = self.post("/introspect", [("token", token), *self.parties.assertion(self.url)])
        assert answer.status == 200, answer.body
        return answer.members

    def verified(self, answer: Answer, audience: str = "scores") -> dict[str, Any]:
        """The claims of the token in an answer, by stock PyJWT and the published keys."""
        assert answer.status == 200, answer.body
        token = answer.members["access_token"]
        keys = jwt.PyJWKSet.from_dict(self.published(JWKS_PATH))
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims: dict[str, Any] = jwt.decode(token, key, ["RS256"], audience=audience, issuer=self.url)
        return claims

    def published(self, path: str) -> dict[str, Any]:
        answer = send(f"{self.url}{path}", "GET")
        assert answer.status == 200, (path, answer.body)
        members: dict[str, Any] = json.loads(answer.body)
        return members
