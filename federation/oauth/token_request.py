"""A request about one token, parsed once at the edge: introspection (RFC 7662 2.1) and revocation (RFC 7009 2.1)."""

from typing import ClassVar

from msgspec import Struct

from federation.oauth.errors import InvalidRequest
from federation.oauth.form import Form, check_post, parse_form, single
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest, read_credentials
from federation.value import Redacted


class TokenRequest(Redacted, Struct, frozen=True):
    """`token_type_hint` is not kept: the token itself shows what it is, so a wrong hint changes nothing."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"token"})

    token: str
    caller: ExchangeRequest
    """What the caller sent to authenticate itself, as at the token endpoint; nothing else of it is there."""


def parse_token_request(http: HttpRequest) -> TokenRequest:
    """The request that `http` carries; raises a typed OAuthError."""
    check_post(http)
    form = parse_form(http.body, http.headers.get("content-type", ""))
    token = single(form, "token")
    if token is None:
        raise InvalidRequest(Reason.MISSING_TOKEN)
    return TokenRequest(token, _caller(form, http))


def _caller(form: Form, http: HttpRequest) -> ExchangeRequest:
    return ExchangeRequest(
        credentials=read_credentials(form, http),
        client_certificate=http.client_certificate,
        iam_caller=http.iam_caller,
        source_ip=http.source_ip,
        correlation_id=http.correlation_id,
    )
