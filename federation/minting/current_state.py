"""Whether everything that a decision rests on still stands, by one strongly consistent read (ATTACKS C11, F11, M4)."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly

from federation.minting.pending_token import PendingToken
from federation.model.authorization import NotRevoked
from federation.model.history import TRUST_REVISION
from federation.model.revocation import Revocation, RevocationKey
from federation.model.risk import RiskKey, RiskScore
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.oauth.steps import Step, at
from federation.ports import CurrentVersions, CurrentVersionsQuery


class TrustChanged(TemporarilyUnavailable):
    """Something that decided is not what it was: decide again with what it is now."""

    def __init__(self, detail: str, *, revision: int, moved: bool, risks: ReadOnly[RiskKey, RiskScore | None]) -> None:
        """`revision`: of trust as a whole. `moved`: a document was written. `risks`: every score that was asked for."""
        super().__init__(Reason.TRUST_CHANGED, detail)
        self.revision = revision
        self.moved = moved
        self.risks = risks


def question(pending: PendingToken) -> CurrentVersionsQuery:
    """All that is to be read."""
    return CurrentVersionsQuery(
        documents=frozenset({TRUST_REVISION, *(document.ref for document in pending.documents)}),
        revocations=frozenset(key for proof in pending.not_revoked for key in proof.keys),
        risks=frozenset(key for key, _ in pending.risks),
    )


def check_current(pending: PendingToken, standing: CurrentVersions) -> None:
    """Raises InvalidRequest for what was revoked, else TrustChanged unless everything is as it was."""
    check_revocations(pending.not_revoked, standing.revocations)
    revision = standing.versions.get(TRUST_REVISION, 0)
    moved = [ref for ref, version in pending.documents if standing.versions.get(ref, 0) != version]
    if pending.conditions.revision not in (None, revision):
        # A document that was not looked at, because it was not there, might have decided otherwise.
        moved.append(TRUST_REVISION)
    changed = [key for key, score in pending.risks if standing.risks.get(key) != score]
    if moved or changed:
        names = [f"{ref.kind} {ref.id}" for ref in moved] + [f"risk of {key.what} {key.value}" for key in changed]
        risks = {key: standing.risks.get(key) for key, _ in pending.risks}
        raise TrustChanged(", ".join(names), revision=revision, moved=bool(moved), risks=risks)


def check_revocations(proofs: Iterable[NotRevoked], revoked: ReadOnly[RevocationKey, Revocation]) -> None:
    """Raises InvalidRequest for what was revoked. `revoked`: whatever there is under the keys of the proofs."""
    with at(Step.REVOCATIONS):
        for issued_at, key in ((proof.issued_at, key) for proof in proofs for key in proof.keys):
            revocation = revoked.get(key)
            if revocation is not None and revocation.covers(issued_at):
                raise InvalidRequest(Reason.TOKEN_REVOKED, f"{key.what} {key.value}")
