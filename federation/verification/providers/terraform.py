"""HCP Terraform and Terraform Enterprise workspace runs.

Claims: developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens. Tokens of
module tests and of Stacks have no workspace and are refused.
"""

import re

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import Check, ClaimsTable, text, text_of
from federation.verification.provider import Preset, Provider, pins

# HCP Terraform itself, or a Terraform Enterprise that does not pretend to be it.
_ISSUER = re.compile(r"https://(?!app\.(?:eu\.)?terraform\.io[.:])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]+)?")

_WORKSPACE, _PHASE = "terraform_workspace_id", "terraform_run_phase"


def _is_issuer(value: Json) -> bool:
    """HCP Terraform's URL, or a Terraform Enterprise's."""
    return isinstance(value, str) and _ISSUER.fullmatch(value) is not None


def _id(kind: str) -> Check:
    """An id as Terraform writes it: its kind, then letters and digits."""
    form = re.compile(rf"{kind}-[A-Za-z0-9]+")

    def check(value: Json) -> bool:
        return isinstance(value, str) and form.fullmatch(value) is not None

    check.__doc__ = f"An id, {kind}-..."
    return check


_is_workspace = _id("ws")


def _check(_issuer: Issuer, claims: Claims) -> None:
    """`sub` and the full workspace are put together from the names, so they are compared, never taken apart."""
    workspaces = _full_workspaces(claims)
    if text_of(claims, "sub") not in {f"{full}:run_phase:{text_of(claims, _PHASE)}" for full in workspaces}:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub tells another story than the other claims")
    if claims.get("terraform_full_workspace", workspaces[0]) not in workspaces:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "terraform_full_workspace is another workspace")


def _full_workspaces(claims: Claims) -> tuple[str, ...]:
    """With the project and, from servers of before there were projects, without."""
    organization, project, workspace = (
        text_of(claims, f"terraform_{name}_name") for name in ("organization", "project", "workspace")
    )
    with_project = f"organization:{organization}:project:{project}:workspace:{workspace}"
    return (with_project, f"organization:{organization}:workspace:{workspace}")


def _to_be_named(_claims: Claims) -> tuple[str, ...]:
    """The author of a pull request runs code in a speculative plan, and nothing else in its token tells."""
    return (_PHASE,)


def _issuer_problem(issuer: str) -> str | None:
    if _is_issuer(issuer):
        return None
    return "write https://app.terraform.io, or the https URL of your Terraform Enterprise, no path, no trailing slash"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if not (pins(match, _WORKSPACE) and _is_workspace(match[_WORKSPACE])):
        return f"pin {_WORKSPACE} (ws-...); names can be changed, and other organizations choose theirs"
    if not pins(match, _PHASE):
        return (
            f"pin {_PHASE} to apply; plan also runs the code of pull requests, so grant it only what a stranger may do"
        )
    return None


PROVIDER = Provider(
    name="terraform",
    table=ClaimsTable(
        required={
            "iss": _is_issuer,
            "sub": text,
            "terraform_organization_id": _id("org"),
            "terraform_organization_name": text,
            _WORKSPACE: _is_workspace,
            "terraform_workspace_name": text,
            "terraform_run_id": _id("run"),
            _PHASE: text,
        },
        checked={
            "terraform_project_name": text,
            "terraform_full_workspace": text,
        },
        optional={
            "terraform_project_id": _id("prj"),
        },
        selectors=(_WORKSPACE, "terraform_organization_id", "sub"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    to_be_named=_to_be_named,
    named_when={_PHASE: "always: a plan may run the code of a pull request"},
    issuer_hosts=frozenset({"app.terraform.io", "app.eu.terraform.io"}),
    preset=Preset(issuer="https://app.terraform.io", algorithms=("RS256",)),
)
