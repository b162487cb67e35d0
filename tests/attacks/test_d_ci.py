"""D7, D8, D25: whose pipeline it is, on which ref, and from whose fork."""

from collections.abc import Mapping as ReadOnly
from typing import Any

import pytest

from federation.mapping.mapper import Mapper
from federation.mapping.match import filed_under
from federation.model.json import JsonObject
from federation.model.trust import Kind, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.providers import provider_named
from tests.support.fake_trust import FakeTrust
from tests.support.guarded_mappings import mapping_problems
from tests.support.provider_vectors import claims_of, issuer, load
from tests.support.trust_values import asking, verified

Match = ReadOnly[str, MatchValue]

GITLAB = "the documented example, on a protected branch"
JENKINS = "the default claims of a build"
CIRCLECI = "the documented claims, CIRCLE_OIDC_TOKEN"
BUILDKITE = "the documented example, with the ids that a job can ask for"
DEVICE = "a device's own token"
TERRAFORM_PINS: dict[str, MatchValue] = {"terraform_workspace_id": "ws-mbsd5E3Ktt5Rg2Xm"}
CIRCLECI_PINS: Match = {
    '"oidc.circleci.com/project-id"': "3a2f5b1c-7d4e-4f6a-9b8c-0d1e2f3a4b5c",
    '"oidc.circleci.com/vcs-origin"': "github.com/organization-123/repo-1",
}
FORK_BEFORE_18_2 = {"pipeline_source": "merge_request_event", "ref_protected": "false"}
FORK_SINCE_18_4 = claims_of("gitlab", "a merge request from a fork since 18.4, with the fork's ids")


def resolve(provider: str, claims: ReadOnly[str, Any], match: Match, trusted: str = "issuer") -> str:
    """The principal that a token with these claims is to a bridge with this one mapping of the issuer `trusted`."""
    by = issuer(provider, load(provider)["issuer"])
    rules = provider_named(provider)
    rules.table.verify(claims)
    rules.check(by, claims)
    trust = FakeTrust()
    body: JsonObject = {"issuer": trusted, "match": dict(match), "principal": "ci/acme", "grants": []}
    trust.add(Kind.MAPPING, "rule", body, filed_under(tuple(match.items()), rules.table.selectors))
    return Mapper(trust, provider_named).resolve(verified(by=by, claims=claims), asking("risk-engine")).principal


def refusal(provider: str, claims: ReadOnly[str, Any], match: Match, trusted: str = "issuer") -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        resolve(provider, claims, match, trusted)
    return caught.value


def problem(provider: str, match: dict[str, MatchValue]) -> str:
    return "\n".join(mapping_problems(provider, match))


def test_D7_a_protected_branch_of_the_pinned_project_is_accepted() -> None:
    assert resolve("gitlab", claims_of("gitlab", GITLAB), {"project_id": "20"}) == "ci/acme"


@pytest.mark.parametrize(
    "match",
    [
        {"project_id": "20"},
        {"namespace_id": "72", "ref": "main"},
        {"project_id": "20", "ref": "main", "ref_type": "branch"},
        {"project_id": "20", "ref_protected": "false"},
        {"project_id": "20", "pipeline_source": "merge_request_event"},
        {"project_id": "20", "pipeline_source": "merge_request_*", "ref_protected": "*"},
    ],
)
def test_D7_a_fork_that_passes_for_its_target_fits_no_mapping_that_does_not_name_all_of_it(match: Match) -> None:
    claims = claims_of("gitlab", GITLAB) | FORK_BEFORE_18_2
    assert refusal("gitlab", claims, match).reason is Reason.NO_MAPPING


def test_D7_a_fork_merge_request_fits_a_mapping_that_names_it() -> None:
    claims = claims_of("gitlab", GITLAB) | FORK_BEFORE_18_2
    assert resolve("gitlab", claims, {"project_id": "20", **FORK_BEFORE_18_2}) == "ci/acme"


@pytest.mark.parametrize(
    "match",
    [
        {"project_id": "20", **FORK_BEFORE_18_2},
        {"project_id": "1002", **FORK_BEFORE_18_2},
        {"namespace_id": "930", **FORK_BEFORE_18_2},
    ],
)
def test_D7_a_job_that_runs_in_another_project_than_its_ids_tell_is_refused(match: Match) -> None:
    assert refusal("gitlab", FORK_SINCE_18_4, match).reason is Reason.NO_MAPPING


def test_D7_a_child_of_a_merge_request_pipeline_is_no_push() -> None:
    claims = claims_of("gitlab", GITLAB) | {"pipeline_source": "parent_pipeline"}
    assert refusal("gitlab", claims, {"project_id": "20"}).reason is Reason.NO_MAPPING


def test_D7_ref_protected_is_text_and_a_boolean_is_refused_at_write() -> None:
    assert "quotes" in problem("gitlab", {"project_id": "20", "ref_protected": True})


@pytest.mark.parametrize(
    "match",
    [
        {"ref_protected": "true", "ref_type": "branch"},
        {"project_path": "my-group/my-project", "ref_protected": "true", "ref_type": "branch"},
        {"project_id": "*", "ref_protected": "true", "ref_type": "branch"},
    ],
)
def test_D7_a_mapping_without_an_id_is_refused_at_write(match: dict[str, MatchValue]) -> None:
    assert "project_id" in problem("gitlab", match)


@pytest.mark.parametrize("match", [{"project_id": "20"}, {"project_id": "20", "ref": "main", "ref_protected": "true"}])
def test_D8_a_tag_named_like_the_branch_is_refused(match: Match) -> None:
    tag = {"ref_type": "tag", "ref_path": "refs/tags/main"}
    claims = claims_of("gitlab", GITLAB) | tag | {"sub": "project_path:my-group/my-project:ref_type:tag:ref:main"}
    assert refusal("gitlab", claims, match).reason is Reason.NO_MAPPING


def test_D8_a_project_path_registered_again_is_another_project() -> None:
    claims = claims_of("gitlab", GITLAB) | {"project_id": "4711", "job_project_id": "4711"}
    match: Match = {"project_id": "20", "project_path": "my-group/my-project"}
    assert refusal("gitlab", claims, match).reason is Reason.NO_MAPPING


def test_D8_the_same_ids_from_another_server_are_another_project() -> None:
    claims = claims_of("gitlab", GITLAB)
    assert refusal("gitlab", claims, {"project_id": "20"}, trusted="gitlab-com").reason is Reason.NO_MAPPING


@pytest.mark.parametrize(
    "url", ["https://gitlab.com.example.net", "https://example.net/gitlab.com", "https://gitlab.com/my-group"]
)
def test_D8_an_issuer_that_imitates_gitlab_com_is_refused(url: str) -> None:
    assert provider_named("gitlab").issuer_problem(url)
    claims = claims_of("gitlab", GITLAB) | {"iss": url}
    assert refusal("gitlab", claims, {"project_id": "20"}).reason is Reason.MALFORMED_CLAIMS


def test_D8_the_retired_job_token_without_audience_is_refused() -> None:
    claims = claims_of("gitlab", GITLAB) | {"iss": "gitlab.example.com", "sub": "job_302"}
    del claims["aud"]
    assert refusal("gitlab", claims, {"project_id": "20"}).reason is Reason.MALFORMED_CLAIMS


@pytest.mark.parametrize("name", ["deploy%252Fjob%252Fmain", "deploy%252Fmain", "deploy.main", "deploy+", "(deploy)"])
def test_D25_a_job_named_to_look_like_another_is_not_that_job(name: str) -> None:
    claims = claims_of("jenkins", JENKINS) | {"sub": f"https://jenkins.example.com/job/{name}/"}
    match: Match = {"sub": "https://jenkins.example.com/job/deploy/job/main/"}
    assert refusal("jenkins", claims, match).reason is Reason.NO_MAPPING


@pytest.mark.parametrize(
    "name", ["deploy%2Fjob%2Fmain", "deploy%2fjob%2fmain", "a/../job/deploy", "deploy%5Cmain", "%00"]
)
def test_D25_a_job_URL_that_could_be_read_in_two_ways_is_refused(name: str) -> None:
    claims = claims_of("jenkins", JENKINS) | {"sub": f"https://jenkins.example.com/job/{name}/"}
    assert refusal("jenkins", claims, {"sub": claims["sub"]}).reason is Reason.MALFORMED_CLAIMS


def test_D25_a_line_is_no_regular_expression() -> None:
    claims = claims_of("jenkins", JENKINS) | {"sub": "https://jenkins.example.com/job/deployXmain/"}
    match: Match = {"sub": "https://jenkins.example.com/job/deploy.main/"}
    assert refusal("jenkins", claims, match).reason is Reason.NO_MAPPING


def test_D25_a_pattern_over_jobs_is_refused_at_write_since_pull_requests_are_jobs_too() -> None:
    assert "pin sub" in problem("jenkins", {"sub": "https://jenkins.example.com/job/deploy/job/*/"})


def test_D25_credentials_of_a_folder_do_not_speak_for_another() -> None:
    claims = claims_of("jenkins", JENKINS) | {"iss": "https://jenkins.example.com/oidc/job/team"}
    assert refusal("jenkins", claims, {"sub": claims["sub"]}).reason is Reason.IDENTITY_REFUSED


def test_D7_a_CircleCI_build_of_a_fork_has_another_origin() -> None:
    claims = claims_of("circleci", CIRCLECI)
    assert resolve("circleci", claims, CIRCLECI_PINS) == "ci/acme"
    fork = claims | {"oidc.circleci.com/vcs-origin": "github.com/contributor/repo-1"}
    assert refusal("circleci", fork, CIRCLECI_PINS).reason is Reason.NO_MAPPING


def test_D7_a_CircleCI_mapping_without_the_origin_is_refused_at_write() -> None:
    assert "fork" in problem("circleci", {'"oidc.circleci.com/project-id"': "3a2f5b1c-7d4e-4f6a-9b8c-0d1e2f3a4b5c"})


def test_D7_a_CircleCI_job_that_somebody_typed_into_over_SSH_is_refused() -> None:
    claims = claims_of("circleci", CIRCLECI) | {"oidc.circleci.com/ssh-rerun": True}
    refused = refusal("circleci", claims, CIRCLECI_PINS)
    assert refused.reason is Reason.NO_MAPPING
    assert '"oidc.circleci.com/ssh-rerun" wanted' in refused.detail
    assert resolve("circleci", claims, {**CIRCLECI_PINS, '"oidc.circleci.com/ssh-rerun"': True}) == "ci/acme"


def test_D7_a_CircleCI_mapping_is_filed_under_its_project() -> None:
    names = provider_named("circleci").table.selectors
    assert filed_under(tuple(CIRCLECI_PINS.items()), names) == (
        "oidc.circleci.com/project-id",
        CIRCLECI_PINS['"oidc.circleci.com/project-id"'],
    )


@pytest.mark.parametrize(
    "risky",
    [
        {"build_source": "webhook"},  # of a pull request, for all that a token tells
        {"build_source": "trigger_job"},
        {"build_source": "something-new"},
        {"build_tag": "main"},
    ],
)
def test_D7_a_Buildkite_build_that_outsiders_can_cause_must_be_named(risky: dict[str, str]) -> None:
    tagged = {"sub": claims_of("buildkite", BUILDKITE)["sub"].replace("refs/heads", "refs/tags")}
    claims = claims_of("buildkite", BUILDKITE) | risky | (tagged if "build_tag" in risky else {})
    pins: Match = {"pipeline_id": claims["pipeline_id"], "build_branch": "ma*"}
    assert refusal("buildkite", claims, pins).reason is Reason.NO_MAPPING
    named: Match = {**pins, **risky, "build_branch": "main"}
    assert resolve("buildkite", claims, named) == "ci/acme"


@pytest.mark.parametrize("source", ["webhook", "ui"])
@pytest.mark.parametrize("branch", [{}, {"build_branch": "main"}, {"build_branch": "some-user:*"}])
def test_D7_a_Buildkite_fork_is_not_the_branch_of_that_name(source: str, branch: dict[str, str]) -> None:
    claims = claims_of("buildkite", "a pull request from a fork, its branch prefixed") | {"build_source": source}
    match: Match = {"pipeline_id": claims["pipeline_id"], **branch}
    assert refusal("buildkite", claims, match).reason is Reason.NO_MAPPING


def test_D7_a_speculative_Terraform_plan_does_not_fit_a_mapping_for_applies() -> None:
    claims = claims_of("terraform", "a plan, which a mapping must name")
    for match in (TERRAFORM_PINS, TERRAFORM_PINS | {"terraform_run_phase": "apply"}):
        assert refusal("terraform", claims, match).reason is Reason.NO_MAPPING
    assert resolve("terraform", claims, TERRAFORM_PINS | {"terraform_run_phase": "plan"}) == "ci/acme"


def test_D7_a_Terraform_mapping_without_the_phase_is_refused_at_write() -> None:
    assert "apply" in problem("terraform", TERRAFORM_PINS)


def test_D25_a_device_with_the_id_of_another_owners_device_is_another_device() -> None:
    claims = claims_of("device", DEVICE)
    match: Match = {"sub": claims["sub"]}
    assert resolve("device", claims, match) == "ci/acme"
    assert refusal("device", claims, match, trusted="another-owner").reason is Reason.NO_MAPPING


@pytest.mark.parametrize(
    "sub", ["acme%2Fpresses", "acme/../presses", "acme/*", "acme/.*", "acme/+", "acme/#", "a|b", "(a+)+$"]
)
def test_D25_a_device_that_another_system_takes_for_a_pattern_is_refused(sub: str) -> None:
    claims = claims_of("device", DEVICE) | {"sub": sub}
    assert refusal("device", claims, {"sub": sub}).reason is Reason.MALFORMED_CLAIMS


@pytest.mark.parametrize("open_", [{"dbgstat": "enabled"}, {"dbgstat": "disabled"}, {"oemboot": False}])
def test_D25_a_device_that_somebody_looks_into_must_be_named(open_: dict[str, MatchValue]) -> None:
    claims = claims_of("device", DEVICE) | open_
    match: Match = {"sub": claims["sub"]}
    assert refusal("device", claims, match).reason is Reason.NO_MAPPING
    assert resolve("device", claims, {**match, **open_}) == "ci/acme"
