"""What was revoked before its time, and which revocations a token falls under.

Everything that is needed to tell stands in the token itself, so a reader of the list needs no other store.
"""

from enum import StrEnum
from typing import NamedTuple


class RevocationTarget(StrEnum):
    """What a revocation names."""

    JTI = "jti"
    """One token, and every token that was made from it."""
    TXN = "txn"
    """A whole chain, whatever it still grows."""
    PRINCIPAL = "principal"
    """Tokens about it, and those with which it acts, that were issued until then."""
    CLIENT = "client"
    ISSUER = "issuer"
    """Id of an Issuer document."""
    SUBJECT = "subject"
    """One identity of an issuer (`federation.model.identity`): its tokens, and ours that rest on it, until then."""
    MAPPING = "mapping"
    ALL = "all"
    """Everything that was issued until then."""


NAMED_BY_ADMINS = frozenset(RevocationTarget) - {RevocationTarget.SUBJECT}
"""An identity is named by its issuer's security events."""


class RevocationKey(NamedTuple):
    """Names what is revoked. `tenant`: a principal's, None for the principal of that name in every tenant."""

    what: RevocationTarget
    value: str
    tenant: str | None = None


class Revocation(NamedTuple):
    """A revocation. Times: whole seconds since the epoch."""

    key: RevocationKey
    revoked_at: int
    expires_at: int
    """When every token that it could be about is dead anyway."""
    by: str
    reason: str = ""

    def covers(self, issued_at: int) -> bool:
        """Whether it revokes a token that falls under its key and was issued then.

        A token and a chain are revoked for good; of the others what was issued until then (ATTACKS M9).
        """
        return self.key.what in (RevocationTarget.JTI, RevocationTarget.TXN) or issued_at <= self.revoked_at
