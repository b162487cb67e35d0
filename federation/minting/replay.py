"""Something was used already: each kind of thing is refused in its own protocol's words."""

from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import InvalidClient, InvalidDpopProof, InvalidRequest, OAuthError
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed


class ApprovalSpent(InvalidRequest):
    """An approval was good for so many tokens, and there are as many."""

    def __init__(self, use: OneTimeUse) -> None:
        super().__init__(Reason.APPROVAL_SPENT)
        self.use = use


def replayed(error: AlreadyUsed) -> OAuthError:
    """The refusal. A replayed assertion proves no client, so it comes first; an approval can be asked for anew."""
    taken = {use.purpose: use for use in error.taken}
    if Purpose.CLIENT_ASSERTION in taken:
        return InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, "the assertion was used already")
    if Purpose.DPOP in taken:
        return InvalidDpopProof(Reason.PROOF_REPLAYED)
    if Purpose.SUBJECT_TOKEN in taken or not taken:
        return InvalidRequest(Reason.TOKEN_REPLAYED)
    return ApprovalSpent(taken[Purpose.APPROVAL])
