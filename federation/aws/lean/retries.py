"""Which attempts are worth another, and how many: a budget that all calls share, so that a flood does not grow."""

from threading import Lock

from federation.aws.errors import THROTTLED, AwsRefused, AwsUnreachable

BUDGET = 100
COST = 5
TIMEOUT_COST = 10
REFUND = 1
"""What a call that needed no other attempt brings back."""


class RetryBudget:
    """Paid for each further attempt, and paid back by success. Safe for many threads."""

    def __init__(self, size: int = BUDGET) -> None:
        self._size = size
        self._left = size
        self._lock = Lock()

    @property
    def left(self) -> int:
        """What can still be spent."""
        return self._left

    def spend(self, cost: int) -> bool:
        """False: others have spent it all."""
        with self._lock:
            if cost > self._left:
                return False
            self._left -= cost
            return True

    def succeeded(self, spent: int) -> None:
        """A call that answered, after its last further attempt had cost `spent`; 0: it needed none."""
        if self._left < self._size:
            with self._lock:
                self._left = min(self._size, self._left + (spent or REFUND))


def cost_of(error: AwsRefused | AwsUnreachable) -> int:
    """What another attempt costs; 0: it would not help."""
    if isinstance(error, AwsUnreachable):
        return TIMEOUT_COST if isinstance(error.__cause__, TimeoutError) else COST
    return COST if error.code in THROTTLED or error.passes else 0
