"""Bitbucket Pipelines steps.

Claims: support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc. Each workspace
has an issuer, whose URL holds a name that can change hands; UUIDs stand in braces and do not.
"""

import re

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, audiences_of, text, text_of, uuid
from federation.verification.provider import Preset, Provider, pins

_ISSUER = re.compile(
    r"https://api\.bitbucket\.org/2\.0/workspaces/[A-Za-z0-9_][A-Za-z0-9_-]*/pipelines-config/identity/oidc"
)
_WORKSPACE_AUDIENCE = "ari:cloud:bitbucket::workspace/"


def _is_issuer(value: Json) -> bool:
    """A workspace's issuer URL."""
    return isinstance(value, str) and _ISSUER.fullmatch(value) is not None


def _braced(value: Json) -> bool:
    """A UUID as Bitbucket writes it, with its braces."""
    return isinstance(value, str) and value[:1] == "{" and value[-1:] == "}" and uuid(value[1:-1])


def _check(_issuer: Issuer, claims: Claims) -> None:
    names = ("repositoryUuid", "deploymentEnvironmentUuid", "stepUuid")
    if text_of(claims, "sub") != ":".join(text_of(claims, name) for name in names if name in claims):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub tells another story than the other claims")
    own = _WORKSPACE_AUDIENCE + text_of(claims, "workspaceUuid").strip("{}")
    for name in audiences_of(claims):
        if isinstance(name, str) and name.startswith(_WORKSPACE_AUDIENCE) and name != own:
            raise InvalidRequest(Reason.IDENTITY_REFUSED, "aud is another workspace's")


def _issuer_problem(issuer: str) -> str | None:
    if _is_issuer(issuer):
        return None
    return (
        "write the identity provider URL of the repository's OpenID Connect settings: "
        "https://api.bitbucket.org/2.0/workspaces/WORKSPACE/pipelines-config/identity/oidc"
    )


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if pins(match, "repositoryUuid") and _braced(match["repositoryUuid"]):
        return None
    # sub ends in the step, which is new in every run, and the workspace is all that the issuer speaks for anyway.
    return "pin repositoryUuid, in quotes and with its braces; workspaceUuid would trust every repository"


PROVIDER = Provider(
    name="bitbucket",
    table=ClaimsTable(
        required={
            "iss": _is_issuer,
            "sub": text,
            "repositoryUuid": _braced,
            "workspaceUuid": _braced,
            "pipelineUuid": _braced,
            "stepUuid": _braced,
        },
        checked={
            "deploymentEnvironmentUuid": _braced,
        },
        optional={
            "accountUuid": _braced,
            "branchName": text,
            "commitSha": text,
            "pipelineRunUuid": _braced,
        },
        accounted=frozenset({"compliant"}),
        selectors=("repositoryUuid",),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    issuer_hosts=frozenset({"api.bitbucket.org"}),
    preset=Preset(algorithms=("RS256",)),
)
