"""Who asks for a token, and by a grant that is theirs."""

from msgspec import Struct

from federation.authentication.immediate import CallerAuthentication
from federation.model.tokens import Caller
from federation.oauth.errors import InvalidClient
from federation.oauth.identifiers import GrantType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.policy.callers import check_grant


class TokenCallers(Struct, frozen=True):
    """Callers of the token endpoint."""

    callers: CallerAuthentication

    def authenticate(self, request: ExchangeRequest) -> Caller:
        """Who asks; raises as Callers, and UnauthorizedClient where its document does not name the grant.

        A client that has only its name needs a DPoP proof: its tokens are worth something with that key alone
        (ATTACKS L12). Without one it gets the answer of an id that does not exist.
        """
        caller = self.callers.authenticate(request)
        if caller.is_public and request.dpop_proof is None:
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, f"client {caller.client_id} has no DPoP proof")
        if caller.client is None and request.grant is GrantType.CLIENT_CREDENTIALS:
            raise InvalidClient(Reason.GRANT_NOT_ALLOWED, "nobody in particular asks for itself")
        check_grant(caller.client, request.grant)
        return caller
