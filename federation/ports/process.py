"""What the machine gives: time and randomness."""

from typing import Protocol


class Clock(Protocol):
    """Time is passed in."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class Identifiers(Protocol):
    """Randomness is passed in."""

    def new(self) -> str:
        """A fresh identifier with at least 128 bits from the operating system."""
        ...
