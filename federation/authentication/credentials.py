"""What a caller has sent to prove itself: one method at most (RFC 6749 section 2.3, ATTACKS L6)."""

from federation.oauth.errors import SCHEMES, InvalidClient, InvalidRequest
from federation.oauth.identifiers import ANONYMOUS, JWT_BEARER_ASSERTION, SPIFFE_ASSERTION
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest

ASSERTION_TYPES = (JWT_BEARER_ASSERTION, SPIFFE_ASSERTION)


def check_one_method(request: ExchangeRequest) -> None:
    """Raises InvalidRequest for several methods at once, InvalidClient for one that does not exist here.

    A client certificate by itself is no method: it may be the subject token, or what the token will be bound to.
    """
    sent = request.credentials
    secrets = [secret for secret in (sent.authorization, sent.client_secret) if secret is not None]
    others = [proof for proof in (sent.client_assertion, request.iam_caller) if proof is not None]
    if len(secrets) + len(others) > 1 or (secrets and request.client_certificate is not None):
        raise InvalidRequest(Reason.SEVERAL_CLIENT_AUTHENTICATIONS)
    if secrets:
        scheme = _scheme(sent.authorization or "")
        raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, "a secret or an Authorization header", scheme=scheme)
    if (sent.client_assertion is None) != (sent.client_assertion_type is None):
        raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, "half an assertion")
    if sent.client_assertion_type not in (None, *ASSERTION_TYPES):
        raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, "unknown client_assertion_type")


def _scheme(authorization: str) -> str | None:
    """By our own list: nothing that was sent comes back."""
    name = authorization.partition(" ")[0].lower()
    return next((scheme for scheme in SCHEMES if scheme.lower() == name), None)


def is_anonymous(request: ExchangeRequest) -> bool:
    """Whether the caller does not say to be any client: it names none, or the one that means none."""
    sent = request.credentials
    return sent.client_id in (None, ANONYMOUS) and sent.client_assertion is None and request.iam_caller is None
