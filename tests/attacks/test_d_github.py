"""D1-D6: GitHub Actions tokens of other repositories, forks, environments, workflows and audiences."""

from typing import Any

import pytest

from federation.documents.source import InvalidDocuments
from federation.oauth.reasons import Reason
from tests.support.provider_bridge import ProviderBridge

EXAMPLE = "the documented example, subject by name"
IMMUTABLE = "the immutable subject, with both ids"
IDS = {"repository_id": "74", "repository_owner_id": "65"}
MAIN = {**IDS, "ref": "refs/heads/main"}


def of_repository(name: str, repository_id: str) -> dict[str, str]:
    return {
        "repository": f"octo-org/{name}",
        "repository_id": repository_id,
        "sub": f"repo:octo-org/{name}:ref:refs/heads/main",
    }


@pytest.mark.parametrize("example", [EXAMPLE, IMMUTABLE])
def test_D1_both_formats_of_sub_are_the_pinned_repository(example: str) -> None:
    bridge = ProviderBridge("github", MAIN)
    assert bridge.principal(bridge.claims(example)) == "to/0"


def test_D1_a_glob_over_names_ends_where_the_name_ends() -> None:
    bridge = ProviderBridge("github", {"repository_owner_id": "65", "sub": "repo:octo-org/octo-repo*"})
    assert bridge.refusal(bridge.claims(EXAMPLE, **of_repository("octo-repo-evil", "75"))) is Reason.NO_MAPPING


def test_D1_a_glob_over_owners_does_not_reach_another_owner() -> None:
    bridge = ProviderBridge("github", {"repository_owner_id": "65", "repository": "octo-org*"})
    evil = {"repository": "octo-org-evil/x", "repository_owner": "octo-org-evil", "sub": "repo:octo-org-evil/x:ref:r"}
    assert bridge.refusal(bridge.claims(EXAMPLE, **evil, ref="r")) is Reason.NO_MAPPING


@pytest.mark.parametrize("repository", ["octo-org/octo-repo*", "octo-org*", "octo-org/octo-repo:ref:refs/heads/main"])
def test_D1_names_alone_are_refused_at_write(repository: str) -> None:
    with pytest.raises(InvalidDocuments, match="pin repository_id or repository_owner_id"):
        ProviderBridge("github", {"sub": f"repo:{repository}"})


@pytest.mark.parametrize(
    "event", ["pull_request", "pull_request_target", "issue_comment", "workflow_run", "a-new-event"]
)
def test_D2_what_outsiders_can_cause_does_not_fit_a_rule_meant_for_main(event: str) -> None:
    # With pull_request_target, `ref` is the default branch although anybody opened the pull request.
    bridge = ProviderBridge("github", MAIN)
    assert bridge.refusal(bridge.claims(EXAMPLE, event_name=event)) is Reason.NO_MAPPING


def test_D2_a_glob_over_events_does_not_name_one() -> None:
    bridge = ProviderBridge("github", {**MAIN, "event_name": "*"})
    assert bridge.refusal(bridge.claims(EXAMPLE, event_name="pull_request_target")) is Reason.NO_MAPPING


def test_D2_a_rule_that_names_the_event_means_it() -> None:
    bridge = ProviderBridge("github", {**IDS, "event_name": "pull_request"})
    claims = bridge.claims("a pull request, which a mapping must name")
    assert bridge.principal(claims) == "to/0"
    assert bridge.refusal({**claims, "event_name": "pull_request_target"}) is Reason.NO_MAPPING


@pytest.mark.parametrize("renamed", [{"repository_id": "75"}, {"repository_owner_id": "66"}])
def test_D3_a_name_registered_again_is_somebody_else(renamed: dict[str, str]) -> None:
    bridge = ProviderBridge("github", {**MAIN, "repository": "octo-org/octo-repo"})
    assert bridge.refusal(bridge.claims(EXAMPLE, **renamed)) is Reason.NO_MAPPING


def test_D3_a_repository_that_was_renamed_keeps_its_rule() -> None:
    bridge = ProviderBridge("github", MAIN)
    assert bridge.principal(bridge.claims(EXAMPLE, **of_repository("new-name", "74"))) == "to/0"


@pytest.mark.parametrize(
    "forged",
    [
        # An environment's name that looks like a branch, escaped and unescaped.
        {"sub": "repo:octo-org/octo-repo:environment:x%3Aref%3Arefs/heads/main"},
        {"sub": "repo:octo-org/octo-repo:environment:x:ref:refs/heads/main"},
    ],
)
def test_D4_an_environment_named_like_a_branch_is_no_branch(forged: dict[str, str]) -> None:
    bridge = ProviderBridge("github", MAIN)
    named = {"environment": "x:ref:refs/heads/main", "ref": "refs/heads/topic", **forged}
    assert bridge.refusal(bridge.claims(EXAMPLE, **named)) is Reason.NO_MAPPING


def test_D4_a_sub_that_tells_another_story_than_the_claims_is_refused() -> None:
    bridge = ProviderBridge("github", MAIN)
    forged = bridge.claims(EXAMPLE, sub="repo:octo-org/other:ref:refs/heads/main")
    assert bridge.refusal(forged) is Reason.IDENTITY_REFUSED


def test_D4_a_customised_sub_neither_helps_nor_harms() -> None:
    bridge = ProviderBridge("github", MAIN)
    assert bridge.principal(bridge.claims(EXAMPLE, sub="repository_owner:octo-org")) == "to/0"
    forged = bridge.claims(EXAMPLE, sub="x:repo:octo-org/octo-repo:ref:refs/heads/main", repository_id="75")
    assert bridge.refusal(forged) is Reason.NO_MAPPING


def test_D5_the_calling_workflow_does_not_stand_for_the_reusable_one() -> None:
    reusable = "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main"
    caller = "octo-org/octo-repo/.github/workflows/oidc.yml@refs/heads/main"
    bridge = ProviderBridge("github", {**IDS, "job_workflow_ref": reusable})
    assert bridge.principal(bridge.claims(EXAMPLE)) == "to/0"
    other = bridge.claims(EXAMPLE, workflow_ref=reusable, job_workflow_ref=caller)
    assert bridge.refusal(other) is Reason.NO_MAPPING


@pytest.mark.parametrize(
    "iss", ["https://github.example.com/_services/token", "https://token.actions.githubusercontent.com/octocat-inc"]
)
def test_D5_another_server_or_enterprise_is_another_issuer(iss: str) -> None:
    bridge = ProviderBridge("github", MAIN)
    assert bridge.refusal(bridge.claims(EXAMPLE, iss=iss)) is Reason.UNTRUSTED_ISSUER
    own = ProviderBridge("github", MAIN, issuer=iss)
    assert own.principal(own.claims(EXAMPLE, iss=iss, enterprise="octocat-inc")) == "to/0"


def test_D5_an_enterprise_issuer_speaks_for_its_enterprise_alone() -> None:
    iss = "https://token.actions.githubusercontent.com/octocat-inc"
    bridge = ProviderBridge("github", MAIN, issuer=iss)
    assert bridge.refusal(bridge.claims(EXAMPLE, iss=iss, enterprise="other")) is Reason.IDENTITY_REFUSED
    assert bridge.refusal(bridge.claims(EXAMPLE, iss=iss)) is Reason.IDENTITY_REFUSED


def test_D6_the_default_audience_is_not_ours() -> None:
    bridge = ProviderBridge("github", MAIN)
    assert bridge.refusal(bridge.claims(EXAMPLE, aud="https://github.com/octo-org")) is Reason.WRONG_AUDIENCE


def test_D6_not_even_where_an_admin_took_it_for_ours() -> None:
    default = "https://github.com/octo-org"
    bridge = ProviderBridge("github", MAIN, audiences=[default])
    claims: dict[str, Any] = bridge.claims(EXAMPLE, aud=default)
    assert bridge.refusal(claims) is Reason.IDENTITY_REFUSED
