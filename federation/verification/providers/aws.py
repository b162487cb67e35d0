"""AWS IAM roles, through the JWT of `sts:GetWebIdentityToken` (outbound identity federation).

Claims: docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims. Each account has an issuer;
what AWS says stands in one claim, beside tags that the caller chose.
"""

import re
from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, text, text_of
from federation.verification.provider import Preset, Provider, Unfit, pins

NAMESPACE = "https://sts.amazonaws.com/"

_ISSUER = re.compile(r"https://[a-z0-9]+(?:-[a-z0-9]+)*\.tokens\.sts\.global\.api\.aws")
_ROLE = re.compile(r"arn:aws:iam::(?P<account>[0-9]{12}):role/(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}")
_ACCOUNT = re.compile(r"[0-9]{12}")

# Whoever asks for the token, or assumes the role, writes these (ATTACKS D22, D24).
_CALLER_CHOSEN = tuple(
    Unfit((NAMESPACE, name), "is what the caller chose to say, so it identifies nobody", "sub", caller_chosen=True)
    for name in ("request_tags", "source_identity")
)


def _is_issuer(value: Json) -> bool:
    return isinstance(value, str) and _ISSUER.fullmatch(value) is not None


def _is_role(value: Json) -> bool:
    """A role's own ARN: no root, no user with lasting keys, no session under a chosen name (ATTACKS D24)."""
    return isinstance(value, str) and _ROLE.fullmatch(value) is not None


def _aws_says(value: Json) -> bool:
    return isinstance(value, ReadOnly) and _ACCOUNT.fullmatch(text_of(value, "aws_account")) is not None


def _check(_issuer: Issuer, claims: Claims) -> None:
    role, said = _ROLE.fullmatch(text_of(claims, "sub")), claims[NAMESPACE]
    if role is None or not isinstance(said, ReadOnly) or role["account"] != said.get("aws_account"):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is no role of aws_account")


def _issuer_problem(issuer: str) -> str | None:
    if _is_issuer(issuer):
        return None
    return (
        "write the account's issuer URL, https://....tokens.sts.global.api.aws, as "
        "aws iam get-outbound-web-identity-federation-info prints it"
    )


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if pins(match, "sub") and _is_role(match["sub"]):
        return None
    return "pin sub to the role's ARN, which holds its account: arn:aws:iam::123456789012:role/NAME"


PROVIDER = Provider(
    name="aws",
    table=ClaimsTable(required={"iss": _is_issuer, "sub": _is_role, "jti": text, NAMESPACE: _aws_says}),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    unfit=_CALLER_CHOSEN,
    issuer_hosts=frozenset({"*.tokens.sts.global.api.aws"}),
    preset=Preset(algorithms=("RS256", "ES384")),
)
