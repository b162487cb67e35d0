"""Principals and attributes made from claims."""

import pytest

from federation.mapping.templates import attribute, parse_attribute, parse_principal, principal
from federation.model.json import Claims
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from tests.support.document_mapping_vectors import load

VECTORS = load("principals")


@pytest.mark.parametrize(("template", "claims", "expected"), VECTORS["yielded"])
def test_a_principal_is_made_from_plain_words(template: str, claims: Claims, expected: str) -> None:
    assert principal(template, claims) == expected


@pytest.mark.parametrize("template", VECTORS["refused_at_write"])
def test_a_template_that_cannot_be_trusted_is_refused_at_write(template: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_principal(template)


@pytest.mark.parametrize(("template", "claims"), VECTORS["refused_at_use"])
def test_a_claim_that_is_no_plain_word_yields_no_principal(template: str, claims: Claims) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        principal(template, claims)
    assert refusal.value.reason is Reason.PRINCIPAL_INVALID


def test_what_a_claim_holds_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        principal("p/{sub}", {"sub": "secret value"})
    assert "secret" not in refusal.value.detail


@pytest.mark.parametrize(
    ("template", "claims", "expected"),
    [
        ("{repository}", {"repository": "octo-org/octo-repo"}, "octo-org/octo-repo"),
        ("{a.b} of {c}", {"a": {"b": 1}, "c": "two words"}, "1 of two words"),
        ("literal", {}, "literal"),
        ("{name}", {"name": "Größe"}, "Größe"),
    ],
)
def test_an_attribute_may_be_any_printable_text(template: str, claims: Claims, expected: str) -> None:
    assert attribute("name", template, claims) == expected


@pytest.mark.parametrize(
    "claims",
    [{}, {"a": None}, {"a": ""}, {"a": "x\ny"}, {"a": "x\u202ey"}, {"a": "x" * 257}, {"a": ["x"]}, {"a": True}],
)
def test_an_attribute_without_a_printable_value_is_refused(claims: Claims) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        attribute("name", "{a}", claims)
    assert refusal.value.reason is Reason.PRINCIPAL_INVALID


@pytest.mark.parametrize("template", ["", "{", "}", "{}", "{a b}", "x" * 257, "a\nb"])
def test_an_attribute_template_is_checked_at_write(template: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_attribute(template)
    with pytest.raises(InvalidRequest):
        attribute("name", template, {})
