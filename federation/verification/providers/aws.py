"""AWS IAM roles, in two ways.

Through the JWT of `sts:GetWebIdentityToken` (outbound identity federation): each account has an issuer; what AWS says
stands in one claim, beside tags that the caller chose. Claims:
docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.

Through a signed `sts:GetCallerIdentity` request (federation.verification.aws_request): the issuer is the regional
endpoint that is asked who signed, the claims are made of its answer, and the table judges JWTs alone. Roles in GovCloud
and China come this way: how their issuers of tokens are called is not documented.
"""

import re
from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.aws_request.verifier import read_endpoint
from federation.verification.claims_table import ClaimsTable, text, text_of
from federation.verification.provider import Preset, Provider, Unfit, pins

NAMESPACE = "https://sts.amazonaws.com/"

_ISSUER = re.compile(r"https://[a-z0-9]+(?:-[a-z0-9]+)*\.tokens\.sts\.global\.api\.aws")
_ROLE = re.compile(r"arn:aws:iam::(?P<account>[0-9]{12}):role/(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE_ID = re.compile(r"AROA[A-Z0-9]{12,124}")

# The caller that asks for the token, or assumes the role, writes these (ATTACKS D22, D24).
_CALLER_CHOSEN = tuple(
    Unfit((NAMESPACE, name), "is what the caller chose to say, so it identifies no one", "sub", caller_chosen=True)
    for name in ("request_tags", "source_identity")
) + tuple(
    Unfit((name,), "ends in what the caller chose to call its session", "account and role_id", caller_chosen=True)
    for name in ("session_name", "arn", "user_id")
)


def _is_issuer(value: Json) -> bool:
    """An account's issuer URL."""
    return isinstance(value, str) and _ISSUER.fullmatch(value) is not None


def _is_role(value: Json) -> bool:
    """A role's own ARN: no root, no user with lasting keys, no session under a chosen name (ATTACKS D24)."""
    return isinstance(value, str) and _ROLE.fullmatch(value) is not None


def _is_account(value: Json) -> bool:
    """The twelve digits of an account."""
    return isinstance(value, str) and _ACCOUNT.fullmatch(value) is not None


def _is_role_id(value: Json) -> bool:
    """A role's unique id, which no later role of the same name has."""
    return isinstance(value, str) and _ROLE_ID.fullmatch(value) is not None


def _is_asked(issuer: str) -> bool:
    return read_endpoint(issuer) is not None


def _aws_says(value: Json) -> bool:
    """What AWS itself says, with `aws_account`."""
    return isinstance(value, ReadOnly) and _is_account(value.get("aws_account"))


def _check(_issuer: Issuer, claims: Claims) -> None:
    role, said = _ROLE.fullmatch(text_of(claims, "sub")), claims[NAMESPACE]
    if role is None or not isinstance(said, ReadOnly) or role["account"] != said.get("aws_account"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is no role of aws_account")


def _issuer_problem(issuer: str) -> str | None:
    if _is_issuer(issuer) or _is_asked(issuer):
        return None
    return (
        "write the account's issuer URL, https://....tokens.sts.global.api.aws, as "
        "aws iam get-outbound-web-identity-federation-info prints it; "
        "or, for signed requests, the endpoint of one region: https://sts.us-east-1.amazonaws.com"
    )


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if pins(match, "sub") and _is_role(match["sub"]):
        return None
    if pins(match, "account") and pins(match, "role_id"):
        return None
    return (
        "pin sub to the role's ARN, which holds its account: arn:aws:iam::123456789012:role/NAME; "
        "or, for signed requests, pin account and role_id, the RoleId that aws iam get-role prints"
    )


PROVIDER = Provider(
    name="aws",
    table=ClaimsTable(
        required={"iss": _is_issuer, "sub": _is_role, "jti": text, NAMESPACE: _aws_says},
        optional={"account": _is_account, "role_id": _is_role_id},
        selectors=("sub", "role_id"),
    ),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    unfit=_CALLER_CHOSEN,
    issuer_hosts=frozenset(
        {"*.tokens.sts.global.api.aws", "sts.amazonaws.com", "sts.*.amazonaws.com", "sts.*.amazonaws.com.cn"}
    ),
    is_asked=_is_asked,
    preset=Preset(algorithms=("RS256", "ES384")),
)
