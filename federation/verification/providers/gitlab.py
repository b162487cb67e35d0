"""GitLab CI/CD jobs with `id_tokens:`, on gitlab.com and self-managed.

Claims: docs.gitlab.com/ci/secrets/id_token_authentication. In the pipeline of a merge request from a fork, `project_*`
and `ref` tell of the target or of the fork, depending on the server's version (gitlab-org/gitlab#563038); since 18.4
`job_project_*` tells where the job runs. Trust rests on ids, and on what only a protected ref can claim (ATTACKS D7).
"""

import re

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, any_text, audiences_of, digits, one_of, text, text_of
from federation.verification.provider import Preset, Provider, pins

# gitlab.com itself, or a server of one's own that does not pretend to be it; a relative root may follow.
_ISSUER = re.compile(
    r"https://(?!gitlab\.com[.:/])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]+)?"
    r"(?:/(?!gitlab\.com(?:/|$))[A-Za-z0-9_-][A-Za-z0-9._-]*)*"
)
_REF_PATHS = {"branch": "refs/heads/", "tag": "refs/tags/"}

# Sources that need write access to the project. A merge request may come from a fork, and so may the parent of a child.
_INSIDE_SOURCES = frozenset({"push", "web", "webide", "api", "schedule", "trigger", "pipeline"})

_BOOLEAN_TEXT = one_of("true", "false")


def _is_issuer(value: Json) -> bool:
    """A server's https URL."""
    return isinstance(value, str) and _ISSUER.fullmatch(value) is not None


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_subject(text_of(claims, "sub"), claims)
    ref_path = text_of(claims, "ref_path")
    if ref_path and ref_path != _REF_PATHS[text_of(claims, "ref_type")] + text_of(claims, "ref"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "ref_path is not ref")
    # Without `aud:` in .gitlab-ci.yml, and in the retired CI_JOB_JWT_V2: a token not requested for us (ATTACKS D8).
    if claims["iss"] in audiences_of(claims):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "aud is GitLab's default")


def _check_subject(sub: str, claims: Claims) -> None:
    """`sub` is pairs of name and value, the project's first, and each pair tells what its claim tells.

    No value holds a colon: Git and GitLab allow none in refs, paths and environments. The retired CI_JOB_JWT, which had
    no audience, told of the job alone (ATTACKS D8).
    """
    pieces = sub.split(":")
    if len(pieces) % 2 or not pieces[0].endswith(("project_path", "project_id")):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub does not begin with the project")
    for name, value in zip(pieces[::2], pieces[1::2], strict=True):
        if name in claims and text_of(claims, name) != value:
            raise InvalidRequest(Reason.IDENTITY_REFUSED, f"sub names another {name}")


def _to_be_named(claims: Claims) -> tuple[str, ...]:
    risky = {
        "ref_protected": claims["ref_protected"] != "true",
        "ref_type": claims["ref_type"] != "branch",  # a tag may be called main (ATTACKS D8)
        "pipeline_source": claims["pipeline_source"] not in _INSIDE_SOURCES,
        "job_project_id": claims.get("job_project_id", claims["project_id"]) != claims["project_id"],
    }
    return tuple(name for name, is_risky in risky.items() if is_risky)


def _issuer_problem(issuer: str) -> str | None:
    if _is_issuer(issuer):
        return None
    return "write https://gitlab.com, or the https URL of your own GitLab without a trailing slash"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if any(pins(match, name) and digits(match[name]) for name in ("project_id", "namespace_id")):
        return None
    return "pin project_id or namespace_id (quoted digits); a path can be registered anew by a stranger"


PROVIDER = Provider(
    name="gitlab",
    table=ClaimsTable(
        required={
            "iss": _is_issuer,
            "sub": text,
            "project_id": digits,
            "namespace_id": digits,
            "project_path": text,
            "namespace_path": text,
            "ref": text,
            "ref_type": one_of("branch", "tag"),
            "ref_protected": _BOOLEAN_TEXT,
            "pipeline_source": text,
        },
        checked={
            "job_project_id": digits,
            "environment": text,  # as far as sub names it
        },
        optional={
            "user_id": any_text,
            "pipeline_id": digits,
            "job_id": digits,
            "job_namespace_id": digits,
            "environment_protected": _BOOLEAN_TEXT,
            "runner_environment": one_of("gitlab-hosted", "self-hosted"),
            "project_visibility": one_of("private", "internal", "public"),
        },
        accounted=frozenset(
            {"user_login", "user_email", "user_access_level", "user_identities", "groups_direct", "ref_path", "sha"}
            | {"job_project_path", "job_namespace_path", "job_source", "job_config", "deployment_tier", "runner_id"}
            | {"environment_action", "ci_config_ref_uri", "ci_config_sha", "target_audience"}
        ),
        selectors=("project_id", "namespace_id", "sub"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    to_be_named=_to_be_named,
    named_when={
        "ref_protected": "the ref is not protected, so every pusher decides what the job does",
        "ref_type": "the ref is no branch: a tag may be called like one",
        "pipeline_source": "the pipeline may be a fork's merge request, or the child of one",
        "job_project_id": "the job runs in another project than project_id tells of, such as a fork",
    },
    issuer_hosts=frozenset({"gitlab.com"}),
    preset=Preset(issuer="https://gitlab.com", algorithms=("RS256",)),
)
