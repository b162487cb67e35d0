"""`httpx.Auth` and `requests` classes that show a FederatedToken, bound to each request.

Both answer a resource's DPoP nonce (RFC 9449 section 9), and once fetch another token where one was refused as invalid.
"""

from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from federation.client.credential import Credential
from federation.client.token import FederatedToken, check_may_receive

if TYPE_CHECKING:
    import requests

_UNAUTHORIZED: Final = 401


class HttpxAuth(httpx.Auth):
    """`httpx.Client(auth=HttpxAuth(token))`, and the same for `AsyncClient`."""

    def __init__(self, token: FederatedToken) -> None:
        self._token = token
        self._nonces: dict[str, str] = {}

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Httpx's."""
        check_may_receive(str(request.url))
        credential = self._token.get()
        response = yield self._shown(credential, request)
        if self._again(credential, response):
            yield self._shown(self._token.get(), request)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Httpx's."""
        check_may_receive(str(request.url))
        credential = await self._token.get_async()
        response = yield self._shown(credential, request)
        if self._again(credential, response):
            yield self._shown(await self._token.get_async(), request)

    def _shown(self, credential: Credential, request: httpx.Request) -> httpx.Request:
        nonce = self._nonces.get(_origin(str(request.url)))
        request.headers.update(credential.headers(request.method, str(request.url), nonce))
        return request

    def _again(self, credential: Credential, response: httpx.Response) -> bool:
        nonce = response.headers.get("dpop-nonce")
        if nonce:
            self._nonces[_origin(str(response.request.url))] = nonce
        why = response.headers.get("www-authenticate", "") if response.status_code == _UNAUTHORIZED else ""
        return _is_worth_another(self._token, credential, why, nonce)


class RequestsAuth:
    """`requests.get(url, auth=RequestsAuth(token))`."""

    def __init__(self, token: FederatedToken) -> None:
        self._token = token
        self._nonces: dict[str, str] = {}

    def __call__(self, request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        """Requests' own protocol."""
        check_may_receive(str(request.url))
        credential = self._token.get()
        self._show(credential, request)
        request.hooks["response"].append(lambda response, **options: self._answered(credential, response, options))
        return request

    def _show(self, credential: Credential, request: "requests.PreparedRequest") -> None:
        nonce = self._nonces.get(_origin(str(request.url)))
        request.headers.update(credential.headers(str(request.method), str(request.url), nonce))

    def _answered(
        self, credential: Credential, response: "requests.Response", options: dict[str, Any]
    ) -> "requests.Response":
        nonce = response.headers.get("dpop-nonce")
        if nonce:
            self._nonces[_origin(str(response.url))] = nonce
        why = response.headers.get("www-authenticate", "") if response.status_code == _UNAUTHORIZED else ""
        repeated = response.request.copy()
        rewound = not hasattr(repeated.body, "read")
        if not rewound or not _is_worth_another(self._token, credential, why, nonce):
            return response
        response.content  # noqa: B018 (reads the answer, so that its connection can be used again)
        response.close()
        self._show(self._token.get(), repeated)
        repeated.hooks["response"] = []
        again: requests.Response = response.connection.send(repeated, **options)
        again.history.append(response)
        again.request = repeated
        return again


def _is_worth_another(token: FederatedToken, credential: Credential, why: str, nonce: str | None) -> bool:
    """Whether a refusal goes away with the nonce, or with another token."""
    if nonce and credential.key is not None and "use_dpop_nonce" in why:
        return True
    if "invalid_token" not in why:
        return False
    token.discard(credential)
    return True


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
