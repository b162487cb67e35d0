"""Time and randomness of the machine that runs us."""

import time
from base64 import urlsafe_b64encode
from os import urandom


class SystemClock:
    """The wall clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class RandomIdentifiers:
    """128 bits from the operating system, as 22 URL-safe characters, of which the first is no hyphen.

    People paste them behind commands, where a hyphen would begin an option. `os.urandom` and never a library's own
    state: a snapshot of a started function is restored many times over.
    """

    def new(self) -> str:
        """A fresh identifier."""
        made = "-"
        while made.startswith("-"):
            made = urlsafe_b64encode(urandom(16)).rstrip(b"=").decode("ascii")
        return made
