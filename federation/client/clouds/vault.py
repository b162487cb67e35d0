"""Vault and OpenBao: a login by the JWT auth method (developer.hashicorp.com/vault/docs/auth/jwt)."""

import json
from typing import ClassVar
from urllib.parse import quote

from msgspec import Struct

from federation.client.errors import ClientError, Unreachable, without_tokens
from federation.client.http import Answer, send
from federation.client.token import FederatedToken, check_may_receive
from federation.value import Redacted

_OK = 200


class VaultToken(Redacted, Struct, frozen=True):
    """A client token of Vault's."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token"})

    token: str
    lifetime: int
    """Seconds; 0: it does not end."""
    renewable: bool
    policies: tuple[str, ...]


def vault_login(
    token: FederatedToken, address: str, role: str, *, mount: str = "jwt", namespace: str | None = None
) -> VaultToken:
    """A client token for `role`. `address`: Vault's URL; `mount`: of the auth method. Raises ClientError."""
    url = f"{address.rstrip('/')}/v1/auth/{quote(mount)}/login"
    check_may_receive(url)
    answer = _answer(token.bearer(), url, role, namespace)
    if isinstance(answer, str):
        raise Unreachable(f"Vault gives no answer: {answer}", "check its address")
    match answer.loose_members.get("auth"):
        case {"client_token": str(text), "lease_duration": int(lifetime), "renewable": bool(renewable), **rest}:
            return VaultToken(text, lifetime, renewable, tuple(_texts(rest.get("policies"))))
    errors = answer.loose_members.get("errors")
    told = "; ".join(map(str, errors)) if isinstance(errors, list) and errors else f"HTTP {answer.status}"
    raise ClientError(f"Vault refuses the login: {without_tokens(told)}", f"see role {role} at auth/{mount}")


def _answer(token: FederatedToken, url: str, role: str, namespace: str | None) -> Answer | str:
    """The answer, or the name of the error: raised here, it would take the token in this frame along."""
    headers = {"content-type": "application/json", **({"x-vault-namespace": namespace} if namespace else {})}
    shown = token.get()
    try:
        body = json.dumps({"role": role, "jwt": shown.access_token}).encode()
        return send(url, "POST", body, headers)
    except OSError as error:
        return type(error).__name__


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
