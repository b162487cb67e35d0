"""Callers without registration: the subject token alone proves them (DESIGN section 4, Client)."""

from federation.model.tokens import Caller
from federation.oauth.errors import InvalidClient, InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.request import ClientCredentials


class UnregisteredCallers:
    """No client is registered, so credentials can only be wrong: they are refused, never ignored."""

    def authenticate(self, credentials: ClientCredentials) -> Caller:
        """The anonymous caller; raises InvalidClient, or InvalidRequest for two methods (RFC 6749 section 2.3)."""
        methods = (credentials.authorization, credentials.client_secret, credentials.client_assertion)
        tried = sum(method is not None for method in methods)
        if tried > 1:
            raise InvalidRequest(Reason.SEVERAL_CLIENT_AUTHENTICATIONS)
        if tried or credentials.client_id or credentials.client_assertion_type:
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED)
        return Caller()
