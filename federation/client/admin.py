"""The admin API from the caller's side."""

import json
import secrets
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from msgspec import Struct

from federation.client.credential import Credential
from federation.client.http import Answer, send

API = "/admin/v1"
TIMEOUT = 60.0
"""Seconds: large sets of documents take their time."""


class AdminRefused(Exception):
    """The bridge answered with a problem (RFC 9457)."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.problem = answer.loose_members
        self.correlation_id = answer.headers.get("x-correlation-id", "")
        title = self.problem.get("title") or self.problem.get("error") or f"HTTP {answer.status}"
        detail = self.problem.get("detail") or self.problem.get("error_description") or ""
        super().__init__(f"{str(title).rstrip('.')}: {detail}" if detail else str(title))


class AdminResult(Struct, frozen=True):
    """A good answer. `etag`: as the bridge wrote it, empty where there is none."""

    status: int
    members: dict[str, Any]
    etag: str = ""


class Send(Protocol):
    """`federation.client.http.send`, or what stands in its place."""

    def __call__(
        self,
        url: str,
        method: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float,
    ) -> Answer:
        """The answer; raises OSError."""
        ...


class AdminApi(Struct, frozen=True):
    """Talks to one bridge over HTTP alone, so it is the same for a laptop and for AWS."""

    bridge: str
    """URL, without a slash at its end."""
    credential: Credential
    send: Send = send

    def get(self, path: str, query: Mapping[str, str] | None = None) -> AdminResult:
        """Raises AdminRefused, and OSError where there is no answer."""
        return self._call("GET", path, query=query)

    def post(self, path: str, body: Mapping[str, Any], *, etag: str | None = None, new: bool = False) -> AdminResult:
        """An action; should its answer be lost, it is asked for once more, with no second effect (Idempotency-Key).

        `etag`: of the version that it is about; `new`: there must be none.
        """
        condition = {"if-match": etag} if etag else {"if-none-match": "*"} if new else {}
        headers = {"idempotency-key": secrets.token_urlsafe(16), **condition}
        try:
            return self._call("POST", path, body, headers)
        except ConnectionRefusedError:
            raise
        except ConnectionError:
            return self._call("POST", path, body, headers)

    def ask(self, path: str, body: Mapping[str, Any]) -> AdminResult:
        """A question that takes a body: it has no effect, so it needs no name."""
        return self._call("POST", path, body)

    def put(self, path: str, document: Mapping[str, Any], etag: str | None) -> AdminResult:
        """`etag`: of the version to replace; None: there must be none."""
        return self._call("PUT", path, document, {"if-match": etag} if etag else {"if-none-match": "*"})

    def delete(self, path: str, etag: str, reason: str = "") -> AdminResult:
        """Only that version."""
        return self._call("DELETE", path, headers={"if-match": etag}, query={"reason": reason} if reason else None)

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> AdminResult:
        url = f"{self.bridge}{API}{path}"
        target = f"{url}?{urlencode(query)}" if query else url
        content = None if body is None else json.dumps(body).encode()
        typed = {**(headers or {}), **({"content-type": "application/json"} if content else {})}
        answer = self.send(target, method, content, {**typed, **self.credential.headers(method, url)}, timeout=TIMEOUT)
        nonce = answer.headers.get("dpop-nonce")
        if answer.status == 401 and nonce and self.credential.key:  # noqa: PLR2004 RFC 9449 section 9
            proven = self.credential.headers(method, url, nonce)
            answer = self.send(target, method, content, {**typed, **proven}, timeout=TIMEOUT)
        if answer.status >= 400:  # noqa: PLR2004 RFC 9110 section 15.5
            raise AdminRefused(answer)
        return AdminResult(answer.status, answer.loose_members, answer.headers.get("etag", ""))
