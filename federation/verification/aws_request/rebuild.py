"""The request that AWS gets: written by us from fields, so that it is GetCallerIdentity and nothing else.

Rebuilding beats checking (words.filippo.io/dispatches/reconstruct-vs-validate): if the caller signed anything else, the
signature does not fit what is sent, and AWS refuses it.
"""

from federation.model.trust import Issuer
from federation.ports import CallerIdentityRequest
from federation.verification.aws_request.headers import (
    AUTHORIZATION,
    BODY,
    CONTENT_SHA256,
    CONTENT_TYPE,
    DATE,
    SECURITY_TOKEN,
    SERVER_ID,
)
from federation.verification.aws_request.parse import UnverifiedRequest

_IN_ORDER = (CONTENT_TYPE, CONTENT_SHA256, DATE, SECURITY_TOKEN, SERVER_ID)


def rebuild(request: UnverifiedRequest, issuer: Issuer) -> CallerIdentityRequest:
    """The same request, addressed to the endpoint that the trust document names."""
    signed = tuple((name, request.headers[name]) for name in _IN_ORDER if name in request.headers)
    return CallerIdentityRequest(
        endpoint=issuer.issuer,
        headers=(*signed, (AUTHORIZATION, request.authorization.text)),
        body=BODY.encode(),
    )
