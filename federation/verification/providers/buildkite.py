"""Buildkite jobs.

Claims: buildkite.com/docs/agent/cli/reference/oidc. All organizations share one issuer, and slugs can be changed and
taken over, so jobs must ask for their ids: `buildkite-agent oidc request-token --claim organization_id,pipeline_id`.
"""

from federation.model.json import Claims
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, audiences_of, one_of, text, text_of, uuid
from federation.verification.provider import Preset, Provider, pins

ISSUER = "https://agent.buildkite.com"

# Ids that `--subject-claim` can put in place of the whole story.
_SUBJECT_IDS = ("organization_id", "pipeline_id", "cluster_id", "queue_id", "build_id", "job_id", "agent_id")

# Sources that need access to the organization, and whose branch is what it is called.
_INSIDE_SOURCES = frozenset({"ui", "api", "schedule"})


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_subject(text_of(claims, "sub"), claims)
    # The default audience is the organization's URL: a token that was not requested for us.
    if any(isinstance(name, str) and name.startswith("https://buildkite.com/") for name in audiences_of(claims)):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "aud is Buildkite's default")


def _check_subject(sub: str, claims: Claims) -> None:
    """`sub` is one of the ids, or begins with the whole story that the other claims tell."""
    if not sub.startswith(_story(claims)) and sub not in {text_of(claims, name) for name in _SUBJECT_IDS}:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub tells another story than the other claims")


def _story(claims: Claims) -> str:
    organization, pipeline, commit = (
        text_of(claims, name) for name in ("organization_slug", "pipeline_slug", "build_commit")
    )
    tag = text_of(claims, "build_tag")
    ref = f"refs/tags/{tag}" if tag else f"refs/heads/{text_of(claims, 'build_branch')}"
    return f"organization:{organization}:pipeline:{pipeline}:ref:{ref}:commit:{commit}:step:"


def _to_be_named(claims: Claims) -> tuple[str, ...]:
    """Nothing in a token tells a pull request from a push, so a build from a webhook is only of its branch.

    A fork's branch has its owner before it (owner:main) if the pipeline prefixes third-party fork branch names.
    """
    if claims["build_source"] not in _INSIDE_SOURCES | {"webhook"}:
        return ("build_source",)  # a trigger step calls the branch what it likes
    if "build_tag" in claims:
        return ("build_tag",)  # a tag may be called main, and then the branch is called so too
    # A member may also have built a fork's branch again, by hand.
    is_anybodys = claims["build_source"] == "webhook" or ":" in text_of(claims, "build_branch")
    return ("build_branch",) if is_anybodys else ()


def _issuer_problem(issuer: str) -> str | None:
    return None if issuer == ISSUER else f"Buildkite has one issuer: {ISSUER}"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if any(pins(match, name) and uuid(match[name]) for name in ("pipeline_id", "organization_id")):
        return None
    return "pin pipeline_id or organization_id (have jobs ask for them with --claim); a slug can be taken over"


PROVIDER = Provider(
    name="buildkite",
    table=ClaimsTable(
        required={
            "iss": one_of(ISSUER),
            "sub": text,
            "organization_slug": text,
            "pipeline_slug": text,
            "pipeline_id": uuid,
            "build_branch": text,
            "build_commit": text,
            "build_source": text,
            "job_id": uuid,
        },
        checked={
            "organization_id": uuid,
            "build_id": uuid,
            "cluster_id": uuid,
            "queue_id": uuid,
            "agent_id": uuid,
            "build_tag": text,
        },
        optional={
            "runner_environment": one_of("buildkite-hosted", "self-hosted"),
        },
        accounted=frozenset({"build_number", "step_key", "cluster_name", "queue_key", "https://aws.amazon.com/tags"}),
        accounted_prefixes=("agent_tag:",),
        selectors=("pipeline_id", "sub"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    to_be_named=_to_be_named,
    named_when={
        "build_source": "it is neither ui, api, schedule nor webhook: a trigger step calls the branch what it likes",
        "build_tag": "the build is of a tag, which may be called like a branch",
        "build_branch": "a webhook caused the build, which may then be of a pull request, or the branch is a fork's",
    },
    issuer_hosts=frozenset({"agent.buildkite.com"}),
    preset=Preset(issuer=ISSUER, algorithms=("RS256",)),
)
