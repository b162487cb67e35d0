"""What a door asks of a token beside being good: written once, checked when it is written."""

from collections.abc import Mapping
from typing import Any

from federation.resource_server.claims import Claims

_MEMBERS = frozenset({"scope", "actor", "tenant", "max_age", "detail"})


class Requirement:
    """As the arguments of `Claims.require`; without any, every token that is good for this service is let in."""

    __slots__ = ("_asked",)

    def __init__(self, scope: str | None = None, /, **more: Any) -> None:  # noqa: ANN401  (as Claims.require has them)
        """`scope`: None: no scope is asked for. Raises ValueError for an empty one, TypeError for an unknown member."""
        self._asked = {**({} if scope is None else {"scope": scope}), **more}
        if unknown := sorted(self._asked.keys() - _MEMBERS):
            raise TypeError(f"a token cannot be required to have {', '.join(unknown)}")
        if "scope" in self._asked and not str(self._asked["scope"]).split():
            raise ValueError("name the scope that is required")

    @property
    def scope(self) -> str:
        """For challenges; empty: none is asked for."""
        return " ".join(str(self._asked.get("scope", "")).split())

    @property
    def asked(self) -> Mapping[str, Any]:
        """Arguments of `Claims.require`."""
        return self._asked

    def check(self, claims: Claims) -> Claims:
        """Raises InsufficientScope or InvalidToken."""
        return claims.require(**self._asked)


ANY_GOOD_TOKEN = Requirement()
