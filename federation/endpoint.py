"""The token endpoint: HTTP in, HTTP out, and no way for an exception to leave."""

from collections.abc import Callable

from msgspec import Struct

from federation.model.tokens import IssuedToken
from federation.oauth.errors import OAuthError
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.response import TokenResponse, render_error, render_token


class TokenEndpoint(Struct, frozen=True):
    """`POST /token`."""

    exchange: Callable[[HttpRequest], IssuedToken]
    error_page: str
    """URL of the page that explains every reason."""

    def handle(self, http: HttpRequest) -> HttpResponse:
        """The answer to any request, however broken."""
        try:
            issued = self.exchange(http)
        except OAuthError as refusal:
            return render_error(refusal, http.correlation_id, self.error_page)
        return render_token(_response(issued), http.correlation_id)


def _response(issued: IssuedToken) -> TokenResponse:
    return TokenResponse(
        access_token=issued.token,
        issued_token_type=issued.issued_token_type,
        token_type=issued.token_type,
        expires_in=issued.lifetime,
        scope=" ".join(issued.scopes),
        authorization_details=issued.authorization_details,
    )
