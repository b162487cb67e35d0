"""The workloads of the demo: who they are, what their provider's tokens say, and what they ask for."""

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec import Struct

from federation.local.issuers import azure, documented_providers, github, google, kubernetes, partner, user
from federation.local.issuers.claims import ClaimSet


class Workload(Struct, frozen=True):
    """A machine outside. Its identity is mapped by the documents in `examples/trust`."""

    name: str
    title: str
    story: str
    issuer: str
    """Id of the Issuer document."""
    claims: Callable[[str, str, int], ClaimSet]
    """(iss, aud, now) -> claims"""
    audience: str
    principal: str
    """Whom it must become."""
    header: dict[str, Any] | None = None
    """How its provider's JOSE header differs from `alg`, `kid`, `typ: JWT`."""


PARTNER = Workload(
    "partner",
    "A partner's service",
    "Acme's billing machine holds an access token of Acme's own identity provider.",
    "acme-okta",
    partner.claims,
    "risk-engine",
    "partner/acme/billing-sync",
)
GOOGLE = Workload(
    "google",
    "A Google service account",
    "A virtual machine asks the metadata server for an identity token with format=full.",
    "google",
    lambda _iss, audience, now: google.claims(audience, now),
    "warehouse",
    "gcp/acme-data/pipeline",
)
AZURE_V1 = Workload(
    "azure-v1",
    "An Azure managed identity, token version 1",
    "The instance metadata service hands out a token of sts.windows.net.",
    "entra-acme-v1",
    lambda _iss, audience, now: azure.claims_v1(audience, now),
    "warehouse",
    "azure/acme/reporting",
)
AZURE_V2 = Workload(
    "azure-v2",
    "The same identity, token version 2",
    "Another API registration, another issuer and other claims; still the same principal.",
    "entra-acme",
    lambda _iss, audience, now: azure.claims_v2(audience, now),
    "warehouse",
    "azure/acme/reporting",
)
GITHUB = Workload(
    "github",
    "A GitHub Actions job",
    "A deployment from the main branch; trust rests on repository_id, not on names.",
    "github-actions",
    lambda _iss, audience, now: github.claims(audience, now),
    "artifacts",
    "ci/acme/deployer",
)
GITHUB_IMMUTABLE = Workload(
    "github-immutable",
    "The same job, sub with immutable ids",
    "Since July 2026 new and renamed repositories get this sub; the mapping need not change.",
    "github-actions",
    lambda _iss, audience, now: github.claims_with_immutable_sub(audience, now),
    "artifacts",
    "ci/acme/deployer",
)
KUBERNETES = Workload(
    "kubernetes",
    "A Kubernetes pod",
    "The kubelet projects a service account token with our audience into the pod.",
    "acme-cluster",
    kubernetes.claims,
    "payments",
    "k8s/acme-cluster/payments/settlement",
    {"typ": None},
)
PAYMENTS_WORKER = Workload(
    "payments-worker",
    "Another pod of the same cluster",
    "payments-worker asks risk-engine for scores; it may do nothing else (examples/payments-worker).",
    "acme-cluster",
    partial(kubernetes.claims_of, "payments", "payments-worker", "8f3b2a10-dddd-4eee-9fff-0a1b2c3d4e5f"),
    "risk-engine",
    "k8s/acme-cluster/payments/payments-worker",
    {"typ": None},
)

USER = Workload(
    "user",
    "A person",
    "A person signed in to the assistant; it holds the person's access token.",
    "acme-login",
    user.claims,
    "calendar-tool",
    "user/acme/24400320",
)
PLANNER = Workload(
    "planner",
    "The agent",
    "The assistant's planner acts for the person: it presents the person's token, and its own as actor_token.",
    "acme-cluster",
    partial(kubernetes.claims_of, "agents", "planner", "7c1d5e9b-bbbb-4ccc-8ddd-1f2e3d4c5b6a"),
    "calendar-tool",
    "agent/planner",
    {"typ": None},
)
CALENDAR_TOOL = Workload(
    "calendar-tool",
    "The tool",
    "It got the agent's token, and trades it for one that works at the calendar: for less, and not for longer.",
    "acme-cluster",
    partial(kubernetes.claims_of, "tools", "calendar", "9e8f7a6b-cccc-4ddd-8eee-2a3b4c5d6e7f"),
    "calendar",
    "service/calendar-tool",
    {"typ": None},
)

CHAIN = (USER, PLANNER, CALENDAR_TOOL)
"""Who acts for whom."""
WORKLOADS = (PARTNER, GOOGLE, AZURE_V1, AZURE_V2, GITHUB, GITHUB_IMMUTABLE, KUBERNETES)


def _elsewhere(
    name: str, title: str, issuer: str, claims: documented_providers.Claims, goal: tuple[str, str]
) -> Workload:
    return Workload(name, title, "", issuer, claims, *goal)


ELSEWHERE = (
    _elsewhere("aws", "AWS role", "acme-aws-data", documented_providers.aws, ("warehouse", "aws/acme/data-processing")),
    _elsewhere(
        "spiffe", "SPIFFE", "acme-spire", documented_providers.spiffe, ("payments", "workload/acme/billing-sync")
    ),
    _elsewhere("gitlab", "GitLab", "gitlab-com", documented_providers.gitlab, ("artifacts", "ci/acme/deploy-gitlab")),
    _elsewhere(
        "jenkins", "Jenkins", "acme-jenkins", documented_providers.jenkins, ("artifacts", "ci/acme/deploy-jenkins")
    ),
    _elsewhere(
        "circleci", "CircleCI", "acme-circleci", documented_providers.circleci, ("artifacts", "ci/acme/deploy-circleci")
    ),
    _elsewhere(
        "buildkite", "Buildkite", "buildkite", documented_providers.buildkite, ("artifacts", "ci/acme/deploy-buildkite")
    ),
    _elsewhere(
        "terraform",
        "HCP Terraform",
        "hcp-terraform",
        documented_providers.terraform,
        ("artifacts", "ci/acme/network-apply"),
    ),
    _elsewhere(
        "bitbucket",
        "Bitbucket",
        "acme-bitbucket",
        documented_providers.bitbucket,
        ("artifacts", "ci/acme/deploy-bitbucket"),
    ),
    _elsewhere("device", "a device", "acme-devices", documented_providers.device, ("artifacts", "device/acme/press-7")),
)
"""Shown in one table: the same steps with other providers' tokens."""
ALL = (*WORKLOADS, PAYMENTS_WORKER, *ELSEWHERE, *CHAIN)
"""Those who have a token among `--demo-tokens`."""
