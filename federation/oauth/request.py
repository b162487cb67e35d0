"""A token exchange request, parsed once at the edge (RFC 8693 section 2.1). The form is not read again."""

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from federation.oauth.errors import InvalidDpopProof, InvalidRequest, UnsupportedGrantType
from federation.oauth.form import Form, check_post, parse_form, single
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import REQUESTED_TOKEN_TYPES, SUBJECT_TOKEN_TYPES, GrantType, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.wanted import audiences, authorization_details, resources, scopes
from federation.value import Redacted


class ClientCredentials(Redacted, Struct, frozen=True):
    """Whatever the caller sent to authenticate itself, unverified; `None`: not sent."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"client_secret", "client_assertion", "authorization"})

    client_id: str | None = None
    client_secret: str | None = None
    client_assertion: str | None = None
    client_assertion_type: str | None = None
    authorization: str | None = None
    """The Authorization header."""


class ExchangeRequest(Redacted, Struct, frozen=True):
    """What the caller asks for. Token text is kept out of `repr`, so it cannot reach a log by accident."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset(
        {"subject_token", "actor_token", "client_certificate", "dpop_proof", "subject_token_proof"}
    )

    subject_token: str | None = None
    """None: a client asks for itself (`client_credentials`)."""
    subject_token_type: TokenType | None = None
    grant: GrantType = GrantType.TOKEN_EXCHANGE
    audiences: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    """None: the request names no scope."""
    requested_token_type: TokenType = TokenType.ACCESS_TOKEN
    actor_token: str | None = None
    actor_token_type: TokenType | None = None
    credentials: ClientCredentials = ClientCredentials()
    client_certificate: str | None = None
    """PEM of the TLS client certificate as the gateway saw it."""
    source_ip: str = ""
    """As the gateway saw it; never what a header says (ATTACKS F8)."""
    correlation_id: str = ""
    """Ours, from the gateway: never the caller's."""
    authorization_details: tuple[Mapping[str, Any], ...] = ()
    """RFC 9396: objects, each with a `type`."""
    dpop_proof: str | None = None
    """The DPoP header (RFC 9449)."""
    subject_token_proof: str | None = None
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
        audiences=audiences(form),
        resources=resources(form),
        scopes=scopes(form),
        requested_token_type=_requested_type(form),
        actor_token=actor_token,
        actor_token_type=actor_token_type,
        credentials=read_credentials(form, http),
        client_certificate=http.client_certificate,
        source_ip=http.source_ip,
        correlation_id=http.correlation_id,
        authorization_details=authorization_details(form),
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
        client_assertion=_token(form, "client_assertion"),
        client_assertion_type=single(form, "client_assertion_type"),
        authorization=http.headers.get("authorization"),
    )


def _token(form: Form, name: str) -> str | None:
    """A token in a form field. One line break behind it is the file's that it was read from: libraries send that too.

    Any other white space stays, and makes it no token.
    """
    value = single(form, name)
    if value is None or not value.endswith("\n"):
        return value
    return value.removesuffix("\n").removesuffix("\r")


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
    token = _token(form, "subject_token")
    if not token:
        raise InvalidRequest(Reason.MISSING_SUBJECT_TOKEN)
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
    token, name = _token(form, "actor_token"), single(form, "actor_token_type")
    if (token is None) != (name is None):
        raise InvalidRequest(Reason.INCOMPLETE_ACTOR)
    if token is None or name is None:
        return None, None
    return token, _token_type(name, SUBJECT_TOKEN_TYPES, Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE)
