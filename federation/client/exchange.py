"""A token exchange from the caller's side (RFC 8693 section 2)."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from federation.client.http import Answer, may_receive_token, post_form
from federation.client.key import DpopKey
from federation.oauth.identifiers import GrantType, TokenType

USE_NONCE = "use_dpop_nonce"
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What an Authorization header can hold (RFC 6750 section 2.1)."""
_LONGEST = 10**9
"""Seconds: more is no lifetime."""


class Refused(Exception):
    """The bridge did not issue a token; says why, in its words."""

    def __init__(self, answer: Answer, otherwise: str = "the answer is none of a bridge's") -> None:
        """`answer`: whatever came back, also from something that is no bridge. `otherwise`: where it does not say."""
        members = answer.loose_members
        self.status = answer.status
        self.error = str(members.get("error", f"HTTP {answer.status}"))
        self.description = str(members.get("error_description", otherwise))
        self.correlation_id = str(members.get("correlation_id", ""))
        self.approval_id = members.get("approval_id")
        super().__init__(f"{self.error}: {self.description}")


@dataclass(frozen=True, slots=True)
class Token:
    """An issued token."""

    access_token: str = field(repr=False)
    token_type: str
    expires_at: int
    """Seconds since the epoch."""
    scope: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the token is to be good for."""

    audience: str
    scope: str | None = None
    authorization_details: str | None = None
    """JSON (RFC 9396)."""


def exchange(
    bridge: str,
    subject_token: str,
    wanted: Wanted,
    *,
    subject_token_type: TokenType = TokenType.JWT,
    actor_token: str | None = None,
    key: DpopKey | None = None,
) -> Token:
    """The bridge's token for what `subject_token` proves; `key`: bind it to that key.

    Raises Refused, also for an answer that is none; OSError where nobody answers, and for a bridge to which a token
    would go in the clear; HTTPException for what is no HTTP.
    """
    if not may_receive_token(bridge):
        raise OSError("neither https nor this machine")
    form = [
        ("grant_type", GrantType.TOKEN_EXCHANGE.value),
        ("subject_token", subject_token),
        ("subject_token_type", subject_token_type.value),
        ("audience", wanted.audience),
        *([("scope", wanted.scope)] if wanted.scope else []),
        *([("authorization_details", wanted.authorization_details)] if wanted.authorization_details else []),
        *([("actor_token", actor_token), ("actor_token_type", TokenType.JWT.value)] if actor_token else []),
    ]
    answer = post_with_proof(f"{bridge}/token", form, key)
    if answer.status != 200:  # noqa: PLR2004 RFC 6749 section 5.1
        raise Refused(answer)
    return _issued(answer, bound=key is not None)


def _issued(answer: Answer, *, bound: bool) -> Token:
    """The token, if there is one that can be used as it was asked for: a bound one is no bearer's (RFC 9449 5)."""
    match {"scope": "", **answer.loose_members}:
        case {"access_token": str(text), "token_type": str(kind), "expires_in": int(lifetime), "scope": str(scope)}:
            if kind.lower() != ("dpop" if bound else "bearer"):
                raise Refused(answer, "the token is not bound to the key" if bound else "the token is of another type")
            if _TOKEN.fullmatch(text) and 0 < lifetime <= _LONGEST:
                return Token(text, kind, int(time.time()) + lifetime, scope)
    raise Refused(answer)


def post_with_proof(url: str, form: Sequence[tuple[str, str]], key: DpopKey | None) -> Answer:
    """The answer to a form with a proof by `key`; a server that wants its nonce in it gets it (RFC 9449 section 8)."""
    if key is None:
        return post_form(url, form)
    answer = post_form(url, form, {"dpop": key.proof("POST", url)})
    nonce = answer.headers.get("dpop-nonce")
    if nonce is None or answer.loose_members.get("error") != USE_NONCE:
        return answer
    return post_form(url, form, {"dpop": key.proof("POST", url, nonce=nonce)})
