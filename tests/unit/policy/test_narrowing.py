"""One of our own tokens is exchanged for less, a foreign one for whatever is granted."""

import pytest

from federation.model.tokens import VerifiedToken
from federation.oauth.errors import InvalidScope, InvalidTarget
from federation.oauth.reasons import Reason
from federation.policy.ceilings import Target
from federation.policy.targets import check_narrower
from tests.support.trust_values import audience, grant, own_token, verified

PROD, DEV, NOWHERE = (Target(audience(environment=one), grant()) for one in ("prod", "dev", None))


def own(*scopes: str, environment: str | None = "prod") -> VerifiedToken:
    return own_token(scopes=scopes, environment=environment)


def test_a_foreign_token_has_no_ceiling_of_ours() -> None:
    check_narrower(
        verified(claims={"sub": "worker", "scope": "x", "env": "dev"}), ("risk:read",), [PROD], asked_for=True
    )


@pytest.mark.parametrize("scopes", [(), ("a",), ("b",), ("b", "a")])
def test_any_part_of_the_scopes_is_less(scopes: tuple[str, ...]) -> None:
    check_narrower(own("a", "b"), scopes, [PROD], asked_for=True)


@pytest.mark.parametrize("scopes", [("c",), ("a", "c"), ("A",), ("a:",), ("",), ("*",)])
@pytest.mark.parametrize(("asked_for", "reason"), [(True, Reason.SCOPE_NOT_GRANTED), (False, Reason.SCOPE_REQUIRED)])
def test_one_scope_more_refuses_all(scopes: tuple[str, ...], *, asked_for: bool, reason: Reason) -> None:
    with pytest.raises(InvalidScope) as caught:
        check_narrower(own("a", "b"), scopes, [PROD], asked_for=asked_for)
    assert caught.value.reason is reason


@pytest.mark.parametrize(("environment", "fits"), [("prod", PROD), ("dev", DEV), (None, NOWHERE)])
def test_every_target_is_of_the_tokens_environment(environment: str | None, fits: Target) -> None:
    check_narrower(own(environment=environment), (), [fits, fits], asked_for=True)
    for other in (one for one in (PROD, DEV, NOWHERE) if one is not fits):
        with pytest.raises(InvalidTarget):
            check_narrower(own(environment=environment), (), [fits, other], asked_for=True)
