"""A token exchange from the caller's side (RFC 8693 section 2)."""

import json
import re
from collections.abc import Mapping, Sequence
from time import time
from typing import ClassVar
from urllib.parse import urlencode

from msgspec import Struct

from federation.client.errors import Refused, clock_offset
from federation.client.http import Answer, may_receive_token, post_form, send
from federation.client.identity import Subject
from federation.client.key import DpopKey
from federation.oauth.identifiers import FORM, GrantType
from federation.oauth.metadata import OAUTH_PATH, TOKEN_PATH
from federation.value import Redacted

__all__ = ["Refused", "Token", "Wanted", "exchange", "post_with_proof"]

USE_NONCE = "use_dpop_nonce"
_OK = 200
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What an Authorization header can hold (RFC 6750 section 2.1)."""
_LONGEST = 10**9
"""Seconds: more is no lifetime."""


class Token(Redacted, Struct, frozen=True):
    """An issued token."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"access_token"})

    access_token: str
    token_type: str
    expires_at: int
    """Seconds since the epoch, by this machine's clock."""
    scope: str
    lifetime: int = 0
    """Seconds, from when it was issued."""
    clock_offset: float = 0.0
    """Seconds to add to this machine's clock to get the bridge's."""


class Wanted(Struct, frozen=True):
    """What the token is to be good for."""

    audience: str
    scope: str | None = None
    authorization_details: str | None = None
    """JSON (RFC 9396)."""

    def narrowed(self, *details: Mapping[str, object]) -> "Wanted":
        """The same for these authorization details alone."""
        return Wanted(self.audience, self.scope, json.dumps(details))


def exchange(
    bridge: str,
    subject: Subject,
    wanted: Wanted,
    *,
    actor: Subject | None = None,
    key: DpopKey | None = None,
) -> Token:
    """The bridge's token for whom `subject` proves, with `actor` acting; `key`: bind it to that key.

    Raises Refused, also for an answer that is none; OSError without an answer, and for a bridge to which a token would
    go in the clear.
    """
    if not may_receive_token(bridge):
        raise OSError("neither https nor this machine")
    form = [
        ("grant_type", GrantType.TOKEN_EXCHANGE.value),
        ("subject_token", subject.token),
        ("subject_token_type", subject.type.value),
        ("audience", wanted.audience),
        *([("scope", wanted.scope)] if wanted.scope else []),
        *([("authorization_details", wanted.authorization_details)] if wanted.authorization_details else []),
        *([("actor_token", actor.token), ("actor_token_type", actor.type.value)] if actor else []),
    ]
    certificate = subject.certificate or (actor.certificate if actor else None)
    url = _mtls_endpoint(bridge) if certificate else f"{bridge}{TOKEN_PATH}"
    answer = post_with_proof(url, form, key, certificate)
    if answer.status != _OK:
        raise Refused(answer)
    return _issued(answer, bound=key is not None)


def _mtls_endpoint(bridge: str) -> str:
    """Where the bridge asks for client certificates (RFC 8705 section 5); raises Refused, OSError."""
    answer = send(f"{bridge}{OAUTH_PATH}", "GET")
    aliases = answer.loose_members.get("mtls_endpoint_aliases")
    url = aliases.get("token_endpoint") if isinstance(aliases, dict) else None
    if isinstance(url, str) and may_receive_token(url):
        return url
    raise Refused(answer, "this bridge takes no client certificates")


def _issued(answer: Answer, *, bound: bool) -> Token:
    """The token, if there is one that can be used as it was asked for: a bound one is no bearer's (RFC 9449 5)."""
    match {"scope": "", **answer.loose_members}:
        case {"access_token": str(text), "token_type": str(kind), "expires_in": int(lifetime), "scope": str(scope)}:
            if kind.lower() != ("dpop" if bound else "bearer"):
                raise Refused(answer, "the token is not bound to the key" if bound else "the token is of another type")
            if _TOKEN.fullmatch(text) and 0 < lifetime <= _LONGEST:
                return Token(text, kind, int(time()) + lifetime, scope, lifetime, clock_offset(answer))
    raise Refused(answer)


def post_with_proof(
    url: str, form: Sequence[tuple[str, str]], key: DpopKey | None, certificate: tuple[str, str] | None = None
) -> Answer:
    """The answer to a form with a proof by `key`; a server that wants its nonce in it gets it (RFC 9449 section 8).

    The second proof is dated by the server's clock, so that a machine whose own is off is not shut out.
    """
    if key is None:
        return _posted(url, form, {}, certificate)
    answer = _posted(url, form, {"dpop": key.proof("POST", url)}, certificate)
    nonce = answer.headers.get("dpop-nonce")
    if nonce is None or answer.loose_members.get("error") != USE_NONCE:
        return answer
    proof = key.proof("POST", url, nonce=nonce, clock_offset=clock_offset(answer))
    return _posted(url, form, {"dpop": proof}, certificate)


def _posted(
    url: str, form: Sequence[tuple[str, str]], headers: Mapping[str, str], certificate: tuple[str, str] | None
) -> Answer:
    if certificate is None:
        return post_form(url, form, headers)
    typed = {"content-type": FORM, **headers}
    return send(url, "POST", urlencode(form).encode(), typed, certificate=certificate)
