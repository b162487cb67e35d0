"""What a caller sees of a refusal: fixed text within RFC 6749's characters, never anything it sent."""

import json
import re

import pytest

from federation.oauth.error_page import render_error_page
from federation.oauth.errors import (
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    NoToken,
    OAuthError,
    TemporarilyUnavailable,
)
from federation.oauth.reasons import Reason
from federation.oauth.response import render_error
from federation.oauth.steps import Step, at

ALLOWED = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]+")


def error_classes(base: type[OAuthError] = OAuthError) -> list[type[OAuthError]]:
    return [found for child in base.__subclasses__() for found in (child, *error_classes(child))]


@pytest.mark.parametrize("reason", Reason)
def test_g14_descriptions_stay_within_the_characters_of_rfc_6749(reason: Reason) -> None:
    assert ALLOWED.fullmatch(InvalidRequest(reason).description)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", reason.value)
    assert reason.advice.endswith(".")


@pytest.mark.parametrize("error_class", error_classes())
def test_every_error_has_a_code_and_a_fitting_status(error_class: type[OAuthError]) -> None:
    assert re.fullmatch(r"[a-z_]+", error_class.error)
    assert error_class.status in {400, 401, 403, 405, 429, 500, 503}


def test_neither_detail_nor_evidence_ever_reaches_the_caller() -> None:
    refusal = InvalidRequest(Reason.NO_MAPPING, "secret detail", evidence={"nearest": ["secret mapping"]})
    response = render_error(refusal, "c-1", "https://b.example/errors.html")
    body = json.loads(response.body)
    assert b"secret" not in response.body
    assert body["error"] == "invalid_request"
    assert body["error_uri"] == "https://b.example/errors.html#no_mapping"
    assert body["correlation_id"] == "c-1"
    assert response.headers["cache-control"] == "no-store"


def test_an_unavailable_dependency_says_when_to_come_back() -> None:
    error = TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, retry_after=7)
    assert render_error(error, "c", "e").headers["retry-after"] == "7"
    assert error.http_status == 503


def test_a_bearer_token_is_asked_for_and_a_bad_one_is_named() -> None:
    """RFC 6750 section 3: without any token the challenge says nothing of errors."""
    realm = 'Bearer realm="federation-bridge"'
    challenges = [
        render_error(error(Reason.PUSH_NOT_AUTHORIZED), "c", "e").headers["www-authenticate"]
        for error in (NoToken, InvalidToken, InsufficientScope)
    ]
    assert challenges == [realm, f'{realm}, error="invalid_token"', f'{realm}, error="insufficient_scope"']


def test_the_error_page_has_an_anchor_for_every_reason() -> None:
    page = render_error_page()
    assert all(f'id="{reason.value}"' in page for reason in Reason)


def test_the_error_page_says_what_an_assertion_must_have() -> None:
    """Nimbus and Spring fail by their defaults, and all refusals of clients look the same."""
    _, _, rest = render_error_page().partition('id="client_authentication_failed"')
    told = rest.partition("<dt")[0]
    for wanted in ("<code>aud</code>: the issuer URL", "ES256, PS256 or EdDSA", "at most 300 seconds", "accepted once"):
        assert wanted in told


def test_which_of_two_tokens_has_expired_is_said() -> None:
    refusal = InvalidRequest(Reason.TOKEN_EXPIRED)
    assert refusal.description == "token_expired: The token has expired; fetch a fresh one."
    with pytest.raises(InvalidRequest) as refused, at(Step.ACTOR, whole=True):
        raise refusal
    assert refused.value.description == "token_expired: The actor token has expired; fetch a fresh one."
