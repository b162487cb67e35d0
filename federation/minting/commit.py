"""The commit: what must have succeeded before a token may leave (DESIGN section 3).

Three things run side by side, one round trip in all, and the release waits for every one of them:
the durable audit record together with the one-time claims; a strongly consistent look at the versions of the
documents that decided; and the signature. Whatever fails, the signature is thrown away.
"""

import contextlib
from collections.abc import Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from typing import Any

from federation.minting.jws import assemble
from federation.model.json import JsonObject
from federation.model.keys import SigningKey
from federation.model.one_time import OneTimeUse
from federation.model.trust import DocumentVersion
from federation.oauth.errors import InvalidRequest, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Ledger, Signer, TrustVersions


class TrustChanged(TemporarilyUnavailable):
    """A document that decided is no longer current: decide again with fresh ones."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Gates the release of a signature."""

    ledger: Ledger
    versions: TrustVersions
    signer: Signer
    pool: Executor

    def seal(
        self,
        entry: JsonObject,
        uses: Sequence[OneTimeUse],
        documents: Sequence[DocumentVersion],
        key: SigningKey,
        message: bytes,
    ) -> str:
        """`message` signed, once the record is durable, the uses are claimed and the documents are current.

        Raises InvalidRequest for a replay, TrustChanged, TemporarilyUnavailable or ServerError.
        """
        written = self.pool.submit(self._write, entry, uses)
        checked = self.pool.submit(self._check, documents)
        signed = self.pool.submit(self._sign, key, message)
        futures: tuple[Future[Any], ...] = (written, checked, signed)
        wait(futures)
        error = next((error for future in futures if (error := future.exception())), None)
        if error is not None:
            self._discard(entry, uses, error)
            raise error
        return signed.result()

    def _write(self, entry: JsonObject, uses: Sequence[OneTimeUse]) -> None:
        try:
            self.ledger.commit(entry, uses)
        except AlreadyUsed as error:
            raise InvalidRequest(Reason.TOKEN_REPLAYED, str(error)) from error

    def _check(self, documents: Sequence[DocumentVersion]) -> None:
        current = self.versions.versions({document.ref for document in documents})
        moved = [ref for ref, version in documents if current.get(ref, 0) != version]
        if moved:
            raise TrustChanged(Reason.TRUST_CHANGED, ", ".join(f"{ref.kind} {ref.id}" for ref in moved))

    def _sign(self, key: SigningKey, message: bytes) -> str:
        return assemble(key, message, self.signer.sign(key, message))

    def _discard(self, entry: JsonObject, uses: Sequence[OneTimeUse], error: BaseException) -> None:
        """Best effort: if this fails too, the trail shows a token that nobody received, never the other way round.

        A write whose answer was lost may have been applied, so it is taken back as well; only a replay wrote nothing.
        """
        if isinstance(error.__cause__, AlreadyUsed):
            return
        reason = error.reason.value if isinstance(error, OAuthError) else Reason.INTERNAL_ERROR.value
        with contextlib.suppress(OAuthError):
            self.ledger.discard(entry, uses, reason)
