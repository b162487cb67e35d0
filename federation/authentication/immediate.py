"""Who is asking at an endpoint that commits nothing: it is counted, and what its proof spends is claimed, at once."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from federation.model.tokens import Caller
from federation.oauth.errors import InvalidClient
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.ports import AlreadyUsed, OneTimeClaims


class CallerAuthentication(Protocol):
    """What knows callers."""

    def authenticate(self, request: ExchangeRequest) -> Caller:
        """Who asks; raises InvalidClient, InvalidRequest, TemporarilyUnavailable or ServerError."""
        ...


class ImmediateCallers(Struct, frozen=True):
    """Callers whose assertions are spent when they have been verified: junk is refused before any write."""

    callers: CallerAuthentication
    claims: OneTimeClaims
    admit: Callable[[Caller], None]
    """Whether it may ask once more now; raises TooManyRequests, and then its assertion is not spent."""

    def authenticate(self, request: ExchangeRequest) -> Caller:
        """Who asks; raises as CallerAuthentication and `admit`, and InvalidClient for an assertion that was spent."""
        caller = self.callers.authenticate(request)
        self.admit(caller)
        if caller.one_time:
            self._claim(caller, request.correlation_id)
        return caller

    def _claim(self, caller: Caller, correlation_id: str) -> None:
        try:
            self.claims.claim(caller.one_time, correlation_id)
        except AlreadyUsed as error:
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, "the assertion was used already") from error
