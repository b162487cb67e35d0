"""Any token that we issued, whatever it looks like: a JWT that we signed, or a reference whose claims we keep."""

import re
from hashlib import sha256
from typing import ClassVar

from msgspec import Struct

from federation.model.json import Claims
from federation.model.own_claims import OwnClaims, read_own
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.ports import Clock, KeptTokens
from federation.value import Redacted
from federation.verification.compact import parse_compact
from federation.verification.own_tokens import OwnTokenVerifier

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{22,128}")
_UNSIGNED = DocumentVersion(DocumentRef(Kind.KEY_SET, "(none)"), 0)
"""In the place of the key set: nobody signed a reference, so no version is ever checked."""


class IssuedByUs(Redacted, Struct, frozen=True):
    """Proof: we issued it and it has not expired. Whether it was revoked is another question."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims"})

    own: OwnClaims
    claims: Claims
    expires_at: int
    """Seconds since the epoch."""
    documents: tuple[DocumentVersion, ...] = ()
    """What the proof rests on."""


class OwnReferences(Struct, frozen=True):
    """The record of a token of ours, signed or opaque, by its text."""

    signed: OwnTokenVerifier
    kept: KeptTokens
    clock: Clock

    def find(self, text: str) -> IssuedByUs | None:
        """None: malformed, somebody else's, or expired. Raises TemporarilyUnavailable or ServerError."""
        try:
            return self._kept(text) if _REFERENCE.fullmatch(text) else self._signed(text)
        except InvalidRequest:
            return None

    def _signed(self, text: str) -> IssuedByUs | None:
        verified = self.signed.verify(parse_compact(text), TokenType.ACCESS_TOKEN)
        if verified.own is None:
            return None
        return IssuedByUs(verified.own, verified.claims, verified.expires_at, verified.documents)

    def _kept(self, text: str) -> IssuedByUs | None:
        kept = self.kept.kept(sha256(text.encode("ascii")).hexdigest())
        if kept is None or kept.expires_at <= self.clock.now():
            return None
        return IssuedByUs(read_own(kept.claims, _UNSIGNED), kept.claims, kept.expires_at)
