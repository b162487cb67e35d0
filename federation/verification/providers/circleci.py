"""CircleCI jobs.

Claims: circleci.com/docs/guides/permissions-authentication/openid-connect-tokens; `circleci run oidc get` adds the ids
of the organization, pipeline, workflow and job, and with `--root-issuer` signs as CircleCI's common issuer.
"""

import re

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, flag, text, text_of, uuid
from federation.verification.provider import Preset, Provider, Unfit, pins

_OWN = "oidc.circleci.com/"
_PROJECT, _ORIGIN, _REF, _RERUN = (f"{_OWN}{name}" for name in ("project-id", "vcs-origin", "vcs-ref", "ssh-rerun"))
_ORGANIZATION, _CONTEXTS = f"{_OWN}org-id", f"{_OWN}context-ids"

_ISSUER = re.compile(r"https://oidc\.circleci\.com(?:/org/(?P<organization>[0-9a-f-]{36}))?")
_SUBJECT = re.compile(r"org/(?P<organization>[^/]+)/project/(?P<project>[^/]+)/user/[^/]+(?P<origin>/vcs-origin/.+)?")


def _is_issuer(value: Json) -> bool:
    """An organization's issuer URL, or the common one."""
    issuer = _ISSUER.fullmatch(value) if isinstance(value, str) else None
    return issuer is not None and (issuer["organization"] is None or uuid(issuer["organization"]))


def _ids(value: Json) -> bool:
    """A list of UUIDs."""
    return isinstance(value, list | tuple) and all(uuid(entry) for entry in value)


def _check(_issuer: Issuer, claims: Claims) -> None:
    """Issuer, subject and ids tell of one organization, one project and one origin."""
    subject = _SUBJECT.fullmatch(text_of(claims, "sub"))
    if subject is None or subject["project"] != text_of(claims, _PROJECT):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is not of the project in project-id")
    if _organizations(claims) != {subject["organization"]}:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "iss, sub and org-id are not of one organization")
    origin = f"/vcs-origin/{text_of(claims, _ORIGIN)}/vcs-ref/{text_of(claims, _REF)}"
    if subject["origin"] and _ORIGIN in claims and subject["origin"] != origin:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub names another vcs-origin or vcs-ref")


def _organizations(claims: Claims) -> set[str]:
    """What the issuer and `org-id` say; at least one of them must."""
    issuer = _ISSUER.fullmatch(text_of(claims, "iss"))
    named = {issuer["organization"] if issuer else None, text_of(claims, _ORGANIZATION)}
    return {organization for organization in named if organization}


def _to_be_named(claims: Claims) -> tuple[str, ...]:
    """With SSH, the user who re-ran the job typed the commands."""
    return (_RERUN,) if claims[_RERUN] is True else ()


def _issuer_problem(issuer: str) -> str | None:
    if _is_issuer(issuer):
        return None
    return "write https://oidc.circleci.com/org/ORGANIZATION-ID, with the id in lower case"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if not (pins(match, f'"{_PROJECT}"') and uuid(match[f'"{_PROJECT}"'])):
        return f'pin "{_PROJECT}" (with its quotes) to the project\'s id in lower case; sub differs from user to user'
    if not pins(match, f'"{_ORIGIN}"'):
        # A project that passes secrets to builds of forks gives them tokens with its own id; only the origin differs.
        return f'pin "{_ORIGIN}" (with its quotes) to the repository, such as github.com/acme/app: a fork has another'
    return None


PROVIDER = Provider(
    name="circleci",
    table=ClaimsTable(
        required={"iss": _is_issuer, "sub": text, _PROJECT: uuid, _RERUN: flag},
        checked={
            _ORGANIZATION: uuid,
            _ORIGIN: text,
            _REF: text,
        },
        optional={
            _CONTEXTS: _ids,
            f"{_OWN}pipeline-definition-id": uuid,
            f"{_OWN}pipeline-id": uuid,
            f"{_OWN}workflow-id": uuid,
            f"{_OWN}job-id": uuid,
        },
        selectors=(_PROJECT, "sub"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    unfit=(Unfit((_CONTEXTS,), "is a list, which no line fits; restrict the context in CircleCI", _PROJECT),),
    to_be_named=_to_be_named,
    named_when={_RERUN: "it is true: the person who re-ran the job with SSH typed the commands"},
    issuer_hosts=frozenset({"oidc.circleci.com"}),
    preset=Preset(algorithms=("RS256",)),
)
