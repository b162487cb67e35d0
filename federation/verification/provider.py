"""What a provider is: a claims table, its quirks, and the guard rails for what admins write about it.

One file under `providers/` per provider, exporting `PROVIDER`; the file's name is the name in `provider:`.
"""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from typing import TYPE_CHECKING

from msgspec import Struct, field

from federation.model.json import Claims
from federation.model.trust import Issuer, MatchValue
from federation.oauth.identifiers import TokenType
from federation.verification.claims_table import ClaimsTable
from federation.verification.compact import UnverifiedHeader
from federation.verification.jwk import SIG
from federation.verification.token_typ import check_typ

if TYPE_CHECKING:
    from federation.verification.x509.chain import VerifiedChain


def _accept(_issuer: Issuer, _claims: Claims) -> None:
    return None


def _usual_header(header: UnverifiedHeader, token_type: TokenType) -> None:
    check_typ(header.typ, token_type)


def _no_issuer_problem(_issuer: str) -> str | None:
    return None


def _no_mapping_problem(_match: dict[str, MatchValue]) -> str | None:
    return None


def _no_key_problem(_claims: Claims, _key_issuer: str) -> str | None:
    return None


def _has_keys(_issuer: str) -> bool:
    return False


def _nothing_to_name(_claims: Claims) -> tuple[str, ...]:
    return ()


def pins(match: dict[str, MatchValue], path: str) -> bool:
    """Whether these match lines hold the claim to one exact text."""
    value = match.get(path)
    return isinstance(value, str) and value != "" and "*" not in value


class Preset(Struct, frozen=True):
    """What an Issuer document of the provider may leave out, as people would write it; what is absent is particular."""

    issuer: str | None = None
    algorithms: tuple[str, ...] = ()
    max_token_age: str | None = None
    max_auth_age: str | None = None
    audiences: tuple[str, ...] = ()
    single_use: bool = False


class Unfit(Struct, frozen=True):
    """A claim that identifies no workload: no match line and no principal may use it, dangerous or not."""

    path: tuple[str, ...]
    """Claim names from the outside in; what lies further in is unfit too."""
    why: str
    """Continues "<claim> ...": what is wrong with it."""
    instead: str
    """What to pin."""
    caller_chosen: bool = False
    """The token's requester wrote it: not to be copied into an attribute either, where it looked like a fact."""
    unless: tuple[str, MatchValue] | None = None
    """A match line beside which it may be used."""


class Provider(Struct, frozen=True):
    """One kind of identity provider."""

    name: str
    table: ClaimsTable
    check: Callable[[Issuer, Claims], None] = _accept
    """Relations between claims that a table cannot say; raises InvalidRequest."""
    check_header: Callable[[UnverifiedHeader, TokenType], None] = _usual_header
    """Whether a token with this header was made for the slot that it was sent in; raises InvalidRequest."""
    key_use: str = SIG
    """`use` of the keys that sign its tokens (RFC 7517 section 4.2)."""
    certificate_claims: Callable[[Issuer, "VerifiedChain"], Claims] | None = None
    """Whom a verified client certificate proves, `sub` among the claims; raises InvalidRequest. None: no identity."""
    issuer_problem: Callable[[str], str | None] = _no_issuer_problem
    """At write: what is wrong with this issuer URL, and the fix; None: nothing."""
    mapping_problem: Callable[[dict[str, MatchValue]], str | None] = _no_mapping_problem
    """At write: why these match lines trust too many, and what to pin; None: nothing. `dangerous: true` lifts it."""
    unfit: tuple[Unfit, ...] = ()
    """Claims on which no rule may rest, however many it is meant for."""
    to_be_named: Callable[[Claims], tuple[str, ...]] = _nothing_to_name
    """Claims of this token whose value is risky enough that only a mapping which names it exactly may fit."""
    named_when: ReadOnly[str, str] = field(default_factory=dict)
    """The same for people: claim -> when a mapping must name it, and why."""
    issuer_hosts: frozenset[str] = frozenset()
    """Hosts that issue this provider's tokens alone: no other provider, with weaker guard rails, may claim them.

    `*` stands for one label of the name.
    """
    issuer_path: str = ""
    """How the issuer's URL ends on whatever host, where that tells its tokens from others': the same holds for it."""
    issuer_slug: bool = False
    """Whether one more segment, such as an enterprise's name, may follow `issuer_path`."""
    guest_of: frozenset[str] = frozenset()
    """Providers whose issuers it shares: its own check refuses every token that they accept, and theirs its own."""
    guest_problem: Callable[[dict[str, MatchValue]], str | None] = _no_mapping_problem
    """`mapping_problem` for the guests at this provider's issuers, beside their own."""
    key_problem: Callable[[Claims, str], str | None] = _no_key_problem
    """Why a key that its set says to be of an issuer of its own (JWK member `issuer`) is not for these claims."""
    is_asked: Callable[[str], bool] = _has_keys
    """Whether this issuer has no keys because it is asked about every request itself (`caller_identity`)."""
    speaks_for_others: bool = False
    """Whether its tokens may have other parties' audiences beside ours, or none: a document may say what it knows."""
    preset: Preset = Preset()

    @property
    def has_rules(self) -> bool:
        """Whether it says itself what a mapping must pin."""
        return self.mapping_problem is not _no_mapping_problem

    def owns_path(self, issuer: str) -> bool:
        """Whether an issuer of that name is this provider's on any host."""
        if self.issuer_path == "":
            return False
        _, found, rest = issuer.lower().rstrip("/").rpartition(self.issuer_path)
        return found != "" and (rest == "" or (self.issuer_slug and rest.startswith("/") and "/" not in rest[1:]))

    def owns(self, host: str) -> bool:
        """Whether the host issues this provider's tokens alone."""
        return any(_same_host(pattern, host) for pattern in self.issuer_hosts)


def _same_host(pattern: str, host: str) -> bool:
    wanted, labels = pattern.split("."), host.split(".")
    return len(wanted) == len(labels) and all(map(_same_label, wanted, labels))


def _same_label(wanted: str, label: str) -> bool:
    return label == wanted or (wanted == "*" and label != "")
