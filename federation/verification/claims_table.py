"""Claims as tables (MODELS habit 5): per provider, every claim is required, checked or accounted for."""

import re
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct, field

from federation.model.json import Claims, Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

Check: TypeAlias = Callable[[Json], bool]
"""Whether a claim's value has the form that the provider documents; its docstring is what people read of that form."""

REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})
"""RFC 7519 section 4.1: checked for every provider before its table is consulted."""

BINDING = "cnf"
"""Never taken for absent: a binding that is not understood is not dropped (ATTACKS H7)."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ClaimsTable(Struct, frozen=True, dict=True):
    """What a provider's tokens carry."""

    required: ReadOnly[str, Check]
    """Must be there and pass."""
    checked: ReadOnly[str, Check] = field(default_factory=dict)
    """The provider's own rules read these: if there, must pass."""
    optional: ReadOnly[str, Check] = field(default_factory=dict)
    """No rule of the provider reads these: what does not pass refuses nothing, and no other rule may read it."""
    accounted: frozenset[str] = frozenset()
    """Known, and free to have any value."""
    accounted_prefixes: tuple[str, ...] = ()
    """The same for families of claims that a provider grows without notice."""
    selectors: tuple[str, ...] = ("sub",)
    """Top-level claims under which mappings are filed, the most selective first (DESIGN section 8)."""

    def verify(self, claims: Claims) -> "Accounted":
        """The claims that rules may read; raises InvalidRequest where a required or checked one fails.

        Null is absence, and so is an empty value of a claim that need not be there.
        """
        absent = [name for name, value in claims.items() if not value and self._is_absent(name, value)]
        there = claims if not absent else {name: claims[name] for name in claims if name not in absent}
        for name, check in self.required.items():
            if name not in there or not check(there[name]):
                raise InvalidRequest(Reason.MALFORMED_CLAIMS, f"required claim {name}")
        for name, check in self.checked.items():
            if name in there and not check(there[name]):
                raise InvalidRequest(Reason.MALFORMED_CLAIMS, f"claim {name}")
        misshapen = [name for name, check in self.optional.items() if name in there and not check(there[name])]
        known = self._known
        strange = [name for name in there if name not in known]
        return Accounted(
            claims=there if not misshapen else {name: there[name] for name in there if name not in misshapen},
            unaccounted=self._unaccounted(strange) if strange else (),
            misshapen=frozenset(misshapen),
        )

    @property
    def forms(self) -> dict[str, Check]:
        """Every claim whose form is known."""
        return {**self.optional, **self.checked, **self.required}

    def _is_absent(self, name: str, value: Json) -> bool:
        if name == BINDING:
            return False
        may_be_absent = name in self.checked or name in self.optional
        return value is None or (may_be_absent and value in ("", [], {}))

    def _unaccounted(self, strange: list[str]) -> tuple[str, ...]:
        return tuple(sorted(name for name in strange if not name.startswith(self.accounted_prefixes)))

    @cached_property
    def _known(self) -> frozenset[str]:
        return REGISTERED | self.accounted | self.forms.keys()


class Accounted(Struct, frozen=True):
    """A claims set that its provider's table has been laid beside."""

    claims: Claims
    """Without what is absent, and without what is misshapen: no rule can read those."""
    unaccounted: tuple[str, ...]
    """Claims that the table does not know."""
    misshapen: frozenset[str]
    """Optional claims that are there in another form than the provider documents."""


def text(value: Json) -> bool:
    """Non-empty text."""
    return isinstance(value, str) and value != ""


def flag(value: Json) -> bool:
    """A JSON boolean; the string "true" is none."""
    return isinstance(value, bool)


def digits(value: Json) -> bool:
    """Text of ASCII digits, as providers write numeric ids."""
    return isinstance(value, str) and value.isascii() and value.isdigit()


def uuid(value: Json) -> bool:
    """A UUID in its canonical lower-case form (RFC 9562 section 4)."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def one_of(*values: str) -> Check:
    """A check for exactly one of these texts."""

    def check(value: Json) -> bool:
        return isinstance(value, str) and value in values

    check.__doc__ = f"The text {' or '.join(f'`{value}`' for value in values)}."
    return check


def any_text(value: Json) -> bool:
    """Text, perhaps empty."""
    return isinstance(value, str)


def text_of(claims: Claims, name: str) -> str:
    """The claim's text; empty if it is absent or something else, which no comparison with a real value survives."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def audiences_of(claims: Claims) -> tuple[Json, ...]:
    """`aud` as a tuple, whether it is one text or a list of them (RFC 7519 section 4.1.3)."""
    audiences = claims.get("aud")
    return tuple(audiences) if isinstance(audiences, list | tuple) else (audiences,)
