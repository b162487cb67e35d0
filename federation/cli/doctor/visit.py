"""What every look at a bridge is given."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from federation.cli.doctor.finding import Verdict
from federation.cli.doctor.probe import Probe
from federation.cli.subject import Wish


class Visit(Struct, frozen=True):
    """To one bridge, from one machine."""

    probe: Probe
    token_file: Path
    """Where the token for the admin API is, if there is one."""
    wish: Wish
    """Which token of the caller's own is looked at."""
    now: Callable[[], float]
    """This machine's clock: seconds since the epoch."""

    @property
    def bridge(self) -> str:
        """Its URL without a slash at its end."""
        return self.probe.bridge


Look: TypeAlias = Callable[[Visit], Verdict]
"""One check; may raise Settled instead."""
