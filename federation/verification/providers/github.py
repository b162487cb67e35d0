"""GitHub Actions jobs, on github.com, ghe.com and GitHub Enterprise Server.

Claims: docs.github.com/actions/reference/security/oidc. `sub` can be customised by every repository's admin, so it
is only ever compared with the discrete claims; trust rests on the ids, which names cannot take over (ATTACKS D3).
"""

import re

from federation.model.json import Claims
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, any_text, audiences_of, digits, one_of, text, text_of
from federation.verification.provider import Preset, Provider, pins

_SLUG = r"(?:/(?P<enterprise>[A-Za-z0-9][A-Za-z0-9-]*))?"
_ISSUERS = (
    re.compile(rf"https://token\.actions\.githubusercontent\.com{_SLUG}"),
    re.compile(rf"https://token\.actions\.[a-z0-9-]+\.ghe\.com{_SLUG}"),
    re.compile(r"https://[a-z0-9.-]+(?::[0-9]+)?/_services/token(?P<enterprise>)"),
)

# Events that need write access. A stranger can open a pull request from a fork, and
# pull_request_target then runs with `ref` at the default branch: all others must be named (ATTACKS D2).
_INSIDE_EVENTS = frozenset(
    {"push", "workflow_dispatch", "repository_dispatch", "schedule", "release", "create", "delete", "deployment"}
    | {"merge_group"}
)


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_issuer(claims)
    _check_repository(claims)
    _check_subject(claims)
    # The default audience is the owner's URL: a token that was not requested for us (ATTACKS D6).
    if any(isinstance(name, str) and name.startswith("https://github.com/") for name in audiences_of(claims)):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "aud is GitHub's default")


def _check_issuer(claims: Claims) -> None:
    issuer = _issuer(text_of(claims, "iss"))
    if issuer is None:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "iss is not GitHub Actions")
    if issuer["enterprise"] and issuer["enterprise"] != text_of(claims, "enterprise"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "enterprise is not the one in iss")


def _issuer(url: str) -> re.Match[str] | None:
    return next((match for form in _ISSUERS if (match := form.fullmatch(url))), None)


def _check_repository(claims: Claims) -> None:
    owner, slash, name = text_of(claims, "repository").partition("/")
    if not (slash and name) or "/" in name or owner != text_of(claims, "repository_owner"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "repository is not the owner's")


def _check_subject(claims: Claims) -> None:
    """A `sub` that begins with the repository, as by default, tells the same story as the other claims."""
    sub = text_of(claims, "sub")
    if not sub.startswith("repo:"):
        return
    repository, _, context = sub.removeprefix("repo:").partition(":")
    if repository not in _repository_forms(claims):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub names another repository")
    for name in ("environment", "ref"):
        if context.startswith(f"{name}:") and not _tells(context.removeprefix(f"{name}:"), text_of(claims, name)):
            raise InvalidRequest(Reason.IDENTITY_REFUSED, f"sub names another {name}")


def _repository_forms(claims: Claims) -> tuple[str, str]:
    """By name alone and, by default since July 2026, with the ids that make it immutable."""
    owner, _, name = text_of(claims, "repository").partition("/")
    owner_id, repository_id = text_of(claims, "repository_owner_id"), text_of(claims, "repository_id")
    return f"{owner}/{name}", f"{owner}@{owner_id}/{name}@{repository_id}"


def _tells(context: str, value: str) -> bool:
    """Whether the context begins with the value, whole: a colon in it is escaped, though not by older servers."""
    return any(f"{context}:".startswith(f"{form}:") for form in (value.replace(":", "%3A"), value))


def _to_be_named(claims: Claims) -> tuple[str, ...]:
    return () if text_of(claims, "event_name") in _INSIDE_EVENTS else ("event_name",)


def _issuer_problem(issuer: str) -> str | None:
    if _issuer(issuer):
        return None
    return (
        "GitHub Actions tokens come from https://token.actions.githubusercontent.com (with /ENTERPRISE if it is "
        "customised), https://token.actions.SUBDOMAIN.ghe.com or https://HOST/_services/token"
    )


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if any(pins(match, name) and digits(match[name]) for name in ("repository_id", "repository_owner_id")):
        return None
    return "pin repository_id or repository_owner_id (quoted digits); a name can be registered anew by a stranger"


PROVIDER = Provider(
    name="github",
    table=ClaimsTable(
        required={
            "iss": text,
            "sub": text,
            "repository": text,
            "repository_id": digits,
            "repository_owner": text,
            "repository_owner_id": digits,
            "ref": any_text,  # empty where a deployment is tied to a commit
            "event_name": text,
        },
        optional={
            "actor_id": digits,
            "run_id": digits,
            "run_number": digits,
            "run_attempt": digits,
            "check_run_id": digits,
            "enterprise_id": digits,
            "environment": text,
            "job_workflow_ref": text,
            "workflow_ref": text,
            "ref_protected": one_of("true", "false"),
            "repository_visibility": one_of("public", "private", "internal"),
            "runner_environment": one_of("github-hosted", "self-hosted"),
        },
        accounted=frozenset(
            {"actor", "base_ref", "enterprise", "environment_node_id", "head_ref", "issuer_scope", "job_workflow_sha"}
            | {"ref_type", "sha", "workflow", "workflow_sha"}
        ),
        accounted_prefixes=("repo_property_",),
        selectors=("repository_id", "repository_owner_id", "sub"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    to_be_named=_to_be_named,
    named_when={"event_name": "it can be caused without write access, as a pull_request from a fork can"},
    issuer_hosts=frozenset({"token.actions.githubusercontent.com", "token.actions.*.ghe.com"}),
    issuer_path="/_services/token",
    issuer_slug=True,
    preset=Preset(issuer="https://token.actions.githubusercontent.com", algorithms=("RS256",)),
)
