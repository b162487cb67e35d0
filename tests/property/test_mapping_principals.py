"""Whatever a token holds, a principal is well formed, in its namespace, and nobody else's."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from federation.mapping.templates import principal
from federation.model.json import Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

PRINCIPAL = re.compile(r"[A-Za-z0-9._@-]+(/[A-Za-z0-9._@-]+)*")

words = st.text(alphabet="aA1._@-", min_size=1, max_size=6)
anything: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def outcome(template: str, **claims: Json) -> str | Reason:
    try:
        return principal(template, claims)
    except InvalidRequest as refusal:
        return refusal.reason


@given(anything, anything)
def test_a_principal_is_well_formed_and_in_its_namespace_or_refused(a: Json, b: Json) -> None:
    result = outcome("partner/acme/{a}/x-{b}", a=a, b=b)
    if result is not Reason.PRINCIPAL_INVALID:
        assert PRINCIPAL.fullmatch(str(result))
        assert str(result).startswith("partner/acme/")
        assert str(result).count("/") == 3
        assert not {".", ".."} & set(str(result).split("/"))


@given(words, words, words, words)
def test_two_identities_never_meet_in_one_principal(a: str, b: str, c: str, d: str) -> None:
    assume((a, b) != (c, d))
    first, second = outcome("p/{a}/x-{b}", a=a, b=b), outcome("p/{a}/x-{b}", a=c, b=d)
    assert first != second or first is second is Reason.PRINCIPAL_INVALID


@given(st.text(min_size=1))
def test_no_template_ever_fails_untyped(template: str) -> None:
    outcome(template, a="x")
