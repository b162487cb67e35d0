"""What a provider is: a claims table, its quirks, and the guard rails for what admins write about it.

One file under `providers/` per provider, exporting `PROVIDER`; the file's name is the name in `provider:`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from federation.model.json import Claims
from federation.model.trust import Issuer, MatchValue
from federation.oauth.identifiers import TokenType
from federation.verification.claims_table import ClaimsTable
from federation.verification.header import UnverifiedHeader
from federation.verification.jwk import SIG
from federation.verification.token_typ import check_typ


def _accept(_issuer: Issuer, _claims: Claims) -> None:
    return None


def _usual_header(header: UnverifiedHeader, token_type: TokenType) -> None:
    check_typ(header.typ, token_type)


def _no_issuer_problem(_issuer: str) -> str | None:
    return None


def _no_mapping_problem(_match: dict[str, MatchValue]) -> str | None:
    return None


def _nothing_to_name(_claims: Claims) -> tuple[str, ...]:
    return ()


def pins(match: dict[str, MatchValue], path: str) -> bool:
    """Whether these match lines hold the claim to one exact text."""
    value = match.get(path)
    return isinstance(value, str) and value != "" and "*" not in value


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of identity provider."""

    name: str
    table: ClaimsTable
    check: Callable[[Issuer, Claims], None] = _accept
    """Relations between claims that a table cannot say; raises InvalidRequest."""
    check_header: Callable[[UnverifiedHeader, TokenType], None] = _usual_header
    """Whether a token with this header was made for the slot that it was sent in; raises InvalidRequest."""
    key_use: str = SIG
    """`use` of the keys that sign its tokens (RFC 7517 section 4.2)."""
    issuer_problem: Callable[[str], str | None] = _no_issuer_problem
    """At write: what is wrong with this issuer URL, and the fix; None: nothing."""
    mapping_problem: Callable[[dict[str, MatchValue]], str | None] = _no_mapping_problem
    """At write: why these match lines trust too much or the wrong claim, and the fix; None: nothing."""
    to_be_named: Callable[[Claims], tuple[str, ...]] = _nothing_to_name
    """Claims of this token whose value is risky enough that only a mapping which names it exactly may fit."""
    issuer_hosts: frozenset[str] = frozenset()
    """Hosts that issue this provider's tokens alone: no other provider, with weaker guard rails, may claim them."""
