"""Identifiers that a test can foretell."""

from itertools import count


class CountingIdentifiers:
    """`id-1`, `id-2`, ..."""

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix
        self._numbers = count(1)

    def new(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"
