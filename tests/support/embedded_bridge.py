"""The token endpoint as it is deployed, on embedded AWS, and every AWS call that it makes."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

from federation.admin.changes import change_now
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.keys import publication
from federation.bootstrap.token import token_endpoint
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.endpoint import TokenEndpoint
from federation.local.embedded_aws import EmbeddedAws
from federation.local.embedded_services import embedded_services
from federation.model.json import Json
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, GrantType, TokenType
from federation.settings import read_settings
from federation.system import SystemClock
from tests.support.aws_calls import counted
from tests.support.client_world import GATEWAY, assertion, by_key
from tests.support.dpop import CLIENT, proof
from tests.support.exchange_world import AUDIENCE, BRIDGE, ISSUER, MAPPING, subject_token
from tests.support.fake_audit_log import FakeAuditLog

REGISTERED: dict[str, Json] = {
    "kind": "Client",
    "id": GATEWAY,
    "tenant": "acme",
    "auth": by_key(),
    "audiences": ["risk-engine"],
    "scopes": ["risk:read"],
}


@dataclass
class Embedded:
    """Callers of the endpoint; `calls` counts what it asks of AWS, retries inside a call not included."""

    endpoint: TokenEndpoint
    log: FakeAuditLog
    calls: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=count)

    def post(self, token: str | None = None, dpop: str | None = None, /, **parameters: Json) -> HttpResponse:
        """One exchange of a fresh foreign token, or of `token`; a parameter that is None is left out."""
        form: dict[str, Json] = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": token or self.foreign(),
            "audience": "risk-engine",
            **parameters,
        }
        body = urlencode({name: value for name, value in form.items() if value is not None}).encode()
        headers = {"content-type": FORM, **({"dpop": dpop} if dpop else {})}
        name = f"c-{next(self._numbers)}"
        return self.endpoint.handle(HttpRequest("POST", "/token", body, name, headers, source_ip="192.0.2.7"))

    def foreign(self, **claims: Any) -> str:  # noqa: ANN401  (JSON)
        return subject_token(**{**_lifetime(600), "jti": f"j-{next(self._numbers)}", **claims})

    def by_assertion(self, **changes: Any) -> dict[str, Json]:  # noqa: ANN401  (JSON)
        text = assertion(**{**_lifetime(60), "jti": f"a-{next(self._numbers)}", **changes})
        return {"client_assertion": text, "client_assertion_type": JWT_BEARER_ASSERTION}

    def proof(self, **members: Any) -> str:  # noqa: ANN401  (JSON)
        return proof(CLIENT, **{"jti": f"p-{next(self._numbers)}", "iat": int(time.time()), **members})


def _lifetime(seconds: int) -> dict[str, Any]:
    now = int(time.time())
    return {"iat": now, "exp": now + seconds}


@contextmanager
def embedded_bridge(**settings: str) -> Iterator[Embedded]:
    """With one issuer, one mapping, one audience and one client. `settings`: further ones, without FEDERATION_."""
    with EmbeddedAws(os.environ) as resources:
        more = {f"FEDERATION_{name}": value for name, value in settings.items()}
        read = read_settings({**resources, "FEDERATION_ISSUER": BRIDGE, **more})
        documents = validate(SourceDocument("tests", body) for body in (ISSUER, MAPPING, AUDIENCE, REGISTERED))
        trust_editor(read).apply(documents, change_now(SystemClock(), "tests"))
        publication(read).run()
        log, calls = FakeAuditLog(), Counter[str]()
        yield Embedded(token_endpoint(read, log, counted(embedded_services(), calls)), log, calls)
