"""The example workflow runs commands that there are, and the trust beside it lets in its two jobs and nobody else."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from federation.admin.editor import TrustEditor
from federation.cli.main import app
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.documents.yaml_source import read_sources
from federation.mapping.mapper import Mapper
from federation.oauth.errors import InvalidRequest
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named
from tests.support.admin_world import AUDIENCE
from tests.support.fake_trust import FakeTrust
from tests.support.provider_vectors import claims_of
from tests.support.trust_documents import SOMEBODY
from tests.support.trust_values import asking, verified

EXAMPLE = Path(__file__).parents[3] / "examples" / "github"
BRIDGE = "https://federation.example.com"
WORKFLOW: dict[Any, Any] = yaml.safe_load((EXAMPLE / "trust.yml").read_text())
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
ADMINS = SourceDocument("first admin", AUDIENCE)
FILE = "acme/trust/.github/workflows/trust.yml"

PULL_REQUEST = {
    "sub": "repo:acme/trust:pull_request",
    "repository": "acme/trust",
    "repository_owner": "acme",
    "repository_id": "424242425",
    "repository_owner_id": "8675309",
    "event_name": "pull_request",
    "ref": "refs/pull/12/merge",
    "job_workflow_ref": f"{FILE}@refs/pull/12/merge",
    "workflow_ref": f"{FILE}@refs/pull/12/merge",
    "runner_environment": "github-hosted",
}
MERGED = {
    **PULL_REQUEST,
    "sub": "repo:acme/trust:environment:trust",
    "event_name": "push",
    "ref": "refs/heads/main",
    "environment": "trust",
    "job_workflow_ref": f"{FILE}@refs/heads/main",
    "workflow_ref": f"{FILE}@refs/heads/main",
}


def scopes(**claims: str) -> tuple[str, ...]:
    """What a job with these claims gets at the admin API."""
    trust = FakeTrust()
    TrustEditor(trust).apply(validate([ADMINS, *read_sources(EXAMPLE / "bridge-admin.yaml").documents]), SOMEBODY)
    known = {**claims_of("github", "the documented example, subject by name"), "aud": BRIDGE, **claims}
    issuer = TrustedIssuers(trust, BRIDGE).select(known)
    provider = provider_named(issuer.provider)
    provider.table.verify(known)
    provider.check(issuer, known)
    mapped = Mapper(trust, provider_named).resolve(verified(by=issuer, claims=known), asking())
    return tuple(scope for grant in mapped.mapping.grants for scope in grant.scopes)


def test_a_pull_request_reads_and_what_was_merged_writes() -> None:
    assert scopes(**PULL_REQUEST) == ("trust:read",)
    assert scopes(**MERGED) == ("trust:read", "trust:write")


@pytest.mark.parametrize(
    "changed",
    [
        {"repository_id": "1"},
        {"repository_owner_id": "1"},
        {"ref": "refs/heads/other"},
        {"environment": "other"},
        {"event_name": "workflow_dispatch"},
        {"job_workflow_ref": "acme/trust/.github/workflows/other.yml@refs/heads/main"},
        {"job_workflow_ref": f"{FILE}@refs/heads/other"},
        {"runner_environment": "self-hosted"},
    ],
)
def test_whoever_differs_in_one_claim_writes_nothing(changed: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        scopes(**{**MERGED, "sub": "repo:acme/trust:customised", **changed})


def test_the_jobs_may_ask_for_their_token_and_no_more() -> None:
    assert WORKFLOW["permissions"] == {}
    for job in JOBS.values():
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
        assert job["timeout-minutes"] <= 30
    assert JOBS["apply"]["environment"] == "trust"
    assert JOBS["apply"]["concurrency"] == {"group": "trust-apply", "cancel-in-progress": False}
    assert "secrets." not in (EXAMPLE / "trust.yml").read_text()


def test_every_action_is_pinned_by_the_id_of_a_commit() -> None:
    used = [step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in used)


def test_no_expression_is_put_into_a_script() -> None:
    """What a pull request is called would be run."""
    assert [step for job in JOBS.values() for step in job["steps"] if "${{" in step.get("run", "")] == []


def commands() -> list[tuple[str, frozenset[str]]]:
    """(command, its options) of everything that the workflow asks of `fedbridge`."""
    scripts = (step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step)
    lines = (found for script in scripts for found in re.findall(r"fedbridge ([a-z]+)([^\n|>]*)", script))
    return sorted({(name, frozenset(re.findall(r"--[a-z-]+", rest))) for name, rest in lines}, key=str)


@pytest.mark.parametrize(("command", "options"), commands())
def test_every_command_and_option_exists(command: str, options: frozenset[str]) -> None:
    told = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, [command, "--help"])
    assert told.exit_code == 0
    assert options <= set(re.findall(r"--[a-z-]+", told.stdout))


def test_the_workflow_uses_what_an_admin_uses() -> None:
    assert {command for command, _ in commands()} == {"validate", "login", "plan", "apply", "logout"}
