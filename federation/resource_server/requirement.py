"""What a door asks of a token beside being good: written once, checked when it is written."""

from typing import Any

from federation.resource_server.claims import Claims, check_requirement


class Requirement:
    """As the arguments of `Claims.require`; without any, every token that is good for this service is let in."""

    __slots__ = ("_asked",)

    def __init__(self, scope: str | None = None, /, **more: Any) -> None:  # noqa: ANN401  (as Claims.require has them)
        """`scope`: None: no scope is asked for. Raises ValueError for an empty member, TypeError for an unknown one."""
        self._asked = {**({} if scope is None else {"scope": scope}), **more}
        check_requirement(self._asked)

    @property
    def scope(self) -> str:
        """For challenges; empty: none is asked for."""
        return " ".join(self._asked.get("scope", "").split())

    def check(self, claims: Claims) -> Claims:
        """Raises InsufficientScope or InvalidToken."""
        return claims.require(**self._asked)


ANY_GOOD_TOKEN = Requirement()
