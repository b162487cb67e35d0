"""M5, M9: no foreign proof is younger than it can show, so none slips past a withdrawal or a policy about its age."""

from collections.abc import Iterator

import pytest

from federation.model.revocation import Revocation, RevocationKey, Withdrawn
from tests.support.attacked_bridge import Attacked, attacked
from tests.support.delegation_world import claims_of
from tests.support.exchange_world import NOW, subject_token
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

YOUNG = 'forbid (principal, action, resource) when { context.token_age > duration("5m") };'
WHOSE = [(Withdrawn.PRINCIPAL, "partner/acme/sync"), (Withdrawn.ISSUER, "acme"), (Withdrawn.MAPPING, "acme-sync")]


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        yield made


def ageless() -> str:
    """A token that does not say when it was issued."""
    claims = {name: value for name, value in claims_of(subject_token()).items() if name != "iat"}
    return signed({"alg": "RS256", "kid": rsa_key().kid, "typ": "JWT"}, claims, rsa_key())


@pytest.mark.parametrize(("what", "value"), WHOSE)
def test_M5_a_token_that_hides_its_age_is_withdrawn_with_the_others(
    bridge: Attacked, what: Withdrawn, value: str
) -> None:
    token = ageless()
    bridge.token(token)
    bridge.world.state.revoke(Revocation(RevocationKey(what, value), NOW + 5, NOW + 90_000, "admin/eve"))
    bridge.world.clock.advance(10)
    bridge.refused(lambda: bridge.post(token), "invalid_request", "token_revoked")
    bridge.token(bridge.foreign())


def test_F_a_token_that_hides_its_age_is_not_young(bridge: Attacked) -> None:
    bridge.world.write({"kind": "Policy", "id": "young", "cedar": YOUNG})
    bridge.token(bridge.foreign())
    bridge.refused(lambda: bridge.post(ageless()), "invalid_request", "policy_denied")
