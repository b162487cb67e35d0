"""Where a list goes on, as text that callers hand back and cannot read (ATTACKS O7).

A list is walked over everybody's documents and records, so it may go on behind one that is another tenant's (O2).
"""

import hmac
import json
from http import HTTPStatus
from typing import Literal, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from federation.admin_api.guard import Admin
from federation.admin_api.refusals import AdminRefusal
from federation.oauth.reasons import Reason
from federation.ports import Clock, NonceSecrets
from federation.verification import base64url
from federation.verification.base64url import NotBase64url

PATTERN = r"[A-Za-z0-9_-]{1,1024}"
PERIOD = 3600
"""Seconds. A cursor is good in the period that it was made in and in the next."""
_NONCE = 12

_Purpose: TypeAlias = Literal["key", "nonce"]


class Cursors(Struct, frozen=True):
    """Sealed with a secret that every process shares: each for one list, and for the admins of one tenant."""

    secrets: NonceSecrets
    clock: Clock

    def make(self, of: str, after: str, admin: Admin) -> str:
        """Behind `after` in the list `of`; raises TemporarilyUnavailable."""
        secret, about = self.secrets.secret(self._period()), _about(of, admin)
        # Made of what is sealed, so that no two texts are ever sealed with one (as RFC 5297 has it).
        nonce = _derived(secret, "nonce", about + after.encode())[:_NONCE]
        sealed = _cipher(secret).encrypt(nonce, after.encode(), about)
        return base64url.encode(nonce + sealed).decode("ascii")

    def read(self, of: str, text: str | None, admin: Admin) -> str | None:
        """What it was made of; raises AdminRefusal, TemporarilyUnavailable."""
        if text is None:
            return None
        try:
            raw = base64url.decode(text.encode("ascii"))
        except (NotBase64url, UnicodeEncodeError):
            raise _bad() from None
        for period in (self._period(), self._period() - 1):
            opened = _opened(self.secrets.secret(period), raw, _about(of, admin))
            if opened is not None:
                return opened.decode()
        raise _bad()

    def _period(self) -> int:
        return int(self.clock.now() // PERIOD)


def _opened(secret: bytes, raw: bytes, about: bytes) -> bytes | None:
    try:
        return _cipher(secret).decrypt(raw[:_NONCE], raw[_NONCE:], about)
    except (InvalidTag, ValueError):  # ValueError: too short to be any
        return None


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(_derived(secret, "key"))


def _derived(secret: bytes, purpose: _Purpose, of: bytes = b"") -> bytes:
    return hmac.digest(secret, f"fedbridge cursor {purpose}\0".encode() + of, "sha256")


def _about(of: str, admin: Admin) -> bytes:
    """JSON says where each text ends."""
    return json.dumps([of, admin.tenant]).encode()


def _bad() -> AdminRefusal:
    return AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.BAD_CURSOR)
