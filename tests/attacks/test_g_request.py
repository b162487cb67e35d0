"""Group G: requests to the token endpoint that two readers could read differently, over HTTP (RFC 8693 section 2.1)."""

import base64
import re
from collections.abc import Iterator

import pytest

from federation.client.http import Answer, send
from federation.oauth.identifiers import FORM
from federation.oauth.reasons import Reason
from tests.support.bridge_server import AUDIENCE, RESOURCE, Bridge

DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
SAML2 = "urn:ietf:params:oauth:token-type:saml2"
REFRESH = "urn:ietf:params:oauth:token-type:refresh_token"


def assert_refused(answer: Answer, error: str, reason: Reason, status: int = 400) -> None:
    assert (answer.status, answer.members["error"]) == (status, error)
    assert answer.members["error_description"] == f"{reason.value}: {reason.advice}"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-correlation-id"] == answer.members["correlation_id"]


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("grant_type", Reason.MISSING_GRANT_TYPE),
        ("subject_token", Reason.MISSING_SUBJECT_TOKEN),
        ("subject_token_type", Reason.MISSING_SUBJECT_TOKEN_TYPE),
    ],
)
def test_G1_a_missing_parameter_is_named(bridge: Bridge, missing: str, reason: Reason) -> None:
    assert_refused(bridge.exchange(**{missing: None}), "invalid_request", reason)


@pytest.mark.parametrize("grant", ["password", "authorization_code", "TOKEN-EXCHANGE", " "])
def test_G1_another_grant_is_unsupported(bridge: Bridge, grant: str) -> None:
    assert_refused(bridge.exchange(grant_type=grant), "unsupported_grant_type", Reason.UNSUPPORTED_GRANT_TYPE)


@pytest.mark.parametrize(
    "name",
    [
        "grant_type",
        "subject_token",
        "subject_token_type",
        "requested_token_type",
        "scope",
        "actor_token",
        "client_id",
        "anything_else",
    ],
)
def test_G2_a_parameter_sent_twice_is_refused(bridge: Bridge, name: str) -> None:
    form = [pair for pair in bridge.form() if pair[0] != name]
    answer = bridge.post([*form, (name, "one"), (name, "one")])
    assert_refused(answer, "invalid_request", Reason.DUPLICATE_PARAMETER)


@pytest.mark.parametrize("twin", ["subject%5Ftoken", "s%75bject_token"])
def test_G2_an_escaped_twin_is_the_same_parameter(bridge: Bridge, twin: str) -> None:
    body = f"{bridge.encoded()}&{twin}=other".encode()
    assert_refused(bridge.post_bytes(body), "invalid_request", Reason.DUPLICATE_PARAMETER)


def test_G2_a_case_twin_is_an_unknown_parameter_and_ignored(bridge: Bridge) -> None:
    assert bridge.post([*bridge.form(), ("Subject_Token", "other")]).status == 200
    answer = bridge.post([*bridge.form(subject_token=None), ("Subject_Token", bridge.token("partner"))])
    assert_refused(answer, "invalid_request", Reason.MISSING_SUBJECT_TOKEN)


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        ("grant_type", "invalid_request", Reason.MISSING_GRANT_TYPE),
        ("subject_token", "invalid_request", Reason.MISSING_SUBJECT_TOKEN),
        ("subject_token_type", "invalid_request", Reason.MISSING_SUBJECT_TOKEN_TYPE),
        ("audience", "invalid_target", Reason.MISSING_TARGET),
    ],
)
def test_G3_an_empty_value_is_an_absent_one(bridge: Bridge, name: str, error: str, reason: Reason) -> None:
    assert_refused(bridge.exchange(**{name: ""}), error, reason)


def test_G3_empty_optional_values_are_absent(bridge: Bridge) -> None:
    answer = bridge.exchange(scope="", resource="", requested_token_type="", actor_token="", actor_token_type="")
    assert answer.status == 200


def test_G4_parameters_in_the_url_are_refused_and_not_logged(bridge: Bridge) -> None:
    answer = send(f"{bridge.url}/token?subject_token=canary-in-the-url", "POST", bridge.encoded().encode(), form_type())
    assert_refused(answer, "invalid_request", Reason.PARAMETERS_IN_QUERY)
    assert "canary-in-the-url" not in bridge.everything_written()


def form_type(content_type: str = FORM) -> dict[str, str]:
    return {"content-type": content_type}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=utf-8; a=b",
        "application/x-www-form-urlencodedd",
        "",
    ],
)
def test_G5_another_content_type_is_refused(bridge: Bridge, content_type: str) -> None:
    answer = bridge.post_bytes(bridge.encoded().encode(), form_type(content_type))
    assert_refused(answer, "invalid_request", Reason.UNSUPPORTED_CONTENT_TYPE)


def test_G5_no_content_type_is_refused(bridge: Bridge) -> None:
    answer = send(f"{bridge.url}/token", "POST", bridge.encoded().encode())
    assert_refused(answer, "invalid_request", Reason.UNSUPPORTED_CONTENT_TYPE)


@pytest.mark.parametrize("content_type", [f"{FORM};charset=UTF-8", f'{FORM}; charset="utf-8"', FORM.upper()])
def test_G5_a_form_may_say_that_it_is_utf_8(bridge: Bridge, content_type: str) -> None:
    assert bridge.post_bytes(bridge.encoded().encode(), form_type(content_type)).status == 200


@pytest.mark.parametrize(
    "tail",
    [b"&x=%", b"&x=%4", b"&x=%zz", b"&x=%ff", b"&x=\xff\xfe", b"&x=%00", b"&x=a\x00b", b"&x=%C0%AF", b"&%ED%A0%80"],
)
def test_G5_text_that_is_no_clean_utf_8_is_refused(bridge: Bridge, tail: bytes) -> None:
    answer = bridge.post_bytes(bridge.encoded().encode() + tail)
    assert_refused(answer, "invalid_request", Reason.MALFORMED_BODY)


def test_G5_a_json_body_that_claims_to_be_a_form_is_refused(bridge: Bridge) -> None:
    assert_refused(bridge.post_bytes(b'{"grant_type": "x"}'), "invalid_request", Reason.MISSING_GRANT_TYPE)


def test_G5_a_form_that_the_caller_encoded_in_base64_is_refused(bridge: Bridge) -> None:
    answer = bridge.post_bytes(base64.b64encode(bridge.encoded().encode()))
    assert_refused(answer, "invalid_request", Reason.MISSING_GRANT_TYPE)


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "DELETE", "PATCH", "BREW"])
def test_G6_any_method_but_post_is_refused(bridge: Bridge, method: str) -> None:
    answer = send(f"{bridge.url}/token", method)
    assert_refused(answer, "invalid_request", Reason.METHOD_NOT_ALLOWED, status=405)
    assert answer.headers["allow"] == "POST"


def test_G6_head_is_refused_without_a_body(bridge: Bridge) -> None:
    answer = send(f"{bridge.url}/token", "HEAD")
    assert (answer.status, answer.headers["allow"], answer.body) == (405, "POST", b"")


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", "e30.e30.e30", "a b", "é"])
def test_G7_a_bad_subject_token_is_an_invalid_request(bridge: Bridge, token: str) -> None:
    answer = bridge.exchange(subject_token=token)
    assert (answer.status, answer.members["error"]) == (400, "invalid_request")


def test_G7_a_token_of_a_stranger_is_an_invalid_request(bridge: Bridge) -> None:
    answer = bridge.exchange(subject_token=bridge.token("partner", iss="https://stranger.example.com"))
    assert_refused(answer, "invalid_request", Reason.UNTRUSTED_ISSUER)


@pytest.mark.parametrize("token_type", [SAML2, REFRESH, "jwt", "JWT", "urn:ietf:params:oauth:token-type:JWT", "x"])
def test_G8_an_unknown_subject_token_type_is_refused(bridge: Bridge, token_type: str) -> None:
    answer = bridge.exchange(subject_token_type=token_type)
    assert_refused(answer, "invalid_request", Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE)


@pytest.mark.parametrize("token_type", [SAML2, REFRESH, "jwt", "urn:ietf:params:oauth:token-type:id_token"])
def test_G8_an_unknown_requested_token_type_is_refused(bridge: Bridge, token_type: str) -> None:
    answer = bridge.exchange(requested_token_type=token_type)
    assert_refused(answer, "invalid_request", Reason.UNSUPPORTED_REQUESTED_TOKEN_TYPE)


@pytest.mark.parametrize("half", [{"actor_token": "x"}, {"actor_token_type": "urn:ietf:params:oauth:token-type:jwt"}])
def test_G9_half_an_actor_is_refused(bridge: Bridge, half: dict[str, str]) -> None:
    assert_refused(bridge.exchange(**half), "invalid_request", Reason.INCOMPLETE_ACTOR)


@pytest.mark.parametrize("kind", ["urn:ietf:params:oauth:token-type:refresh_token", "jwt", "x"])
def test_G9_an_actor_token_type_that_is_not_spoken_here_is_refused(bridge: Bridge, kind: str) -> None:
    answer = bridge.exchange(actor_token=bridge.token("github"), actor_token_type=kind)
    assert_refused(answer, "invalid_request", Reason.UNSUPPORTED_SUBJECT_TOKEN_TYPE)


@pytest.mark.parametrize(
    "resource",
    [
        "/relative",
        "risk.internal.example.com",
        f"{RESOURCE}#fragment",
        f"{RESOURCE}#",
        "http://risk.internal.example.com",
        "https://user:secret@risk.internal.example.com",
        "https://@risk.internal.example.com",
        "https://",
        "https://[",
        "urn:example:risk",
    ],
)
def test_G10_a_resource_that_is_no_plain_https_url_is_refused(bridge: Bridge, resource: str) -> None:
    answer = bridge.exchange(audience=None, resource=resource)
    assert_refused(answer, "invalid_target", Reason.MALFORMED_TARGET)


@pytest.mark.parametrize("audience", ["nobody", AUDIENCE.upper(), f"{AUDIENCE} ", RESOURCE, f"{AUDIENCE},other"])
def test_G10_an_unknown_audience_is_refused(bridge: Bridge, audience: str) -> None:
    assert_refused(bridge.exchange(audience=audience), "invalid_target", Reason.TARGET_NOT_GRANTED)


@pytest.mark.parametrize("resource", [f"{RESOURCE}/", RESOURCE.upper().replace("HTTPS", "https"), f"{RESOURCE}:443"])
def test_G10_an_unknown_resource_is_refused(bridge: Bridge, resource: str) -> None:
    answer = bridge.exchange(audience=None, resource=resource)
    assert_refused(answer, "invalid_target", Reason.TARGET_NOT_GRANTED)


@pytest.mark.parametrize("other", [("audience", "nobody"), ("resource", "https://nobody.example.com")])
@pytest.mark.parametrize("first", [True, False])
def test_G10_one_refused_target_refuses_all(bridge: Bridge, other: tuple[str, str], *, first: bool) -> None:
    form = [other, *bridge.form()] if first else [*bridge.form(), other]
    assert_refused(bridge.post(form), "invalid_target", Reason.TARGET_NOT_GRANTED)


@pytest.mark.parametrize("scope", ['risk:"read"', "risk\\read", "a  b", " a", "a ", "é", "a" * 1025, "a\tb"])
def test_G11_a_malformed_scope_is_refused(bridge: Bridge, scope: str) -> None:
    assert_refused(bridge.exchange(scope=scope), "invalid_scope", Reason.MALFORMED_SCOPE)


def test_G11_a_scope_with_a_control_character_is_no_text(bridge: Bridge) -> None:
    assert_refused(bridge.exchange(scope="risk\x07read"), "invalid_request", Reason.MALFORMED_BODY)


@pytest.mark.parametrize("scope", ["unknown", "risk:score:read unknown", "RISK:SCORE:READ", "risk:score:*", "*"])
def test_G11_an_unknown_scope_refuses_all(bridge: Bridge, scope: str) -> None:
    assert_refused(bridge.exchange(scope=scope), "invalid_scope", Reason.SCOPE_NOT_GRANTED)


@pytest.mark.parametrize("name", ["Authorization", "DPoP", "Content-Type"])
def test_G12_a_header_sent_twice_is_refused_and_neither_is_taken(bridge: Bridge, name: str) -> None:
    value = FORM if name == "Content-Type" else "Basic YTpi"
    answer = bridge.post_with_headers([(name, value), (name.lower(), value)])
    error = "invalid_dpop_proof" if name == "DPoP" else "invalid_request"
    assert_refused(answer, error, Reason.DUPLICATE_HEADER)


def test_G13_a_body_beyond_64_kib_is_too_large(bridge: Bridge) -> None:
    answer = bridge.post_bytes(b"x=" + b"a" * (64 * 1024 - 1))
    assert_refused(answer, "invalid_request", Reason.BODY_TOO_LARGE, status=413)


def test_G13_a_body_beyond_10_mb_ends_at_the_gateway(bridge: Bridge) -> None:
    answer = bridge.post_bytes(b"x=" + b"a" * (10 * 1024 * 1024))
    assert (answer.status, answer.members) == (413, {"message": "Request Entity Too Large"})


def test_G13_more_than_64_parameters_are_too_many(bridge: Bridge) -> None:
    answer = bridge.post([(f"p{number}", "1") for number in range(65)])
    assert_refused(answer, "invalid_request", Reason.TOO_MANY_PARAMETERS)


def _refusals(bridge: Bridge) -> Iterator[Answer]:
    """One of every kind, each with a marker that must not come back."""
    for name in ("grant_type", "subject_token", "subject_token_type", "audience", "resource", "scope"):
        yield bridge.exchange(**{name: f'marker-{name}"\\<script>'})
    yield bridge.exchange(subject_token=bridge.token("partner", sub="marker-sub"))
    yield bridge.exchange(subject_token=bridge.token("partner", iss="https://marker-iss.example.com"))
    yield send(f"{bridge.url}/token?marker=marker-query", "POST")
    yield bridge.post_with_headers([("content-type", "marker/type")])
    yield bridge.post_with_headers([("content-type", FORM), ("authorization", "Basic marker-basic")])


def test_G14_a_description_keeps_to_its_characters_and_echoes_nothing(bridge: Bridge) -> None:
    for answer in _refusals(bridge):
        assert answer.status in (400, 401)
        assert DESCRIPTION.fullmatch(answer.members["error_description"])
        assert b"marker" not in answer.body
        assert not [value for value in answer.headers.values() if "marker" in value]


def test_G14_every_reason_keeps_to_the_characters_of_rfc_6749() -> None:
    for reason in Reason:
        assert DESCRIPTION.fullmatch(f"{reason.value}: {reason.advice}"), reason


def test_G15_a_success_carries_every_member_and_is_not_stored(bridge: Bridge) -> None:
    answer = bridge.exchange()
    assert answer.status == 200
    assert answer.members.keys() == {"access_token", "issued_token_type", "token_type", "expires_in", "scope"}
    assert answer.members["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert answer.members["token_type"] == "Bearer"
    assert answer.members["scope"] == "risk:score:read"
    assert 0 < answer.members["expires_in"] <= 300
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
