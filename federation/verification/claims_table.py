"""Claims as tables (MODELS habit 5): per provider, every claim is required, checked or accounted for."""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import TypeAlias

from federation.model.json import Claims, Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

Check: TypeAlias = Callable[[Json], bool]
"""Whether a claim's value has the form that the provider documents."""

REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
"""RFC 7519 section 4.1: checked for every provider before its table is consulted."""


@dataclass(frozen=True, slots=True)
class ClaimsTable:
    """What a provider's tokens carry."""

    required: ReadOnly[str, Check]
    """Must be there and pass."""
    checked: ReadOnly[str, Check] = field(default_factory=dict)
    """If there, must pass."""
    accounted: frozenset[str] = frozenset()
    """Known, and free to have any value."""
    selectors: tuple[str, ...] = ("sub",)
    """Top-level claims under which mappings are filed, the most selective first (DESIGN section 8)."""

    def verify(self, claims: Claims) -> tuple[str, ...]:
        """The claims that the table does not know; raises InvalidRequest where a required or checked one fails."""
        for name, check in self.required.items():
            if name not in claims or not check(claims[name]):
                raise InvalidRequest(Reason.MALFORMED_CLAIMS, f"required claim {name}")
        for name, check in self.checked.items():
            if name in claims and not check(claims[name]):
                raise InvalidRequest(Reason.MALFORMED_CLAIMS, f"claim {name}")
        known = REGISTERED | self.accounted | self.required.keys() | self.checked.keys()
        return tuple(sorted(claims.keys() - known))


def text(value: Json) -> bool:
    """Non-empty text."""
    return isinstance(value, str) and value != ""


def flag(value: Json) -> bool:
    """A JSON boolean; the string "true" is none."""
    return isinstance(value, bool)


def digits(value: Json) -> bool:
    """Text of ASCII digits, as providers write numeric ids."""
    return isinstance(value, str) and value.isascii() and value.isdigit()
