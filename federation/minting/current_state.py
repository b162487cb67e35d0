"""Whether everything that a decision rests on still stands, by one strongly consistent read (ATTACKS C11, F11, M4)."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly

from federation.minting.pending_token import PendingToken
from federation.model.authorization import NotRevoked
from federation.model.revocation import Revocation, RevocationKey
from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import DocumentRef
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.oauth.steps import Step, at
from federation.ports import CurrentVersions, CurrentVersionsQuery


class TrustChanged(TemporarilyUnavailable):
    """Something that decided is not what it was: decide again with what it is now."""

    def __init__(
        self,
        detail: str,
        *,
        versions: ReadOnly[DocumentRef, int],
        moved: tuple[DocumentRef, ...],
        risks: ReadOnly[RiskKey, RiskScore | None],
    ) -> None:
        """`versions`: of all that the decision rested on, 0 for none. `moved`: of them, what is another now."""
        super().__init__(Reason.TRUST_CHANGED, detail)
        self.versions = versions
        self.moved = moved
        self.risks = risks
        """Every score that was asked for."""


def question(pending: PendingToken) -> CurrentVersionsQuery:
    """All that is to be read."""
    return CurrentVersionsQuery(
        documents=frozenset((*pending.conditions.rests_on, *(document.ref for document in pending.documents))),
        revocations=frozenset(key for proof in pending.not_revoked for key in proof.keys),
        risks=frozenset(key for key, _ in pending.risks),
    )


def check_current(pending: PendingToken, standing: CurrentVersions) -> None:
    """Raises InvalidRequest for what was revoked, else TrustChanged unless everything is as it was."""
    check_revocations(pending.not_revoked, standing.revocations)
    expected = (*pending.documents, *pending.conditions.rests_on.items())
    versions = {ref: standing.versions.get(ref, 0) for ref, _ in expected}
    moved = tuple(dict.fromkeys(ref for ref, version in expected if versions[ref] != version))
    changed = [key for key, score in pending.risks if standing.risks.get(key) != score]
    if moved or changed:
        names = [f"{ref.kind} {ref.id}" for ref in moved] + [f"risk of {key.what} {key.value}" for key in changed]
        risks = {key: standing.risks.get(key) for key, _ in pending.risks}
        raise TrustChanged(", ".join(names), versions=versions, moved=moved, risks=risks)


def check_revocations(proofs: Iterable[NotRevoked], revoked: ReadOnly[RevocationKey, Revocation]) -> None:
    """Raises InvalidRequest for what was revoked. `revoked`: whatever there is under the keys of the proofs."""
    with at(Step.REVOCATIONS):
        for issued_at, key in ((proof.issued_at, key) for proof in proofs for key in proof.keys):
            revocation = revoked.get(key)
            if revocation is not None and revocation.covers(issued_at):
                raise InvalidRequest(Reason.TOKEN_REVOKED, f"{key.what} {key.value}")
