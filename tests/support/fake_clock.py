"""Time that stands still until a test moves it."""


class FixedClock:
    """A clock at `at` seconds since the epoch."""

    def __init__(self, at: float = 1_800_000_000.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        """Move on; backwards for a negative number."""
        self.at += seconds


def no_wait(_seconds: float) -> None:
    """Time passes when a test says so."""
