import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.verification.spiffe_id import (
    MAX_LENGTH,
    NotSpiffeId,
    is_trust_domain,
    parse_spiffe_id,
    trust_domain_of,
)
from tests.support.spiffe_ids import accepted, refused

SEGMENT = st.text(string.ascii_letters + string.digits + "._-", min_size=1).filter(lambda text: text not in (".", ".."))
DOMAIN = st.text(string.ascii_lowercase + string.digits + "._-", min_size=1, max_size=255)


@pytest.mark.parametrize("text", accepted())
def test_a_spiffe_id_is_a_trust_domain_and_a_path(text: str) -> None:
    assert "".join(parse_spiffe_id(text)) == text


@pytest.mark.parametrize(("text", "why"), refused())
def test_any_other_spelling_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotSpiffeId):
        parse_spiffe_id(text)
    assert why


@given(DOMAIN, st.lists(SEGMENT, min_size=1))
def test_whatever_is_put_together_is_taken_apart_again(domain: str, segments: list[str]) -> None:
    text = "/".join([f"spiffe://{domain}", *segments])
    if len(text) <= MAX_LENGTH:
        assert parse_spiffe_id(text) == (f"spiffe://{domain}", "/" + "/".join(segments))


@given(st.text())
def test_any_text_is_an_identity_or_is_refused(text: str) -> None:
    assert trust_domain_of(text) is None
    assert trust_domain_of(f"spiffe://example.org/a{text}") in (None, "spiffe://example.org")


@pytest.mark.parametrize("value", [None, 1, True, ["spiffe://example.org/a"], {"a": 1}, b"spiffe://example.org/a"])
def test_what_is_no_text_has_no_trust_domain(value: object) -> None:
    assert trust_domain_of(value) is None


@pytest.mark.parametrize("text", ["spiffe://example.org", "spiffe://a", "spiffe://staging_1.example-2.org"])
def test_a_trust_domain_is_named_without_a_path(text: str) -> None:
    assert is_trust_domain(text)


@pytest.mark.parametrize(
    "text", ["spiffe://", "spiffe://Example.org", "spiffe://example.org/", "spiffe://e:1", "https://e", "spiffe://e\n"]
)
def test_anything_else_is_no_trust_domain(text: str) -> None:
    assert not is_trust_domain(text)
