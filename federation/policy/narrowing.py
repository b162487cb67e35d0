"""One of our own tokens is exchanged only for less (ATTACKS I1-I4, I7): whatever it is exchanged for, and how often.

Its audience and lifetime are narrowed where every token's are: targets need a grant in the root mapping, and a token
never outlives the one it was made from, so that a chain never outlives its root.
"""

from collections.abc import Sequence

from federation.model.tokens import VerifiedToken
from federation.oauth.errors import InvalidScope, InvalidTarget
from federation.oauth.reasons import Reason
from federation.oauth.steps import Step, at
from federation.policy.ceilings import Target


def check_narrower(
    subject: VerifiedToken, scopes: Sequence[str], targets: Sequence[Target], *, asked_for: bool
) -> None:
    """Raises InvalidScope or InvalidTarget where the subject token is ours and has less.

    `asked_for`: the request names the scopes. What a grant trims is trimmed to its ceilings, never to this.
    """
    if subject.own is None:
        return
    if beyond := [scope for scope in scopes if scope not in subject.own.scopes]:
        reason = Reason.SCOPE_NOT_GRANTED if asked_for else Reason.SCOPE_REQUIRED
        raise InvalidScope(reason, f"{len(beyond)} scopes beyond the subject token")
    with at(Step.TARGETS):
        for target in targets:
            # A token that is for no environment in particular reaches none (ATTACKS I4).
            if target.audience.environment != subject.own.environment:
                detail = f"audience {target.audience.id} is not of environment {subject.own.environment}"
                raise InvalidTarget(Reason.TARGET_NOT_GRANTED, detail)
