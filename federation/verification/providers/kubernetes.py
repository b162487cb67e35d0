"""Kubernetes service accounts: projected tokens, bound to a pod, with an audience and an end.

Claims: kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin, section on private claims. Every
cluster may sign as the same issuer string; which cluster it was is known by its keys alone (ATTACKS D18).
"""

from collections.abc import Mapping as ReadOnly

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims_table import ClaimsTable, audiences_of, text, text_of
from federation.verification.provider import Preset, Provider, pins

_LEGACY_ISSUER = "kubernetes/serviceaccount"
_API_SERVER = "https://kubernetes.default.svc"

_NAMESPACE = '"kubernetes.io".namespace'
_NAME = '"kubernetes.io".serviceaccount.name'
_UID = '"kubernetes.io".serviceaccount.uid'


def _not_legacy(value: Json) -> bool:
    """Not kubernetes/serviceaccount: tokens kept in a Secret have neither audience nor end (ATTACKS D17)."""
    return text(value) and value != _LEGACY_ISSUER


def _private_claims(value: Json) -> bool:
    """`namespace`, and `serviceaccount` with `name` and `uid`."""
    return isinstance(value, ReadOnly) and text(value.get("namespace")) and _account(value.get("serviceaccount"))


def _account(value: Json) -> bool:
    return isinstance(value, ReadOnly) and text(value.get("name")) and text(value.get("uid"))


def _check(_issuer: Issuer, claims: Claims) -> None:
    if text_of(claims, "sub") != _subject(claims["kubernetes.io"]):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is not the service account in kubernetes.io")
    # What also opens the cluster's own API must not travel (ATTACKS D19).
    if any(_api_server(audience, claims) for audience in audiences_of(claims)):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "aud names the cluster's API server")


def _api_server(audience: Json, claims: Claims) -> bool:
    return audience == claims["iss"] or (isinstance(audience, str) and audience.startswith(_API_SERVER))


def _subject(private: Json) -> str:
    if not isinstance(private, ReadOnly) or not isinstance(account := private.get("serviceaccount"), ReadOnly):
        return ""
    return f"system:serviceaccount:{private.get('namespace')}:{account.get('name')}"


def _issuer_problem(issuer: str) -> str | None:
    if issuer == _LEGACY_ISSUER:
        return "tokens kept in a Secret never end; use projected tokens and the cluster's --service-account-issuer"
    return None


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    if pins(match, "sub") or (pins(match, _NAMESPACE) and (pins(match, _NAME) or pins(match, _UID))):
        return None
    return f"pin one service account: sub, or {_NAMESPACE} with {_NAME}"


PROVIDER = Provider(
    name="kubernetes",
    table=ClaimsTable(required={"iss": _not_legacy, "sub": text, "kubernetes.io": _private_claims}),
    check=_check,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
    # EKS, GKE and AKS; clusters elsewhere have names of their own.
    issuer_hosts=frozenset(
        {"oidc.eks.*.amazonaws.com", "oidc.eks.*.amazonaws.com.cn", "container.googleapis.com"}
        | {"*.oic.prod-aks.azure.com", "*.oic.prod-aks.azure.us", "*.oic.prod-aks.azure.cn"}
    ),
    # kubelet asks for an hour and a few seconds.
    preset=Preset(max_token_age="2h"),
)
