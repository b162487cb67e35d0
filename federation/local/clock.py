"""Time and randomness of this machine."""

import time
import uuid


class SystemClock:
    """The wall clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()


class RandomIdentifiers:
    """Identifiers from the operating system's randomness."""

    def new(self) -> str:
        """A random UUID."""
        return str(uuid.uuid4())
