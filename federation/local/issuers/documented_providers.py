"""Tokens of the providers that the demo shows in one table, with the claims that each documents (tests/vectors)."""

from collections.abc import Callable
from typing import TypeAlias

from federation.local.issuers.claims import ClaimSet

Claims: TypeAlias = Callable[[str, str, int], ClaimSet]
"""(iss, aud, now) -> claims"""

_LIFETIME = 300
"""Seconds."""
_CIRCLECI_ORG = "c9035eb6-6eb2-4c85-8a81-d9ed6a1d1d1e"
_CIRCLECI_PROJECT = "3a2f5b1c-7d4e-4f6a-9b8c-0d1e2f3a4b5c"
_COMMIT = "9f3182061f1e2cca4702c368cbc039b7dc9d4485"


def _saying(sub: str, particular: ClaimSet) -> Claims:
    """What all of them say, and what is particular."""

    def claims(iss: str, aud: str, now: int) -> ClaimSet:
        return {
            "iss": iss,
            "aud": aud,
            "sub": sub,
            "iat": now,
            "nbf": now,
            "exp": now + _LIFETIME,
            "jti": "",
            **particular,
        }

    return claims


def spiffe(_iss: str, aud: str, now: int) -> ClaimSet:
    """A JWT-SVID need not name its issuer: the trust domain is in `sub`."""
    return {"sub": "spiffe://prod.acme.example/ns/billing/sa/sync", "aud": [aud], "iat": now, "exp": now + _LIFETIME}


gitlab = _saying(
    "project_path:acme/deploy:ref_type:branch:ref:main",
    {
        "namespace_id": "72",
        "namespace_path": "acme",
        "project_id": "46573356",
        "project_path": "acme/deploy",
        "user_id": "1",
        "user_login": "deployer",
        "user_email": "deployer@acme.example.com",
        "pipeline_id": "574",
        "pipeline_source": "push",
        "job_id": "302",
        "ref": "main",
        "ref_type": "branch",
        "ref_path": "refs/heads/main",
        "ref_protected": "true",
        "runner_id": 1,
        "runner_environment": "self-hosted",
        "sha": _COMMIT,
        "project_visibility": "private",
    },
)
jenkins = _saying("https://jenkins.acme.example.com/job/payments/job/deploy/job/main/", {"build_number": 123})
circleci = _saying(
    f"org/{_CIRCLECI_ORG}/project/{_CIRCLECI_PROJECT}/user/5e6f7a8b-9c0d-4e1f-a2b3-c4d5e6f7a8b9",
    {
        "oidc.circleci.com/project-id": _CIRCLECI_PROJECT,
        "oidc.circleci.com/vcs-origin": "github.com/acme/app",
        "oidc.circleci.com/vcs-ref": "refs/heads/main",
        "oidc.circleci.com/ssh-rerun": False,
    },
)
buildkite = _saying(
    f"organization:acme-inc:pipeline:deploy:ref:refs/heads/main:commit:{_COMMIT}:step:build",
    {
        "organization_slug": "acme-inc",
        "pipeline_slug": "deploy",
        "build_number": 1,
        "build_branch": "main",
        "build_commit": _COMMIT,
        "step_key": "build",
        "job_id": "0184990a-477b-4fa8-9968-496074483cee",
        "agent_id": "0184990a-4782-42b5-afc1-16715b10b8ff",
        "build_source": "ui",
        "runner_environment": "buildkite-hosted",
        "organization_id": "f892efa9-103e-4d28-97a1-3b8616a0994d",
        "pipeline_id": "0184990a-4782-42b5-afc1-16715b10b100",
    },
)
terraform = _saying(
    "organization:acme:project:Default Project:workspace:network:run_phase:apply",
    {
        "terraform_organization_id": "org-GRNbCjYNpBB6NEH9",
        "terraform_organization_name": "acme",
        "terraform_project_id": "prj-vegSA59s1XPwMr2t",
        "terraform_project_name": "Default Project",
        "terraform_workspace_id": "ws-mbsd5E3Ktt5Rg2Xm",
        "terraform_workspace_name": "network",
        "terraform_full_workspace": "organization:acme:project:Default Project:workspace:network",
        "terraform_run_id": "run-X3n1AUXNGWbfECsJ",
        "terraform_run_phase": "apply",
    },
)
bitbucket = _saying(
    "{3a2f5b1c-7d4e-4f6a-9b8c-0d1e2f3a4b5c}:{0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d}:{5e6f7a8b-9c0d-4e1f-a2b3-c4d5e6f7a8b9}",
    {
        "repositoryUuid": "{3a2f5b1c-7d4e-4f6a-9b8c-0d1e2f3a4b5c}",
        "deploymentEnvironmentUuid": "{0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d}",
        "stepUuid": "{5e6f7a8b-9c0d-4e1f-a2b3-c4d5e6f7a8b9}",
        "pipelineUuid": "{9f8e7d6c-5b4a-4c3d-8e2f-1a0b9c8d7e6f}",
        "workspaceUuid": "{c9035eb6-6eb2-4c85-8a81-d9ed6a1d1d1e}",
        "branchName": "main",
    },
)
aws = _saying(
    "arn:aws:iam::123456789012:role/DataProcessingRole",
    {
        "https://sts.amazonaws.com/": {
            "aws_account": "123456789012",
            "source_region": "us-east-1",
            "org_id": "o-abc1234567",
            "request_tags": {"job-id": "job-2024-001"},
        }
    },
)
device = _saying("acme/presses/press-7", {"serial": "4F3A-0007"})
