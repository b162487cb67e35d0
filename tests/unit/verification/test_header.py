import pytest

from federation.model.json import JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.compact import UnverifiedHeader, read_header


def test_the_members_that_matter_are_read_and_the_tolerated_ones_only_counted() -> None:
    header: JsonObject = {"alg": "RS256", "kid": "k", "typ": "JWT", "x5t": "a", "x5t#S256": 1, "pi.atm": "1"}
    ignored = frozenset({"x5t", "x5t#S256", "pi.atm"})
    assert read_header(header) == UnverifiedHeader(alg="RS256", kid="k", typ="JWT", ignored=ignored)


def test_kid_and_typ_may_be_absent() -> None:
    assert read_header({"alg": "RS256"}) == UnverifiedHeader(alg="RS256", kid=None, typ=None)


@pytest.mark.parametrize(
    ("member", "detail"),
    [("jwk", "jwk"), ("crit", "crit"), ("cty", "cty"), ("nonce", "unknown"), ("ALG", "unknown"), ("canary", "unknown")],
)
def test_any_other_member_is_refused_and_only_registered_ones_are_named(member: str, detail: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_header({"alg": "RS256", member: 1})
    assert refused.value.reason is Reason.UNSAFE_TOKEN_HEADER
    assert refused.value.detail == f"header member: {detail}"
