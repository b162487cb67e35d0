"""Forgejo Actions jobs, and Gitea's of the same shape, on any server.

Claims: forgejo.org/docs/next/user/actions/security-openid-connect; the ids since forgejo/forgejo#12355. The shape is
GitHub's, but each server is an issuer of its own: `https://HOST/api/actions`. A token without ids, of an older server,
is refused: names change hands (ATTACKS D3).

A job gets one with `enable-openid-connect: true` in its workflow: `curl -H "Authorization: bearer
$ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=https://federation.example.com"`, whose answer
has it under `value`.
"""

import re

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, any_text, digits, one_of, text, text_of
from federation.verification.provider import Preset, Provider, pins

PATH = "/api/actions"

_ISSUER = re.compile(rf"https://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]+)?(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*?{PATH}")

# Events that need write access. A stranger can open a pull request, and pull_request_target then
# runs with `ref` at the default branch: all others must be named (ATTACKS D2).
_INSIDE_EVENTS = frozenset({"push", "workflow_dispatch", "schedule", "release", "create", "delete"})


def _is_issuer(value: Json) -> bool:
    """A server's https URL that ends in `/api/actions`."""
    return isinstance(value, str) and _ISSUER.fullmatch(value) is not None


def _check(_issuer: Issuer, claims: Claims) -> None:
    _check_repository(claims)
    _check_subject(claims)


def _check_repository(claims: Claims) -> None:
    owner, slash, name = text_of(claims, "repository").partition("/")
    if not (slash and name) or "/" in name or owner != text_of(claims, "repository_owner"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "repository is not the owner's")


def _check_subject(claims: Claims) -> None:
    """`sub` names the repository, and the ref or that it is a pull request: the story that the other claims tell."""
    repository, _, context = text_of(claims, "sub").removeprefix("repo:").partition(":")
    if not text_of(claims, "sub").startswith("repo:") or repository not in _repository_forms(claims):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub names another repository")
    if context.startswith("ref:") and context.removeprefix("ref:") != text_of(claims, "ref"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub names another ref")
    if context == "pull_request" and text_of(claims, "event_name") in _INSIDE_EVENTS:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub names another event")


def _repository_forms(claims: Claims) -> tuple[str, str]:
    """By name alone and, for repositories since the ids are told, with the ids behind dashes."""
    owner, _, name = text_of(claims, "repository").partition("/")
    owner_id, repository_id = text_of(claims, "repository_owner_id"), text_of(claims, "repository_id")
    return f"{owner}/{name}", f"{owner}-{owner_id}/{name}-{repository_id}"


def _to_be_named(claims: Claims) -> tuple[str, ...]:
    return () if text_of(claims, "event_name") in _INSIDE_EVENTS else ("event_name",)


def _issuer_problem(issuer: str) -> str | None:
    return None if _is_issuer(issuer) else f"write your server's URL with its path: https://HOST{PATH}"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if any(pins(match, name) and digits(match[name]) for name in ("repository_id", "repository_owner_id")):
        return None
    return "pin repository_id or repository_owner_id (quoted digits); a name can be registered anew by a stranger"


PROVIDER = Provider(
    name="forgejo",
    table=ClaimsTable(
        required={
            "iss": _is_issuer,
            "sub": text,
            "repository": text,
            "repository_id": digits,
            "repository_owner": text,
            "repository_owner_id": digits,
            "ref": any_text,
            "event_name": text,
        },
        optional={
            "actor_id": digits,
            "run_id": digits,
            "run_number": digits,
            "run_attempt": digits,
            "ref_protected": one_of("true", "false"),
            "ref_type": one_of("branch", "tag"),
            "workflow_ref": text,
        },
        accounted=frozenset({"actor", "base_ref", "head_ref", "sha", "workflow"}),
        selectors=("repository_id", "repository_owner_id", "sub"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    to_be_named=_to_be_named,
    named_when={"event_name": "it can be caused without write access, as a pull_request can"},
    issuer_path=PATH,
    preset=Preset(algorithms=("RS256",)),
)
