"""Jenkins builds, through the OpenID Connect Provider plugin.

Claims: plugins.jenkins.io/oidc-provider; by default `sub` is the job's URL and `build_number` the only other claim.
Everything else is made from templates of the server's admin, some of them from what a build may set itself.
"""

import re

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, any_text, text, text_of
from federation.verification.provider import Preset, Provider, pins

_ROOT = r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]+)?(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*?"

# One name of a folder, job or branch. Jenkins encodes a branch's slash twice (%252F); one that is encoded once hopes to
# be decoded on the way (ATTACKS D25).
_JOB = r"/job/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~+=,'()-]|%(?!2F|5C|7F|[01])[0-9A-F]{2})+"

_SUBJECT = re.compile(rf"{_ROOT}(?:{_JOB})+/")
_OWN_ISSUER = re.compile(rf"(?P<root>{_ROOT})/oidc(?P<folder>(?:{_JOB})*)")
_ALTERNATE_ISSUER = re.compile(_ROOT)


def _is_job_url(value: Json) -> bool:
    """The URL of a job: that of the server alone is of no build."""
    return isinstance(value, str) and _SUBJECT.fullmatch(value) is not None


def _is_build_number(value: Json) -> bool:
    """A number from 1."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _check(_issuer: Issuer, claims: Claims) -> None:
    """Jenkins speaks for its own jobs, and a folder's credentials for the jobs below that folder."""
    own = _OWN_ISSUER.fullmatch(text_of(claims, "iss"))
    if own and not text_of(claims, "sub").startswith(f"{own['root']}{own['folder']}/job/"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is no job of the server or folder in iss")


def _issuer_problem(issuer: str) -> str | None:
    if _OWN_ISSUER.fullmatch(issuer) or _ALTERNATE_ISSUER.fullmatch(issuer):
        return None
    return (
        "write the issuer as the credentials show it, without a trailing slash: https://JENKINS/oidc, "
        "https://JENKINS/oidc/job/FOLDER, or the https URL that serves the keys instead"
    )


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if pins(match, "sub") and _is_job_url(match["sub"]):
        return None
    # Below a multibranch job lies a job for every branch and every pull request, from forks too.
    return "pin sub to one job's URL as the build sees it in JOB_URL: https://JENKINS/job/FOLDER/job/NAME/, no *"


PROVIDER = Provider(
    name="jenkins",
    table=ClaimsTable(
        required={"iss": text, "sub": _is_job_url},
        optional={"build_number": _is_build_number, "git_url": any_text},
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    preset=Preset(algorithms=("RS256",)),
)
