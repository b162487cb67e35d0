"""The whole bridge in process, with identity providers of its own, for tests over HTTP with real keys."""

import http.client
import io
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO
from urllib.parse import urlencode, urlsplit

import jwt

from federation.client.http import Answer, post_form, send
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, LoopbackIssuers
from federation.model.metrics import SERVICE
from federation.oauth.identifiers import FORM, GrantType, TokenType
from tests.support.bridge_trust import (
    AUDIENCE,
    IDENTITIES,
    OTHER_AUDIENCE,
    OTHER_RESOURCE,
    READ,
    RESOURCE,
    WRITE,
    issuer_keys,
    sign,
    trust,
)
from tests.support.eventually import HANGS

__all__ = ["AUDIENCE", "OTHER_AUDIENCE", "OTHER_RESOURCE", "READ", "RESOURCE", "WRITE", "Bridge"]


@dataclass(frozen=True, slots=True)
class Bridge:
    """A running bridge as its callers, its issuers and its auditors see it."""

    local: LocalBridge
    issuers: LoopbackIssuers
    keys: Mapping[str, IssuerKey]
    log: io.StringIO

    @property
    def url(self) -> str:
        return self.local.url

    def token(self, name: str, **changes: Any) -> str:  # noqa: ANN401 - claims
        """A foreign token of the identity `name`; a change to None leaves the claim out."""
        issuer = IDENTITIES[name].issuer
        return sign(name, self.keys[issuer], self.issuers.endpoints(issuer), self.url, changes)

    def form(self, subject: str = "partner", /, **changes: str | None) -> list[tuple[str, str]]:
        """A good exchange form; a change to None leaves the parameter out."""
        form: dict[str, str | None] = {
            "grant_type": GrantType.TOKEN_EXCHANGE,
            "subject_token_type": TokenType.JWT,
            "audience": AUDIENCE,
            **changes,
        }
        if "subject_token" not in form:
            form["subject_token"] = self.token(subject)
        return [(name, value) for name, value in form.items() if value is not None]

    def encoded(self, /, **changes: str | None) -> str:
        return urlencode(self.form(**changes))

    def exchange(self, subject: str = "partner", /, **changes: str | None) -> Answer:
        return self.post(self.form(subject, **changes))

    def exchange_with(self, headers: Mapping[str, str], **changes: str | None) -> Answer:
        return self.post(self.form(**changes), headers)

    def post(self, form: Sequence[tuple[str, str]], headers: Mapping[str, str] | None = None) -> Answer:
        return post_form(f"{self.url}/token", form, headers)

    def post_bytes(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        return send(f"{self.url}/token", "POST", body, {"content-type": FORM} if headers is None else headers)

    def post_with_headers(self, headers: Sequence[tuple[str, str]]) -> Answer:
        """A good form under exactly these headers, repeated ones included."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=HANGS)
        body = self.encoded().encode()
        connection.putrequest("POST", "/token")
        for name, value in [*headers, ("content-length", str(len(body)))]:
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return answer

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return send(f"{self.url}{path}", "GET", headers=headers)

    def verify(self, answer: Answer) -> dict[str, Any]:
        """The claims of the issued token."""
        return self.verify_token(answer.members["access_token"])

    def verify_token(self, token: str) -> dict[str, Any]:
        """The claims of one of our tokens, verified by stock PyJWT from the published keys."""
        key = jwt.PyJWKClient(f"{self.url}/.well-known/jwks.json").get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=["RS256", "ES256"],
            issuer=self.url,
            audience=[AUDIENCE, OTHER_AUDIENCE],
            options={"require": ["iss", "sub", "aud", "exp", "iat", "jti"]},
        )
        return claims

    def issued_record(self, jti: str) -> dict[str, Any] | None:
        """The durable audit record of an issued token."""
        return self.local.trail.issued(jti)

    def issued_records(self) -> list[dict[str, Any]]:
        return self.local.trail.all_issued()

    def refusals(self, correlation_id: str) -> list[dict[str, Any]]:
        """The log lines of refused requests with that correlation id."""
        return self.local.trail.refused(correlation_id)

    def everything_written(self) -> str:
        """Every byte that the bridge logged or recorded."""
        return self.log.getvalue() + json.dumps(self.issued_records())


@contextmanager
def running_bridge() -> Iterator[Bridge]:
    """A bridge that trusts `bridge_trust`'s issuers, and those issuers."""
    log, keys = io.StringIO(), issuer_keys()
    with LoopbackIssuers(keys) as issuers, LocalBridge(trust(issuers), log=log) as local, logging_into(log):
        yield Bridge(local, issuers, keys, log)


@contextmanager
def logging_into(log: TextIO) -> Iterator[None]:
    """What any library logs, in `log` as well; the functions' own loggers write there themselves."""
    tap = logging.StreamHandler(log)
    tap.addFilter(lambda record: not record.name.startswith(SERVICE))
    root = logging.getLogger()
    root.addHandler(tap)
    try:
        yield
    finally:
        root.removeHandler(tap)
