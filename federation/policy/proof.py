"""A token that is bound to a key is worth nothing without a proof of that key (RFC 7800, ATTACKS H7, I6)."""

from federation.model.tokens import VerifiedToken
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason


def refuse_bound(*tokens: VerifiedToken) -> None:
    """Raises InvalidRequest for a token with `cnf`, ours or foreign.

    No proof is understood yet, so none can be right. To ignore the binding would turn a stolen bound token into an
    unbound one.
    """
    for token in tokens:
        if "cnf" in token.claims:
            raise InvalidRequest(Reason.PROOF_REQUIRED, f"a token of issuer {token.issuer.id} has cnf")
