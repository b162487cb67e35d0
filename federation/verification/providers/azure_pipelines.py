"""Azure DevOps pipelines: a job's own token, not that of a service connection.

Claims: learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create, as in sigstore/fulcio#1803. Each
organization is an issuer. The audience is always the same, for Entra: a receiver of such a token can present it
here, so each is exchanged once, and no pipeline should give its token away.

A job gets one with its `System.AccessToken`: `curl -X POST -H "Content-Length: 0" -H "Authorization: Bearer
$SYSTEM_ACCESSTOKEN" "$SYSTEM_OIDCREQUESTURI?api-version=7.1"`, whose answer has it under `oidcToken`. Map the variable
into the step: `env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}`.
"""

import re

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, digits, text, text_of, uuid
from federation.verification.provider import Preset, Provider, pins

AUDIENCE = "api://AzureADTokenExchange"

_ISSUER = re.compile(r"https://vstoken\.dev\.azure\.com/(?P<organization>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_PIPELINE = re.compile(r"p://[^/]+/[^/]+/[^/]+")


def _is_issuer(value: Json) -> bool:
    """An organization's issuer, with its id in lower case."""
    return isinstance(value, str) and _ISSUER.fullmatch(value) is not None


def _is_pipeline(value: Json) -> bool:
    """A pipeline by names, `p://ORGANIZATION/PROJECT/PIPELINE`: a service connection (`sc://`) is no pipeline."""
    return isinstance(value, str) and _PIPELINE.fullmatch(value) is not None


def _check(_issuer: Issuer, claims: Claims) -> None:
    """The organization in the issuer's name is the token's."""
    issuer = _ISSUER.fullmatch(text_of(claims, "iss"))
    if issuer is None or issuer["organization"] != text_of(claims, "org_id"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "org_id is not the organization in iss")


def _to_be_named(claims: Claims) -> tuple[str, ...]:
    """A pull request, from a fork too, builds `refs/pull/...`; a tag may be called like a branch."""
    return () if text_of(claims, "rpo_ref").startswith("refs/heads/") else ("rpo_ref",)


def _issuer_problem(issuer: str) -> str | None:
    if _is_issuer(issuer):
        return None
    return "write https://vstoken.dev.azure.com/ORGANIZATION-ID, with the id in lower case"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if pins(match, "prj_id") and uuid(match["prj_id"]) and pins(match, "def_id") and digits(match["def_id"]):
        return None
    # A maker of pipelines in the project could take that name; sub is made of names.
    return (
        "pin prj_id (the project's id) and def_id (the pipeline's, in quotes); sub is made of names that can be reused"
    )


PROVIDER = Provider(
    name="azure-pipelines",
    table=ClaimsTable(
        required={
            "iss": _is_issuer,
            "sub": _is_pipeline,
            "jti": text,
            "org_id": uuid,
            "prj_id": uuid,
            "def_id": digits,
            "rpo_ref": text,
        },
        optional={"rpo_id": text, "rpo_uri": text, "rpo_ver": text, "run_id": digits},
        selectors=("def_id", "prj_id", "sub"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    to_be_named=_to_be_named,
    named_when={"rpo_ref": "it is no branch: a pull request, which may be a fork's, or a tag"},
    issuer_hosts=frozenset({"vstoken.dev.azure.com"}),
    preset=Preset(algorithms=("RS256",), audiences=(AUDIENCE,), single_use=True),
)
