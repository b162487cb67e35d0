"""Providers whose issuers have no form of their own, recognised by what their tokens say.

A server of one's own may be called anything: an Issuer document with another provider would have its tokens judged by
laxer rules, such as names that change hands (ATTACKS E10, D3, D7).
"""

from federation.model.json import Claims
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

MARKS: dict[str, frozenset[str]] = {
    "aws": frozenset({"https://sts.amazonaws.com/"}),
    "bitbucket": frozenset({"repositoryUuid", "workspaceUuid"}),
    "buildkite": frozenset({"organization_slug", "pipeline_slug"}),
    "circleci": frozenset({"oidc.circleci.com/project-id"}),
    "forgejo": frozenset({"repository", "repository_owner", "event_name"}),
    "github": frozenset({"repository", "repository_owner", "event_name"}),
    "gitlab": frozenset({"project_path", "namespace_path", "ref_protected"}),
    "kubernetes": frozenset({"kubernetes.io"}),
    "terraform": frozenset({"terraform_workspace_id", "terraform_run_phase"}),
}
"""Provider -> claims that its tokens alone have together, on any server."""
_ANY_MARK = frozenset[str]().union(*MARKS.values())


def check_shape(provider: str, claims: Claims) -> None:
    """Raises InvalidRequest for a token that is plainly another provider's."""
    if _ANY_MARK.isdisjoint(claims):
        return
    found = [name for name, marks in MARKS.items() if claims.keys() >= marks]
    if found and provider not in found:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, f"a token of {found[0]}: its Issuer says provider: {provider}")


def marked_by(claim: str) -> tuple[str, ...]:
    """The providers that the claim is a mark of."""
    return tuple(name for name, marks in MARKS.items() if claim in marks)
