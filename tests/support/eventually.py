"""Waiting for what comes by itself: counted in looks, so that a machine that is slow passes as well."""

import time
from collections.abc import Callable
from typing import TypeVar

LOOKS = 600
PAUSE = 0.1
"""Seconds between two looks, however long a look takes."""
HANGS = 300.0
"""Seconds after which a process, a server or a thread never answers: no machine is as slow as that."""

Found = TypeVar("Found")


def eventually(look: Callable[[], Found]) -> Found:
    """The first answer that is true; without any, the last one, for the test to judge."""
    for _ in range(LOOKS):
        found = look()
        if found:
            return found
        time.sleep(PAUSE)
    return look()
