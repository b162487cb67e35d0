"""Server nonces for DPoP (RFC 9449 section 8): whoever has one made the proof after we gave it out.

Nothing is written: a nonce is a span of time with a MAC by that span's secret, which every process of one deployment
shares. Another deployment, another region among them, has other secrets.
"""

import hmac

from federation.oauth.errors import UseDpopNonce
from federation.oauth.reasons import Reason
from federation.ports import Clock, NonceSecrets
from federation.verification import base64url

PERIOD = 120
"""Seconds. A nonce is accepted in the period that it was made in and in the next."""
_MAC = 16
"""Octets: 128 bits."""


class Nonces:
    """Gives nonces out and knows them again: one read of a secret in each period."""

    def __init__(self, secrets: NonceSecrets, clock: Clock, issuer: str) -> None:
        """`issuer`: our URL, so that secrets that ended up in two deployments would make two kinds of nonces."""
        self._secrets = secrets
        self._clock = clock
        self._issuer = issuer
        self._made: dict[int, str] = {}

    def fresh(self) -> str:
        """The nonce of the moment; raises TemporarilyUnavailable if its secret cannot be read."""
        return self._nonce(self._period())

    def check(self, nonce: str | None) -> None:
        """Raises UseDpopNonce for none, an old one, or one that is not ours; it carries a fresh one."""
        if nonce is None or not self._is_current(nonce):
            raise UseDpopNonce(Reason.DPOP_NONCE_REQUIRED, self.fresh(), "absent" if nonce is None else "not current")

    def _is_current(self, nonce: str) -> bool:
        """By comparison with the two that we made ourselves: nothing that a caller sends chooses a secret."""
        period = self._period()
        return nonce.isascii() and any(hmac.compare_digest(self._nonce(p), nonce) for p in (period, period - 1))

    def _period(self) -> int:
        return int(self._clock.now() // PERIOD)

    def _nonce(self, period: int) -> str:
        nonce = self._made.get(period)
        if nonce is None:
            nonce = self._make(period)
            self._made = {known: made for known, made in self._made.items() if known >= period - 1} | {period: nonce}
        return nonce

    def _make(self, period: int) -> str:
        prefix = period.to_bytes(8)
        mac = hmac.digest(self._secrets.secret(period), prefix + self._issuer.encode(), "sha256")
        return base64url.encode(prefix + mac[:_MAC]).decode("ascii")
