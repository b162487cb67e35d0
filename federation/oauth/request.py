"""A token exchange request, parsed once at the edge (RFC 8693 section 2.1). Nobody reads the form again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from federation.oauth.errors import (
    InvalidAuthorizationDetails,
    InvalidDpopProof,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    UnsupportedGrantType,
)
from federation.oauth.form import Form, parse_form, single
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import REQUESTED_TOKEN_TYPES, SUBJECT_TOKEN_TYPES, GrantType, TokenType
from federation.oauth.post import check_post
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_array

MAX_SCOPE = 1024
MAX_TARGETS = 8
MAX_TARGET = 512
MAX_DETAILS = 8
MAX_DETAILS_TEXT = 4096

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
_AUDIENCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """Whatever the caller sent to authenticate itself, unverified; `None`: not sent."""

    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    client_assertion: str | None = field(default=None, repr=False)
    client_assertion_type: str | None = None
    authorization: str | None = field(default=None, repr=False)
    """The Authorization header."""


@dataclass(frozen=True, slots=True)
class ExchangeRequest:
    """What the caller asks for. Token text is kept out of `repr`, so it cannot reach a log by accident."""

    subject_token: str | None = field(default=None, repr=False)
    """None: a client asks for itself (`client_credentials`)."""
    subject_token_type: TokenType | None = None
    grant: GrantType = GrantType.TOKEN_EXCHANGE
    audiences: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    """None: the request names no scope."""
    requested_token_type: TokenType = TokenType.ACCESS_TOKEN
    actor_token: str | None = field(default=None, repr=False)
    actor_token_type: TokenType | None = None
    credentials: ClientCredentials = ClientCredentials()
    client_certificate: str | None = field(default=None, repr=False)
    """PEM of the TLS client certificate as the gateway saw it."""
    source_ip: str = ""
    """As the gateway saw it; never what a header says (ATTACKS F8)."""
    correlation_id: str = ""
    """Ours, from the gateway: never the caller's."""
    authorization_details: tuple[Mapping[str, Any], ...] = ()
    """RFC 9396: objects, each with a `type`."""
    dpop_proof: str | None = field(default=None, repr=False)
    """The DPoP header (RFC 9449)."""
    subject_token_proof: str | None = field(default=None, repr=False)
    """A DPoP proof by the key that the subject token is bound to, where the DPoP header has another."""
    iam_caller: str | None = None


def parse(http: HttpRequest) -> ExchangeRequest:
    """The request that `http` carries; raises a typed OAuthError for anything malformed or ambiguous."""
    form = _form(http)
    grant = _grant(form)
    subject_token, subject_token_type = _subject(form, grant)
    actor_token, actor_token_type = _actor(form)
    return ExchangeRequest(
        grant=grant,
        subject_token=subject_token,
        subject_token_type=subject_token_type,
        audiences=_audiences(form),
        resources=_resources(form),
        scopes=_scopes(form),
        requested_token_type=_requested_type(form),
        actor_token=actor_token,
        actor_token_type=actor_token_type,
        credentials=read_credentials(form, http),
        client_certificate=http.client_certificate,
        source_ip=http.source_ip,
        correlation_id=http.correlation_id,
        authorization_details=_authorization_details(form),
        dpop_proof=http.headers.get("dpop"),
        subject_token_proof=single(form, "subject_token_proof"),
        iam_caller=http.iam_caller,
    )


def _form(http: HttpRequest) -> Form:
    check_post(http)
    if "," in http.headers.get("dpop", ""):
        raise InvalidDpopProof(Reason.DUPLICATE_HEADER)
    return parse_form(http.body, http.headers.get("content-type", ""))


def read_credentials(form: Form, http: HttpRequest) -> ClientCredentials:
    """At whichever endpoint."""
    return ClientCredentials(
        client_id=single(form, "client_id"),
        client_secret=single(form, "client_secret"),
        client_assertion=single(form, "client_assertion"),
        client_assertion_type=single(form, "client_assertion_type"),
        authorization=http.headers.get("authorization"),
    )


def _grant(form: Form) -> GrantType:
    wanted = _required(form, "grant_type", Reason.MISSING_GRANT_TYPE)
    for grant in GrantType:
        if wanted == grant:
            return grant
    raise UnsupportedGrantType(Reason.UNSUPPORTED_GRANT_TYPE)


def _required(form: Form, name: str, reason: Reason) -> str:
    value = single(form, name)
    if value is None:
        raise InvalidRequest(reason)
    return value


def _subject(form: Form, grant: GrantType) -> tuple[str | None, TokenType | None]:
    """A client that asks for itself has no subject token; one that sends one means another grant."""
    if grant is GrantType.CLIENT_CREDENTIALS:
        if form.keys() & {"subject_token", "subject_token_type", "actor_token", "actor_token_type"}:
            raise InvalidRequest(Reason.TOKENS_FOR_ITSELF)
        return None, None
    token = _required(form, "subject_token", Reason.MISSING_SUBJECT_TOKEN)
    name = _required(form, "subject_token_type", Reason.MISSING_SUBJECT_TOKEN_TYPE)
    return token, _token_type(name, SUBJECT_TOKEN_TYPES, Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE)


def _requested_type(form: Form) -> TokenType:
    name = single(form, "requested_token_type") or TokenType.ACCESS_TOKEN
    return _token_type(name, REQUESTED_TOKEN_TYPES, Reason.UNSUPPORTED_REQUESTED_TOKEN_TYPE)


def _token_type(name: str, accepted: tuple[TokenType, ...], reason: Reason) -> TokenType:
    for token_type in accepted:
        if name == token_type:
            return token_type
    raise InvalidRequest(reason)


def _actor(form: Form) -> tuple[str | None, TokenType | None]:
    token, name = single(form, "actor_token"), single(form, "actor_token_type")
    if (token is None) != (name is None):
        raise InvalidRequest(Reason.INCOMPLETE_ACTOR)
    if token is None or name is None:
        return None, None
    return token, _token_type(name, SUBJECT_TOKEN_TYPES, Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE)


def _audiences(form: Form) -> tuple[str, ...]:
    audiences = form.get("audience", ())
    if len(audiences) > MAX_TARGETS or not all(_is_audience(audience) for audience in audiences):
        raise InvalidTarget(Reason.TARGET_NOT_GRANTED, "malformed or too many audiences")
    return audiences


def _is_audience(audience: str) -> bool:
    return len(audience) <= MAX_TARGET and _AUDIENCE.fullmatch(audience) is not None


def _resources(form: Form) -> tuple[str, ...]:
    resources = form.get("resource", ())
    if len(resources) > MAX_TARGETS or not all(_is_resource(resource) for resource in resources):
        raise InvalidTarget(Reason.MALFORMED_TARGET)
    return resources


def _is_resource(resource: str) -> bool:
    """An absolute https URL without fragment (RFC 8707 section 2) or user information."""
    url = _split(resource)
    return (
        url is not None
        and _is_audience(resource)
        and url.scheme == "https"
        and bool(url.hostname)
        and "@" not in url.netloc
        and "#" not in resource
    )


def _split(resource: str) -> SplitResult | None:
    try:
        return urlsplit(resource)
    except ValueError:
        return None


def _scopes(form: Form) -> tuple[str, ...] | None:
    scope = single(form, "scope")
    if scope is None:
        return None
    if len(scope) > MAX_SCOPE or not _SCOPE.fullmatch(scope):
        raise InvalidScope(Reason.MALFORMED_SCOPE)
    return tuple(dict.fromkeys(scope.split(" ")))


def _authorization_details(form: Form) -> tuple[Mapping[str, Any], ...]:
    """A JSON array of objects, each with a `type` (RFC 9396 section 2)."""
    text = single(form, "authorization_details")
    if text is None:
        return ()
    details = _array(text)
    if not 1 <= len(details) <= MAX_DETAILS or not all(_is_detail(detail) for detail in details):
        raise InvalidAuthorizationDetails(Reason.MALFORMED_DETAILS)
    return tuple(details)


def _array(text: str) -> list[Any]:
    if len(text) > MAX_DETAILS_TEXT:
        raise InvalidAuthorizationDetails(Reason.MALFORMED_DETAILS)
    try:
        return parse_array(text.encode())
    except NotStrictJson as error:
        raise InvalidAuthorizationDetails(Reason.MALFORMED_DETAILS, str(error)) from error


def _is_detail(detail: object) -> bool:
    return isinstance(detail, dict) and isinstance(detail.get("type"), str) and bool(detail["type"])
