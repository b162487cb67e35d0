"""What a verified token says: the claims as they came, and their meaning by name (DESIGN section 6)."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from federation.oauth.errors import InsufficientScope, InvalidToken
from federation.oauth.reasons import Reason
from federation.resource_server.registered import Registered

_DECODER = msgspec.json.Decoder(dict[str, Any])


class _NotAsked:
    """Not None: a setting that is missing must not switch a check off."""

    def __repr__(self) -> str:
        return "not asked"


_NOT_ASKED = _NotAsked()


class Claims(Mapping[str, Any]):
    """The claims of a token that was verified. A mapping, so `claims["sub"]` works too."""

    __slots__ = ("_now", "_payload", "_read", "_said")

    def __init__(
        self, claims: dict[str, Any] | bytes, now: float | None = None, said: Registered | None = None
    ) -> None:
        """`claims`: a JSON object, or its text, which is read when it is asked for. `now`: when they were verified.

        `said`: what was read of them already.
        """
        self._said = said
        self._payload = b"" if isinstance(claims, dict) else claims
        self._read = claims if isinstance(claims, dict) else None
        self._now = time.time() if now is None else now

    @property
    def _claims(self) -> dict[str, Any]:
        if self._read is None:
            self._read = _DECODER.decode(self._payload)
        return self._read

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  (JSON)
        return self._claims[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._claims)

    def __len__(self) -> int:
        return len(self._claims)

    def __contains__(self, name: object) -> bool:
        return name in self._claims

    def __repr__(self) -> str:
        return f"Claims({self._claims!r})"

    @property
    def principal(self) -> str:
        """Whom the token is about: `sub`."""
        return str(self._claims["sub"])

    @property
    def client(self) -> str:
        """The registered client that it was issued to, or the principal."""
        return str(self._claims["client_id"])

    @property
    def scopes(self) -> frozenset[str]:
        """What the token is good for."""
        return frozenset(self._scope.split())

    @property
    def tenant(self) -> str | None:
        """None: the token is of no tenant."""
        return self._text("tenant")

    @property
    def environment(self) -> str | None:
        """Of the audience."""
        return self._text("env")

    @property
    def actor(self) -> str | None:
        """Who acts now; None: the principal itself."""
        return next(iter(self.actor_chain), None)

    @property
    def actor_chain(self) -> tuple[str, ...]:
        """Everyone who acts for the principal, the one who acts now first (RFC 8693 section 4.1)."""
        return tuple(_actors(self._claims.get("act")))

    @property
    def jti(self) -> str:
        """The token's id, as the bridge's audit trail has it."""
        return str(self._claims["jti"])

    @property
    def txn(self) -> str | None:
        """The id that all tokens of one chain share."""
        return self._text("txn")

    @property
    def attributes(self) -> Mapping[str, str]:
        """What the mapping says about the principal: `ctx`."""
        found = self._claims.get("ctx")
        return found if isinstance(found, dict) else {}

    @property
    def details(self) -> tuple[Mapping[str, Any], ...]:
        """`authorization_details` (RFC 9396)."""
        found = self._claims.get("authorization_details")
        return tuple(each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()

    @property
    def issued_at(self) -> int:
        """Seconds since the epoch."""
        return int(self._claims["iat"])

    @property
    def expires_at(self) -> int:
        """Seconds since the epoch."""
        return int(self._claims["exp"])

    @property
    def is_bound(self) -> bool:
        """Whether it is worth nothing without a key, which was proven."""
        return "cnf" in self._claims if self._said is None else self._said.cnf is not msgspec.UNSET

    def require(
        self,
        *,
        scope: str | _NotAsked = _NOT_ASKED,
        actor: str | _NotAsked | None = _NOT_ASKED,
        tenant: str | _NotAsked | None = _NOT_ASKED,
        max_age: float | _NotAsked = _NOT_ASKED,
        detail: Mapping[str, Any] | _NotAsked = _NOT_ASKED,
    ) -> "Claims":
        """These claims; raises InsufficientScope (403) for what is good for something else, InvalidToken (401) if old.

        `scope`: all of these, separated by spaces. `actor`: who must be acting now; None: no actor may. `tenant`: whose
        it must be; None: nobody's. `max_age`: seconds since it was issued. `detail`: one of its authorization details
        must have this `type` and every other member as it is here. Raises ValueError for a requirement that is empty.
        """
        if not isinstance(scope, _NotAsked):
            self._require_scope(scope)
        if not isinstance(detail, _NotAsked):
            self._require_detail(detail)
        if not isinstance(actor, _NotAsked) and self.actor != _said(actor, "actor"):
            raise InsufficientScope(Reason.WRONG_ACTOR)
        if not isinstance(tenant, _NotAsked) and self.tenant != _said(tenant, "tenant"):
            raise InsufficientScope(Reason.OUTSIDE_TENANT)
        if not isinstance(max_age, _NotAsked) and not self._now - self.issued_at <= _positive(max_age):
            raise InvalidToken(Reason.TOKEN_TOO_OLD)
        return self

    def _require_scope(self, scope: str) -> None:
        wanted, held = _scopes(scope), self._scope.split()
        if not all(each in held for each in wanted):
            raise InsufficientScope(Reason.MISSING_SCOPE)

    def _require_detail(self, detail: Mapping[str, Any]) -> None:
        wanted = _detail(detail)
        if not any(all(each.get(name) == value for name, value in wanted.items()) for each in self.details):
            raise InsufficientScope(Reason.MISSING_DETAIL)

    @property
    def _scope(self) -> str:
        return str(self._claims.get("scope", "")) if self._said is None else self._said.scope

    def _text(self, name: str) -> str | None:
        value = self._claims.get(name)
        return value if isinstance(value, str) else None


def _actors(act: object) -> Iterator[str]:
    while isinstance(act, dict):
        yield str(act.get("sub"))
        act = act.get("act")


def check_requirement(asked: Mapping[str, Any]) -> None:
    """Raises ValueError or TypeError for arguments of `Claims.require` that are empty, unknown or of another type."""
    for name, value in asked.items():
        if name not in _CHECKS:
            raise TypeError(f"a token cannot be required to have {name}, but any of {', '.join(_CHECKS)}")
        _CHECKS[name](value)


def _scopes(scope: str) -> list[str]:
    if not isinstance(scope, str):
        raise TypeError("scope is text: all scopes that are required, separated by spaces")
    wanted = scope.split()
    if not wanted:
        raise ValueError("name the scope that is required")
    return wanted


def _detail(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    if not detail.get("type"):
        raise ValueError("name the type of the authorization detail that is required")
    return detail


def _positive(seconds: float) -> float:
    if not seconds > 0:
        raise ValueError("max_age is a number of seconds")
    return seconds


def _said(name: str | None, what: str = "actor or tenant") -> str | None:
    if name == "":
        raise ValueError(f"{what} is empty: None means that there is to be none")
    return name


_CHECKS: Mapping[str, Callable[[Any], object]] = {
    "scope": _scopes,
    "detail": _detail,
    "max_age": _positive,
    "actor": _said,
    "tenant": _said,
}
