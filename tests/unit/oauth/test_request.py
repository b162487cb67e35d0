"""A request is parsed once, into a value that says everything that was asked."""

from urllib.parse import urlencode

import pytest

from federation.oauth.errors import (
    InvalidAuthorizationDetails,
    InvalidDpopProof,
    InvalidRequest,
    InvalidTarget,
    OAuthError,
)
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest, parse
from federation.verification.compact import parse_compact

MINIMUM = {
    "grant_type": GrantType.TOKEN_EXCHANGE.value,
    "subject_token": "a.b.c",
    "subject_token_type": TokenType.JWT.value,
}


def http(parameters: dict[str, str | list[str]], **headers: str) -> HttpRequest:
    body = urlencode(parameters, doseq=True).encode()
    return HttpRequest("POST", "/token", body, "c-1", {"content-type": FORM, **headers})


def parsed(**parameters: str | list[str]) -> ExchangeRequest:
    return parse(http({**MINIMUM, **parameters}))


def refused(request: HttpRequest) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        parse(request)
    return caught.value


def test_the_smallest_request_asks_for_an_access_token() -> None:
    request = parsed()
    assert request.requested_token_type is TokenType.ACCESS_TOKEN
    assert (request.audiences, request.resources, request.scopes) == ((), (), None)
    assert request.correlation_id == "c-1"


def test_targets_and_scopes_are_kept_in_order_without_duplicates_of_scope() -> None:
    request = parsed(audience=["b", "a"], resource="https://r.example.com/x", scope="z a z")
    assert request.audiences == ("b", "a")
    assert request.resources == ("https://r.example.com/x",)
    assert request.scopes == ("z", "a")


def test_token_text_never_appears_in_the_repr() -> None:
    request = parse(http({**MINIMUM, "client_secret": "s3cret"}, authorization="Basic czNjcmV0"))
    text = repr(request)
    assert "a.b.c" not in text
    assert "s3cret" not in text
    assert "czNjcmV0" not in text


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("grant_type", Reason.MISSING_GRANT_TYPE),
        ("subject_token", Reason.MISSING_SUBJECT_TOKEN),
        ("subject_token_type", Reason.MISSING_SUBJECT_TOKEN_TYPE),
    ],
)
def test_a_missing_parameter_is_named(missing: str, reason: Reason) -> None:
    without: dict[str, str | list[str]] = {name: value for name, value in MINIMUM.items() if name != missing}
    assert refused(http(without)).reason is reason


@pytest.mark.parametrize(
    "resource",
    [
        "http://r.example.com",
        "http://127.0.0.1.example.com",
        "http://user@127.0.0.1",
        "//r.example.com",
        "r.example.com",
        "https://r.example.com/#part",
        "https://user@r.example.com",
        "https://[::1",
        "https:///path",
        "https://r.example.com/a b",
    ],
)
def test_a_resource_is_an_absolute_https_url(resource: str) -> None:
    error = refused(http({**MINIMUM, "resource": resource}))
    assert isinstance(error, InvalidTarget)
    assert error.reason is Reason.MALFORMED_TARGET


def test_a_resource_may_be_on_this_machine() -> None:
    assert parsed(resource="http://127.0.0.1:8080/x").resources == ("http://127.0.0.1:8080/x",)


@pytest.mark.parametrize("scope", ["a  b", " a", 'a"b', "a\\b", "a\tb", "é", "x" * 1025])
def test_a_malformed_scope_is_refused(scope: str) -> None:
    assert refused(http({**MINIMUM, "scope": scope})).error == "invalid_scope"


@pytest.mark.parametrize("name", ["authorization", "dpop", "content-type"])
def test_headers_that_the_gateway_joined_are_refused(name: str) -> None:
    request = http({**MINIMUM}, **{name: "one, two"})
    assert refused(request).reason is Reason.DUPLICATE_HEADER


def test_proofs_are_kept_for_whoever_verifies_them_and_out_of_sight() -> None:
    request = parse(http({**MINIMUM, "subject_token_proof": "proof-2"}, dpop="proof-1"))
    assert (request.dpop_proof, request.subject_token_proof) == ("proof-1", "proof-2")
    assert "proof-" not in repr(request)


def test_two_proofs_in_one_header_are_refused_in_the_words_of_dpop() -> None:
    assert isinstance(refused(http({**MINIMUM}, dpop="a.b.c,d.e.f")), InvalidDpopProof)


DETAIL = '{"type": "tool_call", "tool": "search"}'


def test_authorization_details_are_read_once_and_strictly() -> None:
    assert parsed(authorization_details=f"[{DETAIL}]").authorization_details == (
        {"type": "tool_call", "tool": "search"},
    )


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        DETAIL,
        "[1]",
        "[{}]",
        '[{"type": ""}]',
        '[{"type": 1}]',
        '[{"type": "a", "type": "b"}]',
        f"[{DETAIL}",
        "[NaN]",
        "[" + ",".join([DETAIL] * 9) + "]",
        '[{"type": "a", "b": "' + "c" * 4096 + '"}]',
        "[" * 2000 + "]" * 2000,
    ],
)
def test_authorization_details_of_any_other_form_are_refused(text: str) -> None:
    refusal = refused(http({**MINIMUM, "authorization_details": text}))
    assert (type(refusal), refusal.reason) == (InvalidAuthorizationDetails, Reason.MALFORMED_DETAILS)


def test_a_client_that_asks_for_itself_sends_no_token() -> None:
    alone: dict[str, str | list[str]] = {"grant_type": "client_credentials", "audience": "a"}
    request = parse(http(alone))
    assert (request.grant, request.subject_token, request.subject_token_type) == ("client_credentials", None, None)
    for name in ("subject_token", "subject_token_type", "actor_token", "actor_token_type"):
        assert refused(http({**alone, name: "x"})).reason is Reason.TOKENS_FOR_ITSELF


def test_an_actor_needs_both_of_its_parameters() -> None:
    assert refused(http({**MINIMUM, "actor_token": "a.b.c"})).reason is Reason.INCOMPLETE_ACTOR
    assert refused(http({**MINIMUM, "actor_token_type": TokenType.JWT.value})).reason is Reason.INCOMPLETE_ACTOR


@pytest.mark.parametrize("name", ["subject_token", "actor_token", "client_assertion"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_one_line_break_behind_a_token_is_the_files_that_it_was_read_from(name: str, ending: str) -> None:
    """google-auth, botocore and azure-identity send a file as it stands."""
    request = parsed(**{"actor_token_type": TokenType.JWT.value, "actor_token": "a.b.c", name: f"a.b.c{ending}"})
    sent = {
        "subject_token": request.subject_token,
        "actor_token": request.actor_token,
        "client_assertion": request.credentials.client_assertion,
    }
    assert sent[name] == "a.b.c"


@pytest.mark.parametrize(
    "text", ["a.b.c\n\n", "a.b.c\r", "a.b.c ", "\na.b.c", "a.b\n.c", "a.b.c\n ", "a.b.c\t", "a.b.c\r\r\n"]
)
def test_any_other_white_space_is_the_tokens_and_makes_it_none(text: str) -> None:
    request = parse(http({**MINIMUM, "subject_token": text}))
    with pytest.raises(InvalidRequest) as refused:
        parse_compact(request.subject_token or "")
    assert (refused.value.reason, refused.value.detail) == (Reason.MALFORMED_TOKEN, "has white space")
    assert "has white space" in refused.value.description


@pytest.mark.parametrize("text", ["\n", "\r\n"])
def test_a_line_break_alone_is_no_token(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(http({**MINIMUM, "subject_token": text}))
    assert refused.value.reason is Reason.MISSING_SUBJECT_TOKEN
