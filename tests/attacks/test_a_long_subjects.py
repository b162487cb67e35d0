"""A20: subjects are long in the world. What a limit refuses is recorded with the value's name and the limit."""

from collections.abc import Iterator

import pytest

from federation.model.json import Json
from federation.model.trust import Selector
from federation.oauth.errors import InvalidRequest
from federation.verification.providers import provider_named
from tests.support.exchange_world import MAPPING, Bridge, bridge, reason, subject_token
from tests.support.issuer_world import BRIDGE, NOW, Directory, World, claims, token, trusted, world
from tests.support.jose_keys import rsa_key
from tests.support.provider_bridge import ProviderBridge

SUB_OF_CLAIM_KEYS = (
    "repository_owner_id:65:repository_id:74:job_workflow_ref:octo-org/" + "a" * 100 + "/.github/workflows/"
    "" + "w" * 60 + ".yml@refs/heads/main:environment:production:ref:refs/heads/main"
)
"""GitHub's customized subject (octo-sts/app#1208)."""


def test_A20_a_github_subject_of_claim_keys_is_accepted() -> None:
    made = ProviderBridge("github", {"repository_id": "74"})
    claims = made.claims("the documented example, subject by name", sub=SUB_OF_CLAIM_KEYS, repository_id="74")
    assert len(SUB_OF_CLAIM_KEYS) > 255
    assert made.principal(claims) == "to/0"


def test_A20_a_gitlab_subject_of_nested_groups_is_accepted() -> None:
    made = ProviderBridge("gitlab", {"project_id": "20"})
    path, branch = "/".join(["acme", *(f"sub-group-number-{n}" for n in range(8))]), "renovate/" + "x" * 140
    sub = f"project_path:{path}:ref_type:branch:ref:{branch}"
    named = {"project_path": path, "namespace_path": path.rpartition("/")[0], "ref": branch, "sub": sub}
    claims = made.claims("the documented example, on a protected branch", **named, ref_path=f"refs/heads/{branch}")
    assert len(sub) > 255
    assert made.principal(claims) == "to/0"


@pytest.mark.parametrize(("length", "accepted"), [(2047, True), (2048, True), (2049, False)])
def test_A20_a_spiffe_id_has_up_to_2048_bytes(length: int, accepted: bool) -> None:
    sub = "spiffe://example.org/".ljust(length, "a")
    issuer = trusted(rsa_key().jwk(use="jwt-svid"), provider="spiffe", issuer="spiffe://example.org")
    made = World(Directory(issuer), provider=provider_named("spiffe"))
    text = token({"sub": sub, "aud": BRIDGE, "exp": NOW + 300})
    if accepted:
        assert made.verify(text).subject == sub
        return
    with pytest.raises(InvalidRequest) as refused:
        made.verify(text)
    assert refused.value.detail == "claim sub: a text in it is above 2048 bytes"


def test_A20_a_mapping_may_pin_a_subject_of_any_length_that_is_accepted() -> None:
    sub = "spiffe://example.org/" + "a" * 2000
    made = ProviderBridge("spiffe", {"sub": sub}, issuer="spiffe://example.org")
    assert made.principal({"sub": sub, "aud": BRIDGE, "exp": NOW}) == "to/0"
    assert made.refusal({"sub": sub[:-1], "aud": BRIDGE, "exp": NOW})


def test_A20_what_a_limit_refuses_is_recorded_with_its_name_and_the_limit() -> None:
    with pytest.raises(InvalidRequest) as refused:
        world().verify(token(claims(sub="x", department={"name": "y" * 2049})))
    assert refused.value.detail == "claim department: a text in it is above 2048 bytes"
    with pytest.raises(InvalidRequest) as refused:
        world().verify(token(header={"alg": "RS256", "kid": "k" * 300}))
    assert refused.value.detail == "kid has 300 characters, the limit is 256"


@pytest.fixture
def made() -> Iterator[Bridge]:
    with bridge() as made:
        yield made


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"principal": "partner/{sub}"}, "the principal has 308 characters, the limit is 255"),
        ({"attributes": {"who": "{sub}"}}, "attribute who has 300 characters, the limit is 256"),
    ],
    ids=["principal", "attribute"],
)
def test_A20_a_rule_that_copies_a_long_subject_says_what_is_too_long(
    made: Bridge, rule: dict[str, Json], told: str
) -> None:
    made.write({**MAPPING, "match": {"sub": "w" * 300}, **rule}, Selector("sub", "w" * 300))
    assert reason(made.post(subject_token(sub="w" * 300))) == "principal_invalid"
    assert told in str(made.log.entries)
