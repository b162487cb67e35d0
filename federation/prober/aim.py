"""A bridge as the prober sees it, and what it can send there."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from msgspec import Struct

from federation.client.http import Answer, send
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.prober.identity import AUDIENCE, SCOPE, ProbeKey, good_claims
from federation.value import Redacted

TOKEN, EVENTS, INTROSPECT, ADMIN = "/token", "/events", "/introspect", "/admin/v1/issuers"
SET_TYPE = "application/secevent+jwt"


class Aim(Redacted, Struct, frozen=True):
    """`issued`: a token that the bridge gave to the prober for a good one, `spent`; empty: it has no identity there."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"issued", "spent"})

    url: str
    issuer: str
    """What the bridge calls itself, for `aud`."""
    key: ProbeKey
    stranger: ProbeKey
    """Of no issuer, under the same `kid`."""
    issued: str = ""
    spent: str = ""

    def good(self, **changes: Any) -> str:  # noqa: ANN401 (JSON)
        """A token of the prober with those claims changed."""
        return self.key.token(good_claims(self.issuer, **changes))

    def headed(self, **header: Any) -> str:  # noqa: ANN401 (JSON)
        """A token that is good but for its header."""
        return self.key.token(good_claims(self.issuer), header)

    def exchange(self, token: str, **parameters: str) -> Answer:
        """One exchange of it; raises OSError."""
        return self.exchange_with(token, {}, **parameters)

    def exchange_with(self, token: str, headers: Mapping[str, str], **parameters: str) -> Answer:
        """The same with further headers."""
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": token,
            "subject_token_type": TokenType.JWT.value,
            "audience": AUDIENCE,
            "scope": SCOPE,
            **parameters,
        }
        return self.post(TOKEN, urlencode(form), headers)

    def form(self, path: str, **parameters: str) -> Answer:
        """A form."""
        return self.post(path, urlencode(parameters))

    def post(self, path: str, body: str, headers: Mapping[str, str] | None = None) -> Answer:
        """A form unless `headers` say otherwise; raises OSError."""
        return send(self.url + path, "POST", body.encode(), {"content-type": FORM, **(headers or {})})

    def push(self, text: str) -> Answer:
        """A security event."""
        return self.post(EVENTS, text, {"content-type": SET_TYPE})

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises OSError."""
        return send(self.url + path, "GET", None, headers)


def reason_of(answer: Answer) -> str:
    """The stable reason of a refusal, in whichever form its endpoint has; empty: it has none."""
    members = answer.loose_members
    described = members.get("error_description") or members.get("description")
    return str(described).partition(":")[0] if described else str(members.get("type", "")).rpartition("#")[2]


def event_claims(aim: Aim, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """Of a SET about the prober itself, `changes` applied."""
    claims = good_claims(aim.issuer, sub=None, exp=None)
    subject = {"format": "opaque", "id": "prober"}
    events: dict[str, Any] = {"https://schemas.openid.net/secevent/caep/event-type/session-revoked": {}}
    return {**claims, "sub_id": subject, "events": events, **changes}


def duplicated(aim: Aim) -> str:
    """Claims that say `sub` twice: two readers would read two subjects."""
    return json.dumps(good_claims(aim.issuer))[:-1] + ', "sub": "admin"}'
