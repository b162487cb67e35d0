"""How long to wait before trying again."""

import time
from collections.abc import Callable
from os import urandom
from typing import TypeAlias

ATTEMPTS = 4
"""One try and at most three more (ATTACKS F10)."""
BASE = 0.025
"""Seconds that the first wait lasts at most; each next one twice as long."""
LONGEST = 1.0
"""Seconds that any wait lasts at most."""

Pause: TypeAlias = Callable[[int], None]
"""Waits before retry number n, counted from 1."""


def full_jitter(retry: int) -> None:
    """Anything between nothing and the longest wait, so that rivals do not meet again."""
    time.sleep(share() * min(LONGEST, BASE * 2 ** (retry - 1)))


def share() -> float:
    """Anything from 0 to 1, of the operating system: a snapshot that is restored many times has no seed to repeat."""
    return int.from_bytes(urandom(4)) / 2**32
