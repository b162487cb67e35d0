"""A request about one token, parsed once at the edge: introspection (RFC 7662 2.1) and revocation (RFC 7009 2.1)."""

from dataclasses import dataclass, field

from federation.oauth.errors import InvalidRequest, MethodNotAllowed
from federation.oauth.form import Form, parse_form
from federation.oauth.http import HttpRequest
from federation.oauth.reasons import Reason
from federation.oauth.request import ClientCredentials, ExchangeRequest


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """`token_type_hint` is not kept: the token itself shows what it is, so a wrong hint changes nothing."""

    token: str = field(repr=False)
    caller: ExchangeRequest
    """What the caller sent to authenticate itself, as at the token endpoint; nothing else of it is there."""


def parse_token_request(http: HttpRequest) -> TokenRequest:
    """The request that `http` carries; raises a typed OAuthError."""
    if http.method != "POST":
        raise MethodNotAllowed(Reason.METHOD_NOT_ALLOWED)
    if http.query:
        raise InvalidRequest(Reason.PARAMETERS_IN_QUERY)
    if any("," in http.headers.get(name, "") for name in ("authorization", "content-type")):
        raise InvalidRequest(Reason.DUPLICATE_HEADER)
    form = parse_form(http.body, http.headers.get("content-type", ""))
    token = _single(form, "token")
    if token is None:
        raise InvalidRequest(Reason.MISSING_TOKEN)
    return TokenRequest(token, _caller(form, http))


def _caller(form: Form, http: HttpRequest) -> ExchangeRequest:
    return ExchangeRequest(
        credentials=ClientCredentials(
            client_id=_single(form, "client_id"),
            client_secret=_single(form, "client_secret"),
            client_assertion=_single(form, "client_assertion"),
            client_assertion_type=_single(form, "client_assertion_type"),
            authorization=http.headers.get("authorization"),
        ),
        client_certificate=http.client_certificate,
        iam_caller=http.iam_caller,
        source_ip=http.source_ip,
        correlation_id=http.correlation_id,
    )


def _single(form: Form, name: str) -> str | None:
    values = form.get(name)
    return values[0] if values else None
