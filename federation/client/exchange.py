"""A token exchange from the caller's side (RFC 8693 section 2)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from federation.client.http import Answer, post_form
from federation.client.key import DpopKey
from federation.oauth.identifiers import GrantType, TokenType

USE_NONCE = "use_dpop_nonce"


class Refused(Exception):
    """The bridge did not issue a token; says why, in its words."""

    def __init__(self, answer: Answer) -> None:
        """`answer`: whatever came back, also from something that is no bridge."""
        members = _members(answer)
        self.status = answer.status
        self.error = str(members.get("error", f"HTTP {answer.status}"))
        self.description = str(members.get("error_description", "the answer is none of a bridge's"))
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

    Raises Refused, and OSError where nobody answers.
    """
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
    members = answer.members
    return Token(
        access_token=members["access_token"],
        token_type=members["token_type"],
        expires_at=int(time.time()) + int(members["expires_in"]),
        scope=members.get("scope", ""),
    )


def post_with_proof(url: str, form: Sequence[tuple[str, str]], key: DpopKey | None) -> Answer:
    """The answer to a form with a proof by `key`; a server that wants its nonce in it gets it (RFC 9449 section 8)."""
    if key is None:
        return post_form(url, form)
    answer = post_form(url, form, {"dpop": key.proof("POST", url)})
    nonce = answer.headers.get("dpop-nonce")
    if nonce is None or _members(answer).get("error") != USE_NONCE:
        return answer
    return post_form(url, form, {"dpop": key.proof("POST", url, nonce=nonce)})


def _members(answer: Answer) -> dict[str, object]:
    try:
        return answer.members
    except (TypeError, ValueError):
        return {}
