"""Composes who may ask."""

from federation.authentication.callers import UnregisteredCallers
from federation.authentication.immediate import CallerAuthentication
from federation.model.tokens import Caller
from federation.oauth.request import ExchangeRequest


class _OnlyUnregistered:
    """Nobody is registered: whoever says so is refused."""

    def authenticate(self, request: ExchangeRequest) -> Caller:
        return UnregisteredCallers().authenticate(request.credentials)


def callers() -> CallerAuthentication:
    """Every way in which a caller may prove itself."""
    return _OnlyUnregistered()
